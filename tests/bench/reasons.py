"""Why cells of the bench miss their bars, by patterns of their names, and what was tried.

A test compares this with the stored measurements: each cell that does not hold is in exactly one
line, and each line has such a cell.
"""

REASONS: dict[str, str] = {
    "numbers: moments, arrays of no axes*": (
        "An array of no axes is one to NumPy, too: its three results are made by the universal"
        " function, which takes longer than the formulas."
    ),
    "fallback: *": (
        "Differences of the second order are polynomials of degree 26 with three sums a power, over"
        " columns of a table: 60 ns an element in NumPy, a third of what the bar allows; at 10^4"
        " regimes have some hundred elements, for each of which a call takes half a microsecond."
        " Rows, fewer and larger blocks, and erfcx of SciPy were slower."
    ),
    "jax: *, forward, float32, *": (
        "Formulas are computed in double precision, which is right to the last digit of float32;"
        " XLA's ndtr of float32 is a short polynomial. A kernel of float32 was not written."
    ),
    "cuda: *": "There was no GPU to measure on.",
}
