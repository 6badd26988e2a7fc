"""Centering: how close to zero the mean of ELU is, and the alpha that makes it zero."""

from elu_sym.claims.chapters.centering import widths, zero_mean

CLAIMS = (*zero_mean.CLAIMS, *widths.CLAIMS)
