"""Which layers end a branch, and how many branches a stream has: as the networks are written."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra torch")

from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from elu_sym import second_moment  # noqa: E402
from elu_sym.interop.torch import initialize_  # noqa: E402


class Network(nn.Module):
    """Layers by name, and what is done with them."""

    def __init__(self, run, names, width=6):
        super().__init__()
        for name in names.split():
            self.add_module(name, nn.Linear(width, width))
        self.run = run

    def forward(self, x):
        return self.run(self, x)


def branch(network, k, x):
    inner, outer = getattr(network, f"inner{k}"), getattr(network, f"outer{k}")
    return outer(F.elu(inner(F.elu(x))))


def three_blocks(network, x):
    x = network.stem(x)
    for k in range(3):
        x = x + branch(network, k, x)
    return x


def in_place_and_after_dropout(network, x):
    x = network.stem(x)
    for k in range(3):
        x += F.dropout(branch(network, k, x), 0.5)
    return x


def of_the_data(network, x):
    for k in range(3):
        x = branch(network, k, x) + x
    return x


def activated_after(network, x):
    x = F.elu(network.stem(x))
    for k in range(3):
        x = F.elu(x + branch(network, k, x))
    return x


def new_stream(network, x):
    x = network.stem(x)
    x = x + branch(network, 0, x)
    x = x + branch(network, 1, x)
    x = network.between(F.elu(x))
    return x + branch(network, 2, x)


def projected(network, x):
    x = network.stem(x)
    x = x + branch(network, 0, x)
    x = network.between(x) + branch(network, 1, x)
    return x + branch(network, 2, x)


def scaled_by_itself(network, x):
    x = network.stem(x)
    for k in range(3):
        x = (x + branch(network, k, x)) / 2**0.5
    return x


def branches_scaled(network, x):
    x = network.stem(x)
    for k in range(3):
        x = x + 0.1 * branch(network, k, x)
    return x


def normalized_after(network, x):
    x = network.stem(x)
    for k in range(3):
        x = F.layer_norm(x + branch(network, k, x), (6,))
    return x


def normalized_branches(network, x):
    x = network.stem(x)
    for k in range(3):
        x = x + F.layer_norm(branch(network, k, x), (6,))
    return x


def parallel(network, x):
    return network.stem(x) + network.between(x)


def fed_by_the_batch_again(network, x):
    found = network.stem(x) + network.inner0(x)
    for layer in (network.inner1, network.inner2):
        found = found + layer(x)
    return found


BLOCKS = "stem inner0 outer0 inner1 outer1 inner2 outer2"
THREE = {"outer0": 3, "outer1": 3, "outer2": 3}

CASES = {
    "three blocks": (three_blocks, BLOCKS, THREE),
    "in place, after dropout": (in_place_and_after_dropout, BLOCKS, THREE),
    "of the data": (of_the_data, BLOCKS.removeprefix("stem "), THREE),
    "activated after the sum": (activated_after, BLOCKS, THREE),
    "a layer between": (new_stream, f"{BLOCKS} between", {"outer0": 2, "outer1": 2}),
    "a projection": (projected, f"{BLOCKS} between", {"outer1": 2, "outer2": 2}),
    "scaled by the network": (scaled_by_itself, BLOCKS, {}),
    "branches scaled by the network": (branches_scaled, BLOCKS, {}),
    "normalized after the sum": (normalized_after, BLOCKS, {}),
    "normalized branches": (normalized_branches, BLOCKS, {}),
    "fed by the batch again": (
        fed_by_the_batch_again,
        "stem inner0 inner1 inner2",
        {"inner1": 2, "inner2": 2},
    ),
    "parallel layers": (parallel, "stem between", {}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_branches_are_found(case):
    run, names, expected = CASES[case]
    batch = torch.ones(2, 6)
    table = initialize_(Network(run, names), batch, redraws=0)
    found = {}
    for layer in table.layers:
        if layer.rule.endswith(" branches"):
            found[layer.name] = int(layer.rule.split()[-2])
            if layer.predicted is not None:
                assert layer.predicted == pytest.approx(1.0 / found[layer.name])
    assert found == expected
    assert len(table.layers) == len(names.split())


def test_the_stream_has_the_exact_variance_for_the_layers_in_a_branch():
    table = initialize_(Network(three_blocks, BLOCKS), torch.ones(2, 6), redraws=0)
    for k in range(3):
        moment = second_moment(0.0, (1.0 + k / 3.0) ** 0.5)
        assert table[f"inner{k}"].gain == pytest.approx(moment**-0.5, rel=1e-12)
        assert table[f"inner{k}"].predicted == pytest.approx(1.0)


def test_a_block_that_is_used_again_has_the_share_of_all_its_uses():
    def run(network, x):
        x = network.stem(x)
        for _ in range(4):
            x = x + branch(network, 0, x)
        return x

    table = initialize_(Network(run, "stem inner0 outer0"), torch.ones(2, 6), redraws=0)
    assert table["outer0"].rule == (
        "fed by elu, ends 1 of 4 branches, shared by 4 calls, this is the first"
    )
    assert table["outer0"].predicted == pytest.approx(0.25)


@pytest.mark.parametrize("learned", [True, False])
def test_places_that_are_added_to_the_first_layer_are_no_stream(learned):
    class Transformer(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem, self.inner, self.outer = (nn.Linear(6, 6) for _ in range(3))
            places = torch.ones(1, 4, 6)
            if learned:
                self.places = nn.Parameter(places)
            else:
                self.register_buffer("places", places)

        def forward(self, x):
            x = self.stem(x) + self.places
            return x + self.outer(F.elu(self.inner(x)))

    table = initialize_(Transformer(), torch.ones(1, 4, 6), redraws=0)  # a batch of one
    assert table["stem"].gain == 1.0
    assert [layer.predicted for layer in table.layers] == pytest.approx([1.0, 1.0, 1.0])


def test_a_pyramid_of_features_is_a_stream_too():
    def run(network, x):
        low = F.elu(network.stem(x))
        high = F.elu(network.between(low))
        top = network.inner0(high)
        return network.outer0(top + network.inner1(low))

    table = initialize_(Network(run, "stem between inner0 inner1 outer0"), torch.ones(2, 6))
    assert all(layer.predicted == pytest.approx(1.0) for layer in table.layers)
