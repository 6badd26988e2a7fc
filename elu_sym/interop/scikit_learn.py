"""Kernels of infinitely wide networks for scikit-learn: Gaussian processes, support vectors.

Needs scikit-learn, which the extra ``experiments`` installs.
"""

from typing import Any

import numpy as np

from elu_sym.algebra.optional import extra
from elu_sym.networks.activation_argument import ActivationArgument
from elu_sym.networks.infinite_width import Kind, gram, gram_diagonal
from elu_sym.numeric.operations import FloatArray

with extra("experiments", "elu_sym.interop.scikit_learn"):
    from sklearn.gaussian_process.kernels import Hyperparameter, Kernel

__all__ = ["InfiniteNetworkKernel"]

STEP = 1e-5
"""How far the logarithm of a hyperparameter is moved to either side for a derivative: there both
errors, of rounding and of the third derivative, are about 1e-10 of the kernel."""

Bounds = tuple[float, float] | str
"""From where to where a hyperparameter is sought, or ``"fixed"``."""


class InfiniteNetworkKernel(Kernel):
    """The kernel of an infinitely wide network as scikit-learn knows kernels.

    Give it to ``GaussianProcessRegressor(kernel=...)``, also in sums and products with other
    kernels, or to ``SVC(kernel=...)``.

    Args:
        depth: the number of hidden layers.
        weight_variance: the variance of a weight times fan_in, sought unless its bounds are
            ``"fixed"``.
        bias_variance: the variance of a bias; 0 with bounds ``"fixed"`` only.
        alpha: that of ELU, CELU or SELU, which is sought if it has bounds; by default that of the
            activation.
        weight_variance_bounds: where it is sought.
        bias_variance_bounds: where it is sought.
        alpha_bounds: where it is sought.
        kind: ``"nngp"`` or ``"ntk"``.
        activation: an activation of the book or its name.

    Accuracy:
        The kernel is that of :func:`elu_sym.networks.infinite_width.gram`. Its gradient in the
        logarithms of the hyperparameters is one of central differences, right to about 1e-9 of the
        kernel; it costs two kernels for each hyperparameter that is sought.

    Source:
        :mod:`elu_sym.networks.infinite_width`.

    Examples:
        >>> from sklearn.gaussian_process import GaussianProcessRegressor
        >>> X = np.array([[-1.0], [0.0], [1.0]])
        >>> kernel = InfiniteNetworkKernel(depth=1, weight_variance=2.0, bias_variance=0.5)
        >>> process = GaussianProcessRegressor(kernel, optimizer=None).fit(X, [1.0, 0.0, 1.0])
        >>> print(process.predict([[0.5]]).round(3))
        [0.327]
    """

    def __init__(
        self,
        depth: int = 1,
        weight_variance: float = 1.0,
        bias_variance: float = 1.0,
        alpha: float | None = None,
        weight_variance_bounds: Bounds = (1e-5, 1e5),
        bias_variance_bounds: Bounds = (1e-5, 1e5),
        alpha_bounds: Bounds = "fixed",
        kind: Kind = "nngp",
        activation: ActivationArgument = "elu",
    ) -> None:
        """Keep the arguments as they are, as scikit-learn asks."""
        self.depth = depth
        self.weight_variance = weight_variance
        self.bias_variance = bias_variance
        self.alpha = alpha
        self.weight_variance_bounds = weight_variance_bounds
        self.bias_variance_bounds = bias_variance_bounds
        self.alpha_bounds = alpha_bounds
        self.kind = kind
        self.activation = activation

    def _hyperparameter(self, name: str) -> Any:
        """What scikit-learn knows of a hyperparameter.

        Raises:
            ValueError: if it is sought, and has no value whose logarithm could be moved, or its
                bounds are another word.
        """
        value, bounds = getattr(self, name), getattr(self, f"{name}_bounds")
        if isinstance(bounds, str) and bounds != "fixed":
            raise ValueError(f"{name}_bounds = {bounds!r}: give 'fixed' or two positive numbers")
        if not isinstance(bounds, str) and not (value and value > 0.0):
            raise ValueError(
                f"{name} = {value!r} is sought from {bounds[0]} to {bounds[1]}: give a positive"
                f" number to begin with, or {name}_bounds = 'fixed'"
            )
        return Hyperparameter(name, "numeric", bounds)

    @property
    def hyperparameter_alpha(self) -> Any:
        """That of the activation."""
        return self._hyperparameter("alpha")

    @property
    def hyperparameter_bias_variance(self) -> Any:
        """That of biases."""
        return self._hyperparameter("bias_variance")

    @property
    def hyperparameter_weight_variance(self) -> Any:
        """That of weights."""
        return self._hyperparameter("weight_variance")

    def __call__(self, X: Any, Y: Any = None, eval_gradient: bool = False) -> Any:
        """The kernel of all pairs of inputs, and its gradient.

        Args:
            X: the inputs, one a row.
            Y: other inputs; by default those of X.
            eval_gradient: whether the gradient is asked for, without Y.

        Returns:
            The matrix, of float64 also for inputs of float32; with ``eval_gradient`` also its
            derivatives in the logarithms of what is sought, along a third axis.

        Raises:
            ValueError: as :func:`~elu_sym.networks.infinite_width.gram`, and for a gradient with Y.
        """
        rows = _matrix(X)
        found = gram(rows, Y if Y is None else _matrix(Y), **self._arguments())
        if not eval_gradient:
            return found
        if Y is not None:
            raise ValueError("Y is given with eval_gradient = True: give X alone")
        slopes = [self._slope(rows, place) for place in range(len(self.theta))]
        return found, np.stack(slopes, axis=2) if slopes else np.empty((*found.shape, 0))

    def _slope(self, rows: FloatArray, place: int) -> FloatArray:
        """The derivative in the logarithm of one of what is sought."""
        step = STEP * np.eye(len(self.theta))[place]
        above, below = (self.clone_with_theta(self.theta + move) for move in (step, -step))
        return np.asarray((above(rows) - below(rows)) / (2.0 * STEP))

    def diag(self, X: Any) -> Any:
        """The kernel of each input with itself.

        Args:
            X: the inputs, one a row.

        Returns:
            A vector.
        """
        return gram_diagonal(_matrix(X), **self._arguments())

    def is_stationary(self) -> bool:
        """No: the kernel of two inputs is not one of their difference."""
        return False

    def _arguments(self) -> dict[str, Any]:
        """What the matrix is computed of.

        Raises:
            ValueError: if two kernels are asked for.
        """
        if self.kind == "both":
            raise ValueError("kind = 'both' are two kernels: give 'nngp' or 'ntk'")
        names = ("depth", "weight_variance", "bias_variance", "alpha", "kind", "activation")
        return {name: getattr(self, name) for name in names}

    def __repr__(self) -> str:
        numbers = {
            name: f"{getattr(self, name):.3g}"
            for name in ("weight_variance", "bias_variance", "alpha")
            if getattr(self, name) is not None
        }
        shown = {"depth": self.depth, **numbers, "kind": repr(self.kind)}
        shown["activation"] = repr(self.activation)
        return f"InfiniteNetworkKernel({', '.join(f'{n}={v}' for n, v in shown.items())})"


def _matrix(inputs: Any) -> Any:
    """Inputs of float32 in float64: differences, and factors of matrices, need its digits."""
    rows = np.atleast_2d(inputs)
    return rows.astype(np.float64) if rows.dtype == np.float32 else rows
