"""Self-normalization: the fixed points of SELU, the theorems of its paper, how far they reach."""

from elu_sym.claims.chapters.self_normalization import any_fixed_point, decay, reach, theorem

CLAIMS = (*any_fixed_point.CLAIMS, *theorem.CLAIMS, *reach.CLAIMS, *decay.CLAIMS)
