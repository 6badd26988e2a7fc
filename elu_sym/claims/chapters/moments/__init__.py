"""The moments of ELU of a Gaussian: bounds, inequalities, limits."""

from elu_sym.claims.chapters.moments import bounds, box_inequalities, limits, variance_rule

CLAIMS = (*bounds.CLAIMS, *box_inequalities.CLAIMS, *limits.CLAIMS, *variance_rule.CLAIMS)
