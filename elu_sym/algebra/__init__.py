"""The judge: a normal form that proves equality, balls that refute it, exact rounding.

It knows expressions and numbers; no expectation, no derivation and no claim may enter here.
"""
