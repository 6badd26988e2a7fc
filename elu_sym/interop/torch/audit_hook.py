"""Audit the ELU layers of a running PyTorch network: a hook that keeps sums, not tensors.

Needs the extra ``torch``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from elu_sym.layer_audit import LayerAudit, LayerRecorder, float_formats
from elu_sym.layer_audit.recorder import LARGEST

__all__ = ["AuditHook", "audited"]

FORMATS = {getattr(torch, name): name for name in float_formats.FORMATS}

PIECE = 1 << 20
"""Values that are brought to the processor at a time."""


class AuditHook:
    """Accumulates the pre-activations of a layer over all batches.

    Register it on the activation, where it records what comes in, or on the layer before, where it
    records what comes out::

        activation.register_forward_pre_hook(hook)
        linear.register_forward_hook(hook)

    Neither the tensors nor their gradients are touched, and none is kept: the memory is a few
    megabytes however many batches there are. A batch is recorded whole or, where it raises, not at
    all.

    Attributes:
        batches: how many batches were recorded.

    Examples:
        >>> generator = torch.Generator().manual_seed(0)
        >>> layer, activation, hook = nn.Linear(64, 32), nn.ELU(), AuditHook(alpha=1.0)
        >>> handle = activation.register_forward_pre_hook(hook)
        >>> for _ in range(3):
        ...     _ = activation(layer(torch.randn(100, 64, generator=generator)))
        >>> handle.remove()
        >>> hook.result().count
        9600
    """

    def __init__(
        self, alpha: float = 1.0, *, confidence: float = 0.95, source: str = "pre-activations"
    ) -> None:
        """Start with no batch.

        Args:
            alpha: alpha of the ELU, positive.
            confidence: the level of the intervals.
            source: the name of the layer, for results and messages.

        Raises:
            TypeError: if alpha or confidence is no real number.
            ValueError: if one of them is outside of its range.
        """
        self._options: dict[str, Any] = {"confidence": confidence, "source": source}
        self._alpha = LayerRecorder(alpha, **self._options).alpha
        self.reset()

    def reset(self) -> None:
        """Forget all batches."""
        self.batches = 0
        self._recorder: LayerRecorder | None = None

    def __call__(self, module: nn.Module, arguments: Any, *output: Any) -> None:
        """Record a batch: the output if there is one, and the first argument if not.

        Raises:
            TypeError: if it is no tensor of real floating-point numbers.
            ValueError: if a value is not finite or the format is not that of the batches before.
        """
        tensor = output[0] if output else (arguments[0] if arguments else None)
        where = f"{self._options['source']}, batch {self.batches} of {type(module).__name__}"
        if not isinstance(tensor, Tensor):
            raise TypeError(
                f"{where}: {type(tensor).__name__} is no tensor: register the hook on a layer with"
                " one tensor, given by position"
            )
        if tensor.dtype not in FORMATS or tensor.layout != torch.strided:
            raise TypeError(
                f"{where}: the tensor has dtype {tensor.dtype} and layout {tensor.layout}: audit"
                f" dense tensors of {', '.join(FORMATS.values())}"
            )
        tensor, float_format = tensor.detach(), FORMATS[tensor.dtype]
        # What LayerRecorder refuses is refused here, before a piece of the batch is recorded. A
        # larger limit than the format has would be infinity in the comparison.
        inside = tensor.abs() <= min(LARGEST, torch.finfo(tensor.dtype).max)
        if not bool(inside.all()):
            index = [int(k) for k in (~inside).nonzero()[0]]
            raise ValueError(
                f"{where}: element {index} is {tensor[tuple(index)].item()}: only finite values up"
                f" to {LARGEST:g} can be audited"
            )
        if self._recorder is None:
            self._recorder = LayerRecorder(self._alpha, float_format=float_format, **self._options)
        elif self._recorder.float_format != float_format:
            raise ValueError(
                f"{where}: the tensor is {float_format} after {self._recorder.float_format}: use a"
                " hook for each format"
            )
        flat = tensor.reshape(-1)
        for start in range(0, flat.numel(), PIECE):
            piece = flat[start : start + PIECE].cpu()
            self._recorder.add(piece.to(torch.float64).numpy())
        self.batches += 1

    def result(self) -> LayerAudit:
        """The audit of all batches so far; recording goes on after it.

        Raises:
            ValueError: if there are fewer than 100 values, too few for the intervals.
        """
        recorder = self._recorder or LayerRecorder(self._alpha, **self._options)
        return recorder.result()


@contextmanager
def audited(network: nn.Module, *, confidence: float = 0.95) -> Iterator[dict[str, AuditHook]]:
    """Audit every ELU of a network while a block of code runs it.

    Args:
        network: a network with modules of the class ``torch.nn.ELU``, each of which brings its
            alpha; one that occurs in several places is one layer.
        confidence: the level of the intervals.

    Yields:
        The hooks by the names of the modules. They are removed at the end of the block and keep
        what they recorded.

    Raises:
        ValueError: if there is no ELU in it.

    Examples:
        >>> network = nn.Sequential(nn.Linear(8, 16), nn.ELU(), nn.Linear(16, 4), nn.ELU(0.5))
        >>> with audited(network) as hooks:
        ...     _ = network(torch.randn(50, 8))
        >>> {name: hook.result().count for name, hook in hooks.items()}
        {'1': 800, '3': 200}
    """
    layers = {
        name: module for name, module in network.named_modules() if isinstance(module, nn.ELU)
    }
    if not layers:
        raise ValueError("network has no torch.nn.ELU: register an AuditHook on its activations")
    hooks = {
        name: AuditHook(layer.alpha, confidence=confidence, source=name or "ELU")
        for name, layer in layers.items()
    }
    handles = [layers[name].register_forward_pre_hook(hook) for name, hook in hooks.items()]
    try:
        yield hooks
    finally:
        for handle in handles:
            handle.remove()
