"""ELU in floating point: where its derivative is 0 and its floor is reached, to the last float.

The theorems are about operations that are correctly rounded to nearest, ties to even, with gradual
underflow, at floats ``x <= 0``, where ELU is its left piece. What the libraries do is measured.
"""

from elu_sym.claims.chapters.floating_point import libraries, strict_inequalities, thresholds

CLAIMS = (*thresholds.CLAIMS, *strict_inequalities.CLAIMS, *libraries.CLAIMS)
