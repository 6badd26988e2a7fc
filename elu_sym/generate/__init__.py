"""From closed forms to code: Python, C, gradients and the tables of the Mills ratio.

What is written here is committed in numeric; nothing here is evaluated at run time.
"""
