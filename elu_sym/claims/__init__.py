"""What is said about ELU: claims, how they are proved, and the report.

Chapters hold claims, which are formal statements; tactics find their proofs, which the kernel
checks. It knows, too, which of them rest on an experiment.
Nothing here is computed with: other folders do not import this one.
"""
