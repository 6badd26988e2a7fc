"""The moments of ELU of a Gaussian: closed forms, bounds, inequalities, limits."""

from elu_sym.claims.chapters.moments import (
    bounds,
    box_inequalities,
    closed_forms,
    limits,
    variance_rule,
)

CLAIMS = (
    *closed_forms.CLAIMS,
    *bounds.CLAIMS,
    *box_inequalities.CLAIMS,
    *limits.CLAIMS,
    *variance_rule.CLAIMS,
)
