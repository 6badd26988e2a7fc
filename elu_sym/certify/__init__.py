"""Independent witnesses: each takes a final expression and knows nothing of its derivation."""
