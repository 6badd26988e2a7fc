"""The claims, each checked once for all tests that ask of it."""

from functools import cache

from elu_sym.claims.chapters import CLAIMS
from elu_sym.claims.claim import Outcome

MANY_BOXES = (
    "self_normalization.theorem",
    "self_normalization.self_normalizing_one_at_a_time",
    "self_normalization.self_normalizing_jointly",
    "self_normalization.shrinking_one_at_a_time",
    "self_normalization.growing_one_at_a_time",
    "self_normalization.growing_wider_one_at_a_time",
)
"""Claims on domains of four parameters, ten thousands of boxes each: deep tests ask of them."""

QUICK = [name for name in CLAIMS if name not in MANY_BOXES]
"""The ids of the others."""


@cache
def outcome_of(name: str) -> Outcome:
    """What checking a claim gave."""
    return CLAIMS[name].check()
