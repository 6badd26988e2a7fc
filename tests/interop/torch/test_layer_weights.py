"""Weights that are computed are set where that works, and listed where it does not."""

import warnings

import pytest

torch = pytest.importorskip("torch", reason="needs the extra torch")

from torch import nn  # noqa: E402
from torch.nn.utils import parametrizations, parametrize  # noqa: E402

from elu_sym.interop.torch import (  # noqa: E402
    elu_kaiming_normal_,
    elu_kaiming_uniform_,
    initialize_,
)


def old_weight_norm(module, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return nn.utils.weight_norm(module, **options)


class Doubled(nn.Module):
    """A parametrization that can be inverted."""

    def forward(self, weight):
        return 2.0 * weight

    def right_inverse(self, weight):
        return weight / 2.0


class Squared(nn.Module):
    """One that cannot."""

    def forward(self, weight):
        return weight**2


def doubled(module):
    parametrize.register_parametrization(module, "weight", Doubled())
    return module


def squared(module):
    parametrize.register_parametrization(module, "weight", Squared())
    return module


SET = {
    "weight_norm": parametrizations.weight_norm,
    "weight_norm of all": lambda module: parametrizations.weight_norm(module, dim=None),
    "the old weight_norm": old_weight_norm,
    "the old one of columns": lambda module: old_weight_norm(module, dim=1),
    "a factor": doubled,
}

LEFT = {
    "spectral_norm": parametrizations.spectral_norm,
    "the old spectral_norm": nn.utils.spectral_norm,
    "orthogonal": parametrizations.orthogonal,
    "a square": squared,
}


def between(wrap):
    torch.manual_seed(0)
    middle = wrap(nn.Linear(64, 64))
    return nn.Sequential(nn.Linear(64, 64), nn.ELU(), middle, nn.ELU(), nn.Linear(64, 64))


BATCH = torch.ones(2, 64)


@pytest.mark.parametrize("kind", SET)
def test_computed_weights_are_set_through_what_they_are_computed_from(kind):
    network = between(SET[kind])
    table = initialize_(network, BATCH, redraws=30, generator=torch.Generator().manual_seed(0))
    assert all(abs(layer.z) < 4 for layer in table.layers)  # once in 7,500 for another seed
    assert not table.left_alone
    with torch.no_grad():
        network(BATCH)
        weight = network[2].weight
        assert float(weight.std()) == pytest.approx(table["2"].gain / 8, rel=4 / 8192**0.5)
    assert not network[2].bias.any()
    network(BATCH).sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("kind", LEFT)
def test_what_cannot_be_set_is_listed_and_as_it_was(kind, training):
    network = between(LEFT[kind]).train(training)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    table = initialize_(network, BATCH, redraws=2, generator=torch.Generator().manual_seed(0))
    (left,) = table.left_alone
    assert (left.name, left.reason) == ("2", "its weights are computed in a way that cannot be set")
    assert [layer.name for layer in table.layers] == ["0", "4"]
    after = network.state_dict()
    assert all(torch.equal(after[name], before[name]) for name in before if name.startswith("2."))


@pytest.mark.parametrize("fill", [elu_kaiming_normal_, elu_kaiming_uniform_])
def test_filling_what_was_computed_is_refused(fill):
    """It changed no layer, and nothing was said."""
    for wrap in (parametrizations.weight_norm, old_weight_norm):
        layer = wrap(nn.Linear(8, 8))
        before = layer(torch.eye(8)).detach()
        with pytest.raises(ValueError, match="computed from parameters, as by weight_norm"):
            fill(layer.weight)
        assert torch.equal(layer(torch.eye(8)), before)


def test_the_advice_works():
    layer = parametrizations.weight_norm(nn.Linear(300, 100))
    with torch.no_grad():
        layer.weight = elu_kaiming_normal_(torch.empty_like(layer.weight))
    expected = 1.2451983 / 300**0.5
    assert float(layer.weight.detach().std()) == pytest.approx(expected, rel=4 / 60000**0.5)


def test_parts_and_data_of_parameters_are_filled():
    layer = nn.Linear(8, 8)
    for part in (layer.weight[:4], layer.weight.T, layer.weight.data):
        before = layer.weight.detach().clone()
        elu_kaiming_normal_(part)
        assert not torch.equal(layer.weight, before)


class Standardized(nn.Linear):
    """It uses other weights than it has."""

    def forward(self, x):
        return nn.functional.linear(x, 2.0 * self.weight, self.bias)


@pytest.mark.parametrize("kind", ["plain", "weight_norm", "the old weight_norm"])
def test_weights_that_are_changed_before_use_are_left_alone(kind):
    wrap = SET.get(kind, lambda module: module)
    network = nn.Sequential(nn.Linear(64, 64), nn.ELU(), wrap(Standardized(64, 64)))
    table = initialize_(network, BATCH, redraws=0)
    assert [layer.name for layer in table.layers] == ["0"]
    (left,) = table.left_alone
    assert left.reason == "its weights are computed in a way that cannot be set"


def test_a_shared_weight_is_set_once_by_its_first_call():
    class Recurrent(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.again = nn.Linear(64, 64), nn.Linear(64, 64)

        def forward(self, x):
            x = self.first(x)
            for _ in range(3):
                x = self.again(nn.functional.elu(x))
            return x

    table = initialize_(Recurrent(), BATCH, redraws=30, generator=torch.Generator().manual_seed(0))
    assert [layer.name for layer in table.layers] == ["first", "again"]
    assert table["again"].rule == "fed by elu, shared by 3 calls, this is the first"
    assert abs(table["again"].z) < 4


def test_tied_embeddings_are_left_alone():
    class Tied(nn.Module):
        def __init__(self, embed_first):
            super().__init__()
            self.embedding = nn.Embedding(10, 16)
            self.hidden, self.out = nn.Linear(16, 16), nn.Linear(16, 10, bias=False)
            self.out.weight, self.embed_first = self.embedding.weight, embed_first

        def forward(self, tokens):
            if self.embed_first:
                return self.out(nn.functional.gelu(self.hidden(self.embedding(tokens))))
            scores = self.out(nn.functional.gelu(self.hidden(torch.ones(4, 16))))
            return scores.sum() + self.embedding(tokens)

    for embed_first in (True, False):
        network = Tied(embed_first)
        before = network.out.weight.detach().clone()
        table = initialize_(network, torch.arange(4), redraws=1)
        assert [layer.name for layer in table.layers] == ["hidden"]
        (left,) = table.left_alone
        assert left.reason == "its weights are also used by embedding"
        assert torch.equal(network.out.weight, before)


def test_frozen_layers_are_left_alone_and_what_follows_takes_them_for_data():
    network = nn.Sequential(
        nn.Linear(64, 32), nn.ELU(), nn.Linear(32, 8), nn.ELU(), nn.Linear(8, 8)
    )
    network[0].requires_grad_(False)
    network[4].requires_grad_(False)
    table = initialize_(network, BATCH, redraws=2)
    (layer,) = table.layers
    assert (layer.name, layer.rule) == ("2", "fed by what is left alone")
    assert layer.predicted == pytest.approx(1.0)
    assert {each.name: each.reason for each in table.left_alone} == dict.fromkeys(
        ("0", "4"), "it is frozen: requires_grad is False"
    )


def test_frozen_biases_stay():
    network = nn.Sequential(nn.Linear(64, 8))
    network[0].bias.requires_grad_(False).fill_(3.0)
    initialize_(network, BATCH, redraws=0)
    assert bool((network[0].bias == 3.0).all())
