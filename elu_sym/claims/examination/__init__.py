"""The cross-examination of what a rule proved, by instances of the sentence alone.

Neither the rules nor the chapters know of it: a claim is PROVED if its rules say so *and* no
instance objects (:meth:`elu_sym.claims.claim.Claim.check`). How an assertion is tried stands in the
file of what it is about.
"""

from elu_sym.claims.examination import of_expressions, of_functions, of_laws
from elu_sym.claims.examination.instance import Instance, instances, objection

__all__ = ["Instance", "instances", "objection"]
__all__ += ["of_expressions", "of_functions", "of_laws"]
