"""Why cells of the bench miss their bars, by patterns of their names, and what was tried.

A test compares this with the stored measurements: each cell that does not hold is in exactly one
line, and each line has such a cell.
"""

REASONS: dict[str, str] = {
    "arrays: *": "Arguments are checked in Python, and the loops are not vectorized.",
    "populations: moments*": "The compiled moments take longer than the three formulas apart.",
    "numba: *": "The compiled loops are not vectorized.",
    "numbers: *": "What is no positional float is checked in Python, as an array.",
    "fallback: *": "Regimes are chosen by the interpreter, and each has tens of operations.",
    "torch: *": "The regimes are evaluated by PyTorch, one operation after the other.",
    "jax: *": "All regimes are evaluated everywhere.",
    "cuda: *": "There was no GPU to measure on.",
}
