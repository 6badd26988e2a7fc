"""Formulas on the arrays and the machines of other libraries.

One module a library, loaded only when it is asked for; each needs the extra of its own name.
"""
