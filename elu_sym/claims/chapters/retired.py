"""Claims that are no longer made, each with the one that says as much or more.

An id is permanent: it is never used again, and ``python -m elu_sym explain`` of a retired one names
its successor.
"""

RETIRED: dict[str, str] = {
    "meanfield.price_bounded_for_any_alpha": "meanfield.price_bounded",
}
"""The successor of each retired id."""
