"""Initialization: the gains of ELU, which of them agree, and what others publish."""

from elu_sym.claims.chapters.initialization import exact_gains, published

CLAIMS = (*exact_gains.CLAIMS, *published.CLAIMS)
