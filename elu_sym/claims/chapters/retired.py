"""Claims that are no longer made, each with the one that says as much or more.

An id is permanent: it is never used again, and ``python -m elu_sym explain`` of a retired one names
its successor.
"""

RETIRED: dict[str, str] = {}
"""The successor of each retired id."""
