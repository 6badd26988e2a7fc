"""Independent witnesses: each takes a final expression and finds out by itself whether it is right.

Nothing of the derivation, the book or the generated code may be imported here.
"""
