"""Claims that are no longer made, each with the one that says as much or more.

An id is permanent: it is never used again, and ``python -m elu_sym explain`` of a retired one names
its successor.
"""

RETIRED: dict[str, str] = {
    "floating_point.above_floor": "floating_point.floor_reached",
    "floating_point.derivative_subnormal_any_alpha": "floating_point.derivative_subnormal",
}
"""The successor of each retired id."""
