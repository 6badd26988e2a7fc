"""Experiments: what cannot be proved is measured, run by run, and the results are kept as data.

The results lie beside the modules that wrote them. Making them anew needs the extra
``experiments``; checking the claims that rest on them does not.
"""
