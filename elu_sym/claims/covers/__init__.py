"""Covers of boxes, by which inequalities are proved: stored, checked and searched for."""
