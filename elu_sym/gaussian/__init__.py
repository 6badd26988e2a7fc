"""The expectation engine: exact E[g(X)] of piecewise exponential polynomials, with derivations."""
