"""Formulas and initializers on the arrays and the machines of other libraries.

One module or folder a library, loaded only when it is asked for, each with the extra of its own
name; no mathematics of its own may live here.
"""
