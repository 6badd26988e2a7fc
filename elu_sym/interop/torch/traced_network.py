"""One run of a PyTorch network as the list of functions that it calls on tensors.

Modules and functions are seen alike. Recorded is what depends on weights that will be drawn; all
that does not is data, taken as it is. What comes out of nowhere, as out of compiled code, is known
to depend on something, and nothing else.

Needs the extra ``torch``.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_iter, tree_map
from torch.utils.weak import WeakTensorKeyDictionary

from elu_sym.interop.signals import Gaussian, Random, ancestors_of
from elu_sym.interop.torch.call_rules import results_of
from elu_sym.interop.torch.layer_sums import LayerSums, operands_of_call
from elu_sym.interop.torch.layer_weights import LayerWeights, NetworkWeights
from elu_sym.interop.torch.recorded_calls import LIBRARY, Call, Data, Unpredicted
from elu_sym.interop.torch.torch_layers import TorchLayer
from elu_sym.interop.weighted_layer import FEW

__all__ = ["Recorder", "call_network", "module_stack", "trace", "weights_of"]

RANDOM = frozenset(
    (
        *("rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial", "poisson"),
        *("rand_like", "randn_like", "randint_like"),
        *("normal_", "uniform_", "bernoulli_", "exponential_", "random_"),
    )
)
"""The functions whose values are others in the next run."""

NO_ACTIVATION = "a layer without activation"


def call_network(network: nn.Module, batch: Any) -> None:
    """Run a network on a batch: a tensor, a tuple or list of arguments, or a mapping of them."""
    if isinstance(batch, Mapping):
        network(**batch)
    elif isinstance(batch, tuple | list):
        network(*batch)
    else:
        network(batch)


@contextmanager
def module_stack() -> Iterator[list[nn.Module]]:
    """The modules that are running, the innermost last, while a block of code runs."""
    running: list[nn.Module] = []

    def begin(module: nn.Module, _: Any) -> None:
        running.append(module)

    def end(module: nn.Module, _: Any, __: Any) -> None:
        while running and running.pop() is not module:
            pass

    handles = [register_module_forward_pre_hook(begin), register_module_forward_hook(end)]
    try:
        yield running
    finally:
        for handle in handles:
            handle.remove()


def trace(network: nn.Module, batch: Any, left_out: dict[int, str]) -> "Recorder":
    """Record one run; weights, buffers and random numbers are the caller's to restore.

    Args:
        network: the network, in its own mode.
        batch: what it is called with.
        left_out: parameters by identity that are not to be drawn, and why.

    Raises:
        ValueError: if the network does not run on the batch; the message names the layer.
        TypeError: if a layer has no floating-point weights.
    """
    weights = NetworkWeights(network, left_out)
    with module_stack() as running:
        recorder = Recorder(weights, running)
        for module in network.modules():
            recorder.take_for_data(vars(module))
        recorder.take_for_data(batch)
        try:
            with recorder:
                call_network(network, batch)
        except Refusal as refusal:
            raise TypeError(str(refusal)) from None
        except Exception as error:
            where = weights.module_name(running[-1]) if running else "the network"
            raise ValueError(
                f"the network does not run on this batch: {where} raises {type(error).__name__}:"
                f" {error}; give a batch as in training, of its shape, type and device"
            ) from error
    return recorder


def weights_of(
    weights: NetworkWeights, running: list[nn.Module], name: str, arguments: Any, keywords: Any
) -> LayerWeights | None:
    """The weights of a layer that is called while modules run; None if it is no such layer."""
    weight, bias = operands_of_call(name, arguments, keywords)
    return None if weight is None else weights.of(weight, bias, running[-1] if running else None)


class Refusal(Exception):
    """What no layer may be, found while the network runs."""


class Recorder(TorchFunctionMode):
    """Sees every function, and knows of every tensor what it is, or where it comes from.

    A tensor that was changed through another one, as through a view of it, has another version
    than it was recorded with, and is not known any more.

    Args:
        weights: the weights of the network.
        running: its modules that are running.

    Attributes:
        calls: the functions, in order.
        layers: the first calls of the layers, in order, by what is drawn.
        users: by the names of parameters, the functions that they were given to.
    """

    def __init__(self, weights: NetworkWeights, running: list[nn.Module]) -> None:
        super().__init__()
        self.weights, self.running = weights, running
        self.calls: list[Call] = []
        self.layers: dict[LayerWeights, TorchLayer] = {}
        self.users: dict[str, set[str]] = {}
        # For data, whether no parameter contributes to them; for other tensors what is known.
        self._known: Any = WeakTensorKeyDictionary()

    def take_for_data(self, values: Any, is_data: bool = True) -> None:
        """Let tensors depend on no weights that are drawn."""
        for each in tree_iter(values):
            if isinstance(each, Tensor):
                own = is_data and not isinstance(each, nn.Parameter)
                self._known[each] = (own, _version(each))

    def __torch_function__(
        self, function: Any, types: Any, arguments: Any = (), keywords: Any = None
    ) -> Any:
        keywords = keywords or {}
        given = [each for each in tree_iter((arguments, keywords)) if isinstance(each, Tensor)]
        name = _name(function)
        known = {id(each): self._known_of(each) for each in given}
        try:
            layer = weights_of(self.weights, self.running, name, arguments, keywords)
        except TypeError as error:
            raise Refusal(str(error)) from None
        random = any(isinstance(each, Random) for each in known.values())
        recorded = layer is not None or name in RANDOM or random

        def taken(value: Any) -> Any:  # before the function changes it
            found = known[id(value)] if isinstance(value, Tensor) else value
            if not isinstance(found, bool) or not isinstance(value, Tensor):
                return found
            if isinstance(value, nn.Parameter):
                return Data(value, is_data=False)
            return Data(value.detach().clone(), found)

        if recorded:
            places, names = tree_map(taken, (tuple(arguments), dict(keywords)))
        result = function(*arguments, **keywords)
        outputs = [each for each in tree_iter(result) if isinstance(each, Tensor)]
        if outputs:
            self._write_down_users(name, arguments, keywords)
        if not recorded:
            self.take_for_data([outputs, given], all(known.values()))
        elif outputs:
            shapes = [(*each.shape, 2) for each in outputs]
            call = Call(name, function, places, names, shapes, len(self.calls), layer)
            self.calls.append(call)
            call.outputs = results_of(call) if layer is None else self._called(call, layer)
            for k, each in enumerate(outputs):
                if not each.dtype.is_floating_point:
                    call.outputs[k] = call.unpredicted(name)
                self._known[each] = (call.outputs[k], _version(each))
        return result

    def _called(self, call: Call, weights: LayerWeights) -> list[Random]:
        """What is known of what a layer gives."""
        feeding = call.argument(0, "input")
        sums = LayerSums(call, tuple(weights.tensor.shape))
        keeps_data = isinstance(feeding, Data) and feeding.is_data
        layer = TorchLayer(
            weights,
            weights.name,
            feeding,
            sums.fan,
            sums.channels,
            keeps_data=keeps_data,
            weights=weights,
            sums=sums,
        )
        first = self.layers.setdefault(weights, layer)
        first.calls += 1
        own, ancestors = frozenset((weights,)), ancestors_of([feeding]) | {weights, call.number}
        shape = call.shapes[0]
        if first.left_alone:
            reason = f"{weights.name}, which is left alone"
            return [Unpredicted(shape, ancestors, reason=reason, place=call.number)]
        if isinstance(feeding, Unpredicted):
            law: dict[str, Any] = {"usual": 1.0, "is_gaussian": True, "place": call.number}
            return [Unpredicted(shape, ancestors, own, reason=NO_ACTIVATION, **law)]

        def squares() -> Any:
            layer.variance = first.variance
            return layer.squares()

        nearly = sums.channels < FEW and isinstance(feeding, Random)
        law = {"nearly": nearly, "approximate": feeding.approximate, "name": NO_ACTIVATION}
        return [Gaussian(shape, ancestors, own, squares=squares, library=LIBRARY, **law)]

    def _write_down_users(self, name: str, arguments: Any, keywords: Any) -> None:
        """What is done with parameters, but for multiplying by them in layers."""
        operands = operands_of_call(name, arguments, keywords)
        for each in tree_iter((arguments, keywords)):
            if isinstance(each, Tensor) and not any(each is operand for operand in operands):
                user = self.weights.name_of(each)
                if user is not None:
                    self.users.setdefault(user, set()).add(name)

    def _known_of(self, tensor: Tensor) -> Random | bool:
        """What is known of a tensor; of data, whether no parameter contributes to them."""
        found, version = self._known.get(tensor, (None, None))
        if version != _version(tensor):
            every = frozenset((*self.layers, *range(len(self.calls))))
            shape, place = (*tensor.shape, 2), len(self.calls)
            found = Unpredicted(shape, every, reason="what is not known", place=place)
            self._known[tensor] = (found, _version(tensor))
        known: Random | bool = found
        return known


def _version(tensor: Tensor) -> int:
    """How often a tensor was changed in place; nobody counts it in inference mode."""
    return 0 if tensor.is_inference() else tensor._version


def _name(function: Any) -> str:
    """What a function is called, without the underscore of those that act in place."""
    name: str = getattr(function, "__name__", "")
    if name == "__get__":
        name = getattr(function.__self__, "__name__", name)
    return name if name.endswith("__") or name in RANDOM else name.removesuffix("_")
