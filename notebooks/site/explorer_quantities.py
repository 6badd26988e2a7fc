"""What the explorer shows, and of which arguments, in the notation of its page."""

__all__ = ["ARGUMENTS", "GROUPS"]

ARGUMENTS = {
    "alpha": ("α", "where ELU saturates, −α", 0.05, 3.0, 0.05, 1.0),
    "mu": ("μ", "the mean of X", -4.0, 4.0, 0.05, 0.0),
    "sigma": ("σ", "the standard deviation of X", 0.0, 4.0, 0.05, 1.0),
    "rho": ("ρ", "the correlation of X and Y", -1.0, 1.0, 0.01, 0.5),
    "level": ("c", "the level of f′", 0.05, 2.0, 0.05, 0.5),
}
"""The symbol of each, what it is, the ends and the step of its slider, and where that begins."""

GROUPS = {
    "Values": {
        "mean": "E f(X)",
        "absolute_mean": "E |f(X)|",
        "second_moment": "E f(X)²",
        "third_moment": "E f(X)³",
        "fourth_moment": "E f(X)⁴",
        "variance": "Var f(X)",
        "std": "std f(X)",
        "covariance": "Cov(X, f(X))",
        "negative_mean": "E[f(X) | X < 0]",
    },
    "Slopes and sparsity": {
        "derivative_mean": "E f′(X)",
        "derivative_second_moment": "E f′(X)²",
        "derivative_below": "P[f′(X) < c]",
        "negative_probability": "P[X < 0]",
    },
    "Gains": {
        "second_moment_gain": "σ / √E f(X)²",
        "variance_gain": "σ / std f(X)",
        "gradient_gain": "1 / √E f′(X)²",
    },
    "Two inputs": {
        "kernel": "E f(X) f(Y)",
        "derivative_kernel": "E f′(X) f′(Y)",
        "cross_kernel": "E f(X) f′(Y)",
        "joint_covariance": "Cov(f(X), f(Y))",
        "correlation": "Corr(f(X), f(Y))",
        "distance": "E (f(X) − f(Y))²",
    },
}
"""What is shown, in the notation of the page, by the names of the formulas."""
