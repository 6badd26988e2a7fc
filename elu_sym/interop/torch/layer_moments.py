"""The moments of an activation layer on PyTorch, with the exact derivatives as their gradients.

Means and variances are the formulas of the book, computed where the tensors are and in their
precision. The covariances of two units are computed by NumPy, in double precision on the processor,
whatever the tensors are; so are their derivatives. Needs the extra ``torch``.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from elu_sym.interop.torch.formulas import torch_function
from elu_sym.networks.activation_covariances import covariance_slopes, covariances_between
from elu_sym.networks.gaussian_layers import ActivationLayer, GaussianLaw
from elu_sym.numeric.operations import FloatArray

__all__ = ["TorchMoments"]


class TorchMoments:
    """What a layer asks for, by tensors."""

    def moments(self, layer: ActivationLayer, law: GaussianLaw) -> tuple[Tensor, Tensor]:
        """The means and the variances of f at every unit."""
        found: tuple[Tensor, Tensor] = _Moments.apply(
            layer, *torch.broadcast_tensors(law.mean, law.variances)
        )
        return found

    def slopes(self, layer: ActivationLayer, law: GaussianLaw) -> Tensor:
        """E f' at every unit."""
        variances = law.variances
        # Without a variance there are no covariances for this to multiply, nor for its gradient.
        random = variances > 0.0
        deviations = torch.where(random, variances, 1.0).sqrt() * random
        return _formula(layer, "derivative_mean", law.mean, deviations)

    def covariances(self, layer: ActivationLayer, law: GaussianLaw) -> Tensor:
        """The covariances of f at every two units, and 0 on the diagonal."""
        mean, covariance = law.mean, law.covariance
        batch = torch.broadcast_shapes(mean.shape[:-1], covariance.shape[:-2])
        found: Tensor = _Covariances.apply(
            layer,
            mean.expand(*batch, *mean.shape[-1:]),
            covariance.expand(*batch, *covariance.shape[-2:]),
        )
        return found

    def on_diagonal(self, variances: Tensor) -> Tensor:
        """Matrices that have these on the diagonal, and 0 elsewhere."""
        return torch.diag_embed(variances)


class _Moments(torch.autograd.Function):
    """Mean and variance of f(X) by those of X: the derivative in a variance is finite at 0."""

    @staticmethod
    def forward(
        ctx: Any, layer: ActivationLayer, mean: Tensor, variances: Tensor
    ) -> tuple[Tensor, Tensor]:
        ctx.layer = layer
        ctx.save_for_backward(mean, variances)
        return _mean_and_variance(layer, mean, variances.sqrt())

    @staticmethod
    def backward(ctx: Any, *outer: Tensor) -> tuple[None, Tensor, Tensor]:
        return None, *_MomentSlopes.apply(ctx.layer, *ctx.saved_tensors, *outer)


class _Covariances(torch.autograd.Function):
    """The covariances of f(X_i) and f(X_j), by NumPy."""

    @staticmethod
    def forward(ctx: Any, layer: ActivationLayer, mean: Tensor, covariance: Tensor) -> Tensor:
        ctx.layer = layer
        ctx.save_for_backward(mean, covariance)
        found = covariances_between(layer.pieces, _array(mean), _array(covariance))
        return torch.from_numpy(found).to(mean)

    @staticmethod
    def backward(ctx: Any, *outer: Tensor) -> tuple[None, Tensor, Tensor]:
        return None, *_CovarianceSlopes.apply(ctx.layer, *ctx.saved_tensors, *outer)


class _Once(torch.autograd.Function):
    """A gradient, which has no derivative of its own and says so."""

    @staticmethod
    def backward(ctx: Any, *outer: Tensor) -> Any:
        raise RuntimeError("propagate has no second derivatives on PyTorch")


class _MomentSlopes(_Once):
    """The derivatives of mean and variance in those of X."""

    @staticmethod
    def forward(
        ctx: Any, layer: ActivationLayer, mean: Tensor, variances: Tensor, *outer: Tensor
    ) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            mu = mean.detach().requires_grad_()
            sigma = variances.detach().sqrt().requires_grad_()
            values = _mean_and_variance(layer, mu, sigma)
            by_mu, by_sigma = torch.autograd.grad(values, (mu, sigma), outer)
            fixed = variances <= 0.0
            if not fixed.any():
                return by_mu, by_sigma / (2.0 * sigma.detach())
            # The heat equation: half the curvature for the mean, f'^2 for the variance.
            slope = _formula(layer, "derivative_mean", mu, torch.zeros_like(mu))
            (curvature,) = torch.autograd.grad(slope.sum(), mu)
        limit = outer[0] * curvature / 2.0 + outer[1] * slope.detach() ** 2
        random = by_sigma / (2.0 * torch.where(fixed, 1.0, sigma.detach()))
        return by_mu, torch.where(fixed, limit, random)


class _CovarianceSlopes(_Once):
    """The derivatives of the covariances in the mean and the covariance of X, by NumPy."""

    @staticmethod
    def forward(
        ctx: Any, layer: ActivationLayer, mean: Tensor, covariance: Tensor, outer: Tensor
    ) -> tuple[Tensor, Tensor]:
        arrays = map(_array, (mean, covariance, outer))
        of_mean, of_covariance = covariance_slopes(layer.pieces, *arrays)
        return torch.from_numpy(of_mean).to(outer), torch.from_numpy(of_covariance).to(outer)


def _array(tensor: Tensor) -> FloatArray:
    found: FloatArray = tensor.detach().cpu().double().numpy()
    return found


def _formula(layer: ActivationLayer, name: str, mu: Tensor, sigma: Tensor) -> Tensor:
    """A formula of the activation, in the type of the law."""
    formula = getattr(layer.activation, name)
    found: Tensor = torch_function(formula)(mu, sigma, *layer.parameters)
    return found


def _mean_and_variance(layer: ActivationLayer, mu: Tensor, sigma: Tensor) -> tuple[Tensor, Tensor]:
    return _formula(layer, "mean", mu, sigma), _formula(layer, "variance", mu, sigma)
