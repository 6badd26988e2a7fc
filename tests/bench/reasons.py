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
        "At 10^4 a regime has some hundred elements, and a call of NumPy takes half a microsecond;"
        " moments, variances and deviations need differences of the second order, 27 columns of a"
        " table with three products each, a third of what the bar allows. Rows, other sizes of"
        " blocks, and erfcx of SciPy were slower."
    ),
    "jax: *, forward, float32, *": (
        "Formulas are computed in double precision, which is right to the last digit of float32;"
        " XLA's ndtr of float32 is a short polynomial. A kernel of float32 was not written."
    ),
    "cuda: *": "There was no GPU to measure on.",
}
