"""What recorded pre-activations of an ELU layer look like, beside the Gaussian prediction.

The values are read once, in blocks: from an array, from a ``.npy``, ``.csv`` or ``.parquet`` file
of any length, or from a running network, see ``elu_sym.interop.torch``. ELU and its moments come
from the definition and the book, and no framework is imported here.
"""

from elu_sym.layer_audit.auditing import audit
from elu_sym.layer_audit.recorder import LayerRecorder
from elu_sym.layer_audit.result import Comparison, Estimate, Histogram, LayerAudit

__all__ = ["Comparison", "Estimate", "Histogram", "LayerAudit", "LayerRecorder", "audit"]
