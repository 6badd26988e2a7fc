"""What the claims of the smooth ride share: the belief, the setting, two bounds."""

from sympy import Integer, Rational

ZERO, HALF = Integer(0), Rational(1, 2)

BELIEF = "the belief that a smooth activation makes gradient descent oscillate less"

SETTING = (
    "gradient descent with momentum on all samples, at constant learning rates",
    "all activations from the same initial loss, at the same learning rates",
)
