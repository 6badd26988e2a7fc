"""What is known about the Exponential Linear Unit, derived, proved, certified and evaluated.

Public names are loaded when they are first used: numbers need NumPy only, and SymPy is imported
with the first symbolic question.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "ACTIVATIONS": "elu_sym.book.formula",
    "CLAIMS": "elu_sym.claims.chapters",
    "FORMULAS": "elu_sym.book.formula",
    "absolute_mean": "elu_sym.book.formula",
    "audit": "elu_sym.layer_audit",
    "backward_variances": "elu_sym.networks.signal_propagation",
    "celu": "elu_sym.book.formula",
    "correlation_slope": "elu_sym.networks.meanfield",
    "depth_scale": "elu_sym.networks.meanfield",
    "derivative_below": "elu_sym.book.formula",
    "derivative_mean": "elu_sym.book.formula",
    "derivative_second_moment": "elu_sym.book.formula",
    "edge_of_chaos": "elu_sym.networks.fixed_points",
    "edge_through": "elu_sym.networks.fixed_points",
    "elu": "elu_sym.book.formula",
    "expectation": "elu_sym.gaussian.engine",
    "fixed_point": "elu_sym.networks.fixed_points",
    "forward_variances": "elu_sym.networks.signal_propagation",
    "gain": "elu_sym.networks.initialization",
    "leaky_relu": "elu_sym.book.formula",
    "mean": "elu_sym.book.formula",
    "moments": "elu_sym.book.formula",
    "negative_mean": "elu_sym.book.formula",
    "relu": "elu_sym.book.formula",
    "residual_variance_map": "elu_sym.networks.meanfield",
    "sampling_deviation": "elu_sym.networks.signal_propagation",
    "second_moment": "elu_sym.book.formula",
    "selu": "elu_sym.book.formula",
    "selu_fixed_point": "elu_sym.networks.self_normalization",
    "selu_parameters": "elu_sym.networks.self_normalization",
    "std": "elu_sym.book.formula",
    "variance": "elu_sym.book.formula",
    "variance_map": "elu_sym.networks.meanfield",
    "variance_slope": "elu_sym.networks.meanfield",
    "verify": "elu_sym.claims.report",
    "weight_variance": "elu_sym.networks.initialization",
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
