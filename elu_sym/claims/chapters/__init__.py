"""The claims and their proofs: a file or a folder a chapter, named as its ids begin."""

from elu_sym.book.formula import FORMULAS
from elu_sym.claims.chapters import (
    centering,
    construction,
    derivative,
    floating_point,
    initialization,
    meanfield,
    moments,
    options,
    rate,
    regularity,
    relations,
    self_normalization,
    shape,
    smooth_ride,
    sparsity,
)
from elu_sym.claims.chapters.retired import RETIRED
from elu_sym.claims.claim import Registry

CHAPTERS = {
    "construction": "Construction",
    "regularity": "Regularity",
    "shape": "Shape",
    "relations": "Relations",
    "derivative": "The derivative",
    "sparsity": "Dead neurons",
    "floating_point": "Dead neurons in floating point",
    "smooth_ride": "The smooth ride",
    "centering": "Centering",
    "moments": "Moments",
    "options": "Options",
    "rate": "A positive rate",
    "initialization": "Initialization",
    "self_normalization": "Self-normalization",
    "meanfield": "Mean field and depth",
}
"""The title of each chapter by the first part of the ids of its claims, in order."""

_MODULES = (
    construction,
    regularity,
    shape,
    relations,
    derivative,
    sparsity,
    floating_point,
    smooth_ride,
    centering,
    moments,
    options,
    rate,
    initialization,
    self_normalization,
    meanfield,
)

CLAIMS = Registry((claim for module in _MODULES for claim in module.CLAIMS), RETIRED, FORMULAS)
"""Every claim by its permanent id, in the order of the chapters."""
