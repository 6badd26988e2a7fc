"""What the formulas say of networks: gains, SELU, mean field, depth, published constants.

All of it is computed from the book and from the pieces of the definition, so that another one moves
it or is refused; nothing is trained, measured or bound to a framework here.
"""
