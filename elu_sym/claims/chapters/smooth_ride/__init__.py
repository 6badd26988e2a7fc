"""The smooth ride: does gradient descent oscillate less with ELU than with ReLU?

The belief is that it does because ELU is smooth. Where the kinks of all units meet at the minimum,
it does for most seeds, averaged over the learning rates; but near the edge of stability the smooth
unit is the one that oscillates, and two small networks do not show the belief: on the digits at the
smaller learning rates the velocity turns about as often as with ReLU at alpha <= 1 and more often
at alpha = 2, on the sine the network with ELU oscillates more at every height of the floor, the
smooth one included.

What a continuous derivative buys in the worst case is proved. Each other claim is about runs of
:mod:`elu_sym.experiments.smooth_ride` on seeds that follow from its words and that nobody had seen
when it was worded (:mod:`elu_sym.experiments.registered`). It says for more than what share of all
seeds something is so, with 99.99 % for each of 36 bounds: by Bonferroni's inequality all of them
are right with 99.6 %. "In every run" means every run of these seeds; such a claim has no bound.
"""

from elu_sym.claims.chapters.smooth_ride import networks, residual, theorems

CLAIMS = (*theorems.CLAIMS, *residual.CLAIMS, *networks.CLAIMS)
