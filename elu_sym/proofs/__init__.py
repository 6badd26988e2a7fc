"""The proofs, one module a chapter of claims, on top of a few modules of rules of inference."""

from elu_sym.claim import Registry
from elu_sym.proofs import construction, derivative, regularity

CLAIMS = Registry([*construction.CLAIMS, *regularity.CLAIMS, *derivative.CLAIMS])
"""Every claim by its permanent id, in the order of the chapters."""
