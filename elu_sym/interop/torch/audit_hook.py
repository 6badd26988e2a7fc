"""Audit the layers of a running PyTorch network: a hook that keeps sums, not tensors.

Needs the extra ``torch``.
"""

import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from elu_sym.layer_audit import LayerAudit, LayerRecorder, float_formats
from elu_sym.networks.activation_argument import ActivationArgument

__all__ = ["AuditHook", "audited"]

FORMATS = {getattr(torch, name): name for name in float_formats.FORMATS}

PIECE = 1 << 20
"""Values that are brought to the processor at a time."""


def _leaky_relu(module: nn.LeakyReLU) -> dict[str, Any]:
    slope = module.negative_slope
    return {"activation": "leaky_relu", "slope": slope} if slope else {"activation": "relu"}


MODULES: dict[type[nn.Module], Callable[[Any], dict[str, Any]]] = {
    nn.ELU: lambda module: {"activation": "elu", "alpha": module.alpha},
    nn.CELU: lambda module: {"activation": "celu", "alpha": module.alpha},
    nn.SELU: lambda module: {"activation": "selu"},
    nn.ReLU: lambda module: {"activation": "relu"},
    nn.LeakyReLU: _leaky_relu,
}
"""The activations of PyTorch that are known, and what each module is here."""


class AuditHook:
    """Accumulates the pre-activations of a layer over all batches.

    Register it on the activation, where it records what comes in, or on the layer before, where it
    records what comes out::

        activation.register_forward_pre_hook(hook)
        linear.register_forward_hook(hook)

    Neither the tensors nor their gradients are touched, and none is kept: the memory is a few
    megabytes however many batches there are. A batch is recorded whole or, where it raises, not at
    all. The values of all units, channels and places are taken together, as one sample.

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
        self,
        alpha: float | None = None,
        *,
        activation: ActivationArgument = "elu",
        confidence: float = 0.95,
        source: str = "pre-activations",
        **parameters: float,
    ) -> None:
        """Start with no batch.

        Args:
            alpha: that of the activation, positive; by default its own, 1 for ELU.
            activation: an activation of the book or its name.
            confidence: the level of the intervals.
            source: the name of the layer, for results and messages.
            **parameters: the other parameters of the activation, ``slope`` for leaky ReLU and
                ``scale`` for SELU.

        Raises:
            TypeError: if a parameter or confidence is no real number, or the activation has no
                parameter of a name that is given.
            ValueError: if one of them is outside of its range, or the activation is unknown.
        """
        self._options: dict[str, Any] = {
            "alpha": alpha,
            "activation": activation,
            "confidence": confidence,
            "source": source,
            "selection": "all units pooled",
            **parameters,
        }
        self._largest = LayerRecorder(**self._options).largest
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
        inside = tensor.abs() <= min(self._largest, torch.finfo(tensor.dtype).max)
        if not bool(inside.all()):
            index = [int(k) for k in (~inside).nonzero()[0]]
            raise ValueError(
                f"{where}: element {index} is {tensor[tuple(index)].item()}: only finite values up"
                f" to {self._largest:g} can be audited"
            )
        if self._recorder is None:
            self._recorder = LayerRecorder(float_format=float_format, **self._options)
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
        recorder = self._recorder or LayerRecorder(**self._options)
        return recorder.result()


@contextmanager
def audited(
    network: nn.Module, *, confidence: float = 0.95, each_call: bool = False
) -> Iterator[dict[str, AuditHook]]:
    """Audit every activation of a network while a block of code runs it.

    Args:
        network: a network with modules of the classes ``torch.nn.ELU``, ``CELU``, ``SELU``,
            ``ReLU`` or ``LeakyReLU``, each of which brings its parameter.
        confidence: the level of the intervals.
        each_call: whether a module that is called in several places is a layer in each of them.
            Calls are counted from 0 in each pass of the network, and the hooks are ``"name[0]"``,
            ``"name[1]"`` and so on, from their first calls on. By default it is one layer.

    Yields:
        The hooks by the names of the modules. They are removed at the end of the block and keep
        what they recorded.

    Raises:
        ValueError: if there is no such activation in it, or with ``each_call`` one is called while
            the network is not.

    Warns:
        UserWarning: naming PyTorch's other activations in it, such as GELU, which are left out.

    Examples:
        >>> network = nn.Sequential(nn.Linear(8, 16), nn.ELU(), nn.Linear(16, 4), nn.SELU())
        >>> with audited(network) as hooks:
        ...     _ = network(torch.randn(50, 8))
        >>> {name: hook.result().count for name, hook in hooks.items()}
        {'1': 800, '3': 200}
        >>> hooks["3"].result().activation
        'selu'
        >>> activation = nn.ReLU()
        >>> network = nn.Sequential(nn.Linear(8, 8), activation, nn.Linear(8, 8), activation)
        >>> with audited(network, each_call=True) as hooks:
        ...     _ = network(torch.randn(50, 8))
        >>> list(hooks)
        ['1[0]', '1[1]']
    """
    layers = {name: module for name, module in network.named_modules() if _given(module)}
    if not layers:
        known = ", ".join(f"torch.nn.{kind.__name__}" for kind in MODULES)
        raise ValueError(
            f"network has no module of the classes {known}, which can be audited: where it calls"
            " one of these activations as a function, register an AuditHook on the layer before"
        )

    others = [
        f"{name} ({type(module).__name__})"
        for name, module in network.named_modules()
        if type(module).__module__ == nn.ELU.__module__
        and name not in layers
        and not isinstance(module, nn.MultiheadAttention)
    ]
    if others:
        message = f"not audited, since no such activation is in the book: {', '.join(others)}"
        warnings.warn(message, stacklevel=3)  # from contextlib, and from there where it is entered

    def hook_of(key: str, module: nn.Module) -> AuditHook:
        source = key if key[:1] not in ("", "[") else f"{type(module).__name__}{key}"
        return AuditHook(confidence=confidence, source=source, **_given(module))

    hooks = {} if each_call else {name: hook_of(name, each) for name, each in layers.items()}
    calls: Counter[str] | None = None  # in the pass that runs, if one does

    def begin(*_: Any) -> None:
        nonlocal calls
        calls = Counter()

    def end(*_: Any) -> None:
        nonlocal calls
        calls = None

    def record(name: str, module: nn.Module, arguments: Any) -> None:
        key = name
        if each_call:
            if calls is None:
                raise ValueError(
                    f"{name} is called while the network is not: with each_call, call the network"
                    " that is audited"
                )
            key = f"{name}[{calls[name]}]"
            calls[name] += 1
        hook = hooks.get(key) or hook_of(key, module)
        hook(module, arguments)
        hooks[key] = hook  # where nothing was recorded there is no layer

    with ExitStack() as handles:
        if each_call:
            handles.callback(network.register_forward_pre_hook(begin).remove)
            handles.callback(network.register_forward_hook(end, always_call=True).remove)
        for name, module in layers.items():
            handles.callback(module.register_forward_pre_hook(partial(record, name)).remove)
        yield hooks


def _given(module: nn.Module) -> dict[str, Any]:
    """The arguments of a hook for a module, empty if it is no known activation."""
    for kind, given in MODULES.items():
        if isinstance(module, kind):
            return given(module)
    return {}
