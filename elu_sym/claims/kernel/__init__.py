"""The kernel: a small program that alone makes theorems, from proofs that are data."""

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
