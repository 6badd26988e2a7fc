"""Mean field theory of deep ELU networks: what is kept, what it costs, what is measured."""

from elu_sym.claims.chapters.meanfield import (
    measured_comparison,
    measured_depth,
    preservation,
    values,
)

CLAIMS = (*preservation.CLAIMS, *values.CLAIMS, *measured_depth.CLAIMS, *measured_comparison.CLAIMS)
