"""Rules of inference: assertions about functions, expectations, roundings and runs, each a theorem.

A rule checks the hypotheses of the theorem that it applies, as premises, and concludes; or it finds
a point at which what is asserted fails. The proofs of the claims are made of these.
"""
