"""What is known about the Exponential Linear Unit, derived, proved, certified and evaluated.

Public names are loaded when they are first used: numbers need NumPy only, and SymPy is imported
with the first symbolic question.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "ACTIVATIONS": "elu_sym.formula_book",
    "CLAIMS": "elu_sym.proofs",
    "DISTRIBUTIONS": "elu_sym.formula_book",
    "FORMULAS": "elu_sym.formula_book",
    "audit": "elu_sym.layer_audit",
    "backward_variances": "elu_sym.signal_propagation",
    "celu": "elu_sym.formula_book",
    "correlation_slope": "elu_sym.meanfield",
    "depth_scale": "elu_sym.meanfield",
    "derivative_below": "elu_sym.formula_book",
    "derivative_mean": "elu_sym.formula_book",
    "derivative_second_moment": "elu_sym.formula_book",
    "edge_of_chaos": "elu_sym.fixed_points",
    "edge_through": "elu_sym.fixed_points",
    "elu": "elu_sym.formula_book",
    "expectation": "elu_sym.gaussian.engine",
    "fixed_point": "elu_sym.fixed_points",
    "forward_variances": "elu_sym.signal_propagation",
    "gain": "elu_sym.initialization",
    "leaky_relu": "elu_sym.formula_book",
    "mean": "elu_sym.formula_book",
    "moments": "elu_sym.formula_book",
    "negative_mean": "elu_sym.formula_book",
    "relu": "elu_sym.formula_book",
    "residual_variance_map": "elu_sym.meanfield",
    "sampling_deviation": "elu_sym.signal_propagation",
    "second_moment": "elu_sym.formula_book",
    "selu": "elu_sym.formula_book",
    "selu_fixed_point": "elu_sym.self_normalization",
    "selu_parameters": "elu_sym.self_normalization",
    "std": "elu_sym.formula_book",
    "variance": "elu_sym.formula_book",
    "variance_map": "elu_sym.meanfield",
    "variance_slope": "elu_sym.meanfield",
    "verify": "elu_sym.report",
    "weight_variance": "elu_sym.initialization",
}

__all__ = sorted(_HOMES)
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import a public name from its home on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'elu_sym' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, loaded or not."""
    return sorted({*globals(), *_HOMES})
