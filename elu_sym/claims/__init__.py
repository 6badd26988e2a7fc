"""What is said about ELU: claims, how they are proved, and the report.

Chapters hold claims, which are formal statements; tactics find their proofs, which the kernel
checks. Rules decide what is measured.
Nothing here is computed with: other folders do not import this one.
"""
