"""The engine: exact E[g(X)] of piecewise exponential polynomials, each step derived and checked.

It ends at closed forms; no quantity has a name here, and nothing is evaluated in floating point.
"""
