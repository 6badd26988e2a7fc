"""The certificates that the claims name; run the package to search for them again."""
