"""Experiments: what cannot be proved is measured, run by run, and the results are kept as data.

The claims on the smooth ride rest on runs of gradient descent, those on floating point on the
thresholds of the libraries, those on depth on deep networks. The results lie beside the modules
that wrote them: the runs on which claims were worded, and those of new seeds, on which they rest.
No claim rests on those on uncertain inputs, on blocks and on the means of activations, which pages
show. The runs of dead units take a second, and are made where they are shown.
Making them anew needs the extra ``experiments``, and the libraries; checking the claims that rest
on them does not.
"""
