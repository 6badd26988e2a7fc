"""Gains that libraries have for the activations that are not in the book, beside the exact ones.

Those of the book are in :mod:`elu_sym.networks.published_constants`.
"""

from dataclasses import dataclass
from decimal import Decimal

from elu_sym.networks.certified_activation import KEPT, CertifiedActivation
from elu_sym.networks.tabulated_moments import CONTEXT, MOMENTS

__all__ = ["PUBLISHED_GAINS", "PublishedGain"]


@dataclass(frozen=True)
class PublishedGain:
    """A published gain at X ~ N(0, 1).

    Attributes:
        activation: the name of the activation.
        value: the number as it is published.
        preserve: what such a gain is to preserve, as for :func:`elu_sym.gain`.
        source: the library and file in which it stands.

    Examples:
        >>> row = PUBLISHED_GAINS["nfnets.silu"]
        >>> print(f"{row.value}, {row.exact:.12f}, {row.relative_difference:.1e}")
        1.7881293296813965, 1.787187222100, 5.3e-04
    """

    activation: str
    value: str
    preserve: str
    source: str

    @property
    def exact(self) -> float:
        """The gain, within a unit of the last place."""
        return float(CertifiedActivation.named(self.activation).gain(preserve=self.preserve))

    @property
    def relative_difference(self) -> float:
        """The published number less the exact one, over the exact one."""
        moment = MOMENTS[self.activation][KEPT[self.preserve]]
        return float(CONTEXT.multiply(Decimal(self.value), CONTEXT.sqrt(moment)) - 1)


_SOURCE = (
    "google-deepmind/deepmind-research, nfnets/base.py, nonlinearities, commit 68a1754;"
    " huggingface/pytorch-image-models, timm/models/nfnet.py, _nonlin_gamma, commit 0262a0e"
)

# JAX has the first with the hyperbolic tangent, PyTorch the one with the normal distribution.
_NFNETS = {
    "gelu": "1.7015043497085571",
    "gelu_tanh": "1.7015043497085571",
    "log_sigmoid": "1.9193484783172607",
    "relu6": "1.7131484746932983",
    "sigmoid": "4.803835391998291",
    "silu": "1.7881293296813965",
    "softplus": "1.9203323125839233",
    "softsign": "2.338853120803833",
    "tanh": "1.5939117670059204",
}

PUBLISHED_GAINS = {
    f"nfnets.{name}": PublishedGain(name, value, "variance", _SOURCE)
    for name, value in _NFNETS.items()
}
"""Every published gain by the library and the activation."""
