"""One run of a PyTorch network as the list of functions that it calls on tensors.

Modules and functions are seen alike. Recorded is what depends on weights that will be drawn; all
that does not is data, taken as it is. What comes out of nowhere, as out of compiled code, is known
to depend on something, and nothing else.

Needs the extra ``torch``.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeGuard

from torch import Tensor, nn
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_iter, tree_map
from torch.utils.weak import WeakTensorKeyDictionary

from elu_sym.interop.torch.layer_weights import LayerWeights, NetworkWeights
from elu_sym.interop.torch.recorded_calls import (
    Call,
    Node,
    Reference,
    TracedNetwork,
    argument_of,
    operands_of_call,
)

__all__ = ["call_network", "module_stack", "trace"]

DIVIDING = ("chunk", "split", "tensor_split")
"""The functions that divide the units of a layer into parts."""

RANDOM = frozenset(
    (
        *("rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial", "poisson"),
        *("rand_like", "randn_like", "randint_like"),
        *("normal_", "uniform_", "bernoulli_", "exponential_", "random_"),
    )
)
"""The functions whose values are others in the next run."""

LEARNED = -1
"""In the place of data to which parameters contribute that are not drawn."""


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


def trace(network: nn.Module, batch: Any, left_out: dict[int, str]) -> TracedNetwork:
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
        recorder = _Recorder(weights, running)
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
    shared = recorder.shared()
    return TracedNetwork(recorder.calls, recorder.nodes, recorder.users, shared, weights)


class Refusal(Exception):
    """What no layer may be, found while the network runs."""


class _Recorder(TorchFunctionMode):
    """Sees every function, and knows of every tensor where it comes from.

    A tensor that was changed through another one, as through a view of it, has another version
    than it was recorded with, and is not known any more.
    """

    def __init__(self, weights: NetworkWeights, running: list[nn.Module]) -> None:
        super().__init__()
        self.weights, self.running = weights, running
        self.calls: list[Call] = []
        self.nodes: list[Node] = []
        self.users: dict[str, set[str]] = {}
        self._places: Any = WeakTensorKeyDictionary()
        self._bits = 1
        self._own: dict[int, int] = {}
        self._divided: dict[int, list[list[int]]] = {}

    def take_for_data(self, values: Any, of_batch: bool = True) -> None:
        for each in tree_iter(values):
            if isinstance(each, Tensor):
                kept = of_batch and not isinstance(each, nn.Parameter)
                self._places[each] = (None if kept else LEARNED, _version(each))

    def __torch_function__(
        self, function: Any, types: Any, arguments: Any = (), keywords: Any = None
    ) -> Any:
        keywords = keywords or {}
        given = [each for each in tree_iter((arguments, keywords)) if isinstance(each, Tensor)]
        name = _name(function)
        nodes = [self._node(each) for each in given]
        layer = self._layer(name, arguments, keywords)
        random = name in RANDOM
        of_batch = all(node is None for node in nodes)
        recorded = layer is not None or random or any(map(_is_place, nodes))
        if recorded:  # before the function changes them
            known = {id(each): node for each, node in zip(given, nodes, strict=True)}

            def taken(value: Any) -> Any:
                if not isinstance(value, Tensor):
                    return value
                node = known[id(value)]
                if _is_place(node):
                    return Reference(node)
                return value if isinstance(value, nn.Parameter) else value.detach().clone()

            places, names = tree_map(taken, tuple(arguments)), tree_map(taken, dict(keywords))
        first = argument_of(arguments, keywords, 0, "input")
        result = function(*arguments, **keywords)
        outputs = [each for each in tree_iter(result) if isinstance(each, Tensor)]
        if outputs:
            self._write_down_users(name, arguments, keywords)
        if not recorded:
            self.take_for_data([outputs, given], of_batch)
            return result
        depends = 0
        for node in nodes:
            depends |= self.nodes[node].depends if _is_place(node) else 0
        bit = own = units = 0
        if layer is not None:
            bit = self._next_bit()
            own = self._own.get(id(layer)) or self._next_bit()
            self._own[id(layer)] = own
            # Where the layer was called before on the way, its units have all weights in common.
            if not depends & own:
                units = -1 - int(name[-2]) if name.startswith("conv") else -1
        parts = self._parts(name, places, names, len(outputs))
        made = tuple(
            self._add(each, depends & ~whole | bit | own | part, own or part, units)
            for each, (whole, part) in zip(outputs, parts, strict=True)
        )
        if made:
            fed = next((node for each, node in zip(given, nodes, strict=True) if each is first), 0)
            call = Call(name, function, places, names, made, layer, bit, fed is None)
            self.calls.append(call)
        return result

    def _parts(self, name: str, places: Any, names: Any, count: int) -> list[tuple[int, int]]:
        """The bits of the weights whose units a function divides, and of each part of them."""
        none = [(0, 0)] * count
        source = places[0] if places else None
        if name not in DIVIDING or not isinstance(source, Reference):
            return none
        node = self.nodes[source.node]
        axes, axis = len(node.shape), argument_of(places, names, 2, "dim", 0)
        if not node.units or axis % axes - axes != node.units:
            return none
        bits = [self._next_bit() for _ in range(count)]
        self._divided.setdefault(node.own, []).append(bits)
        return [(node.own, bit) for bit in bits]

    def shared(self) -> dict[int, int]:
        """For each bit of weights those of weights that are some of the same."""
        found = {own: own for own in self._own.values()}
        for own, divisions in self._divided.items():
            for bits in divisions:
                # The parts of one division have no weights in common, those of two may.
                others = sum(sum(other) for other in divisions if other is not bits)
                found |= {bit: bit | own | others for bit in bits}
            found[own] |= sum(map(sum, divisions))
        return found

    def _next_bit(self) -> int:
        self._bits <<= 1
        return self._bits

    def _layer(self, name: str, arguments: Any, keywords: Any) -> LayerWeights | None:
        """The weights of a layer."""
        weight, bias = operands_of_call(name, arguments, keywords)
        module = self.running[-1] if self.running else None
        try:
            return None if weight is None else self.weights.of(weight, bias, module)
        except TypeError as error:
            raise Refusal(str(error)) from None

    def _write_down_users(self, name: str, arguments: Any, keywords: Any) -> None:
        """What is done with parameters, but for multiplying by them in layers."""
        operands = operands_of_call(name, arguments, keywords)
        for each in tree_iter((arguments, keywords)):
            if isinstance(each, Tensor) and not any(each is operand for operand in operands):
                user = self.weights.name_of(each)
                if user is not None:
                    self.users.setdefault(user, set()).add(name)

    def _node(self, tensor: Tensor) -> int | None:
        """The place of a tensor; None for data of the batch, and less than 0 for other data."""
        node, version = self._places.get(tensor, (None, None))
        if version == _version(tensor):
            return node
        return self._add(tensor, 2 * self._bits - 1)

    def _add(self, tensor: Tensor, depends: int, own: int = 0, units: int = 0) -> int:
        self.nodes.append(Node(tensor.shape, tensor.device, depends, own, units))
        self._places[tensor] = (len(self.nodes) - 1, _version(tensor))
        return len(self.nodes) - 1


def _is_place(node: int | None) -> TypeGuard[int]:
    return node is not None and node != LEARNED


def _version(tensor: Tensor) -> int:
    """How often a tensor was changed in place; nobody counts it in inference mode."""
    return 0 if tensor.is_inference() else tensor._version


def _name(function: Any) -> str:
    """What a function is called, without the underscore of those that act in place."""
    name: str = getattr(function, "__name__", "")
    if name == "__get__":
        name = getattr(function.__self__, "__name__", name)
    return name if name.endswith("__") or name in RANDOM else name.removesuffix("_")
