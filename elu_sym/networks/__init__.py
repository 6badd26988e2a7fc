"""What the formulas say of networks: gains, SELU, mean field, depth, published constants.

All of it comes from the book, so that a changed definition moves it; no training, no framework.
"""
