"""From closed forms to code: Python, gradients, C, CUDA C++ and the tables of the Mills ratio.

Python and tables are derived with SymPy and mpmath and committed in ``numeric``. C is written from
them where the compiled module is built, and a kernel for a device when it is first asked for; both
need no SymPy.
"""
