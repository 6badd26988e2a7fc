"""ELU in floating point: where its derivative is 0 and its floor is reached, to the last float.

The theorems are about operations that are correctly rounded to nearest, ties to even, with gradual
underflow, at floats ``x <= 0``, where ELU is its left piece. What the libraries do is measured.
"""

from elu_sym.proofs import (
    floating_point_derivative,
    floating_point_floor,
    floating_point_inequalities,
    floating_point_measured,
)

CLAIMS = (
    *floating_point_derivative.CLAIMS,
    *floating_point_floor.CLAIMS,
    *floating_point_inequalities.CLAIMS,
    *floating_point_measured.CLAIMS,
)
