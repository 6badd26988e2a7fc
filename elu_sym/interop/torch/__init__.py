"""ELU on PyTorch: formulas with gradients, initializers, an audit, the uncertainty of outputs.

Needs the extra ``torch``.
"""

from elu_sym.algebra.optional import extra

with extra("torch", "elu_sym.interop.torch"):
    import torch  # noqa: F401

# After the message above, which names this package.
from elu_sym.interop.torch.audit_hook import AuditHook, audited
from elu_sym.interop.torch.formulas import torch_function
from elu_sym.interop.torch.initializers import elu_kaiming_normal_, elu_kaiming_uniform_
from elu_sym.interop.torch.uncertainty import Residual, propagate
from elu_sym.interop.torch.whole_network import initialize_

__all__ = [
    "AuditHook",
    "Residual",
    "audited",
    "elu_kaiming_normal_",
    "elu_kaiming_uniform_",
    "initialize_",
    "propagate",
    "torch_function",
]
