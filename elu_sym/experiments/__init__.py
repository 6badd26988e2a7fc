"""Experiments: what cannot be proved is measured, run by run, and the results are kept as data.

The runs of gradient descent are what the claims on the smooth ride rest on, the thresholds of the
libraries those on floating point, the deep networks those on depth. The results lie beside the modules that wrote them. Making them
anew needs the extra ``experiments``, and the libraries; checking the claims that rest on them does
not.
"""
