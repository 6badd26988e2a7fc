"""The judge: a normal form that proves equality, Arb enclosures that refute it."""
