"""Why cells of the bench miss their bars, by patterns of their names, and what was tried.

A test compares this with the stored measurements: each cell that does not hold is in exactly one
line, and each line has such a cell.
"""

REASONS: dict[str, str] = {}
