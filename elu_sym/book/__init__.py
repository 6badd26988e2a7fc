"""The book of formulas: one object a quantity, derived from its definition and certified.

Definitions and closed forms belong here; how a closed form is found is the engine's, what
evaluates it is numeric.
"""
