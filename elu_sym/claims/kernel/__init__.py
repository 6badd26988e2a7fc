"""The kernel: a small program that alone makes theorems, from proofs that are data.

What it takes to believe a theorem is in this folder, and in the modules of ``elu_sym.algebra`` that
are imported here.
"""

from elu_sym.claims.kernel import (  # noqa: F401, their rules
    calculus,
    floats,
    inequalities,
    laws,
    logic,
    recorded,
)
from elu_sym.claims.kernel.meaning import RejectedError
from elu_sym.claims.kernel.proof import RULES, Open, Proof, Theorem, prove

__all__ = ["RULES", "Open", "Proof", "RejectedError", "Theorem", "prove"]
