"""Each rule against what it says: formulas by hand, and averages over weights drawn by the test."""

import math

import pytest

torch = pytest.importorskip("torch", reason="needs the extra torch")

from scipy.integrate import quad  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from elu_sym.interop.torch import initialize_  # noqa: E402


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def second_moment(function, variance):
    """E f(X)^2 by SciPy, for a function of a number."""

    def density(z):
        x = torch.tensor(math.sqrt(variance) * z, dtype=torch.float64)
        return float(function(x)) ** 2 * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    pieces = [(-12, -2), (-2, 0), (0, 2), (2, 12)]
    return sum(quad(density, *piece, epsabs=1e-12, epsrel=1e-10)[0] for piece in pieces)


class Between(nn.Module):
    """A function between two layers."""

    def __init__(self, function, inputs=6, outputs=5):
        super().__init__()
        self.first, self.last = nn.Linear(4, inputs), nn.Linear(outputs, 3)
        self.function = function

    def forward(self, x):
        return self.last(self.function(self.first(x)))


SQUARES = torch.tensor([[1.0, 2.0, -1.0, 3.0], [0.5, 0.0, 1.0, -1.0]])  # mean squares 3.75, 0.5625
VARIANCES = (3.75, 0.5625)

ACTIVATIONS = {
    "elu": F.elu,
    "elu, alpha": lambda x: F.elu(x, 0.5),
    "celu": lambda x: F.celu(x, alpha=2.0),
    "selu": torch.selu,
    "relu": torch.relu,
    "leaky relu": lambda x: F.leaky_relu(x, 0.3),
    "leaky relu that is one": lambda x: F.leaky_relu(x, 0.0),
    "leaky relu, falling": lambda x: F.leaky_relu(x, -0.3),
    "gelu": F.gelu,
    "gelu, tanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "softplus": F.softplus,
    "softplus, beta": lambda x: F.softplus(x, beta=2.0),
    "hard tanh": F.hardtanh,
    "hard tanh, wide": lambda x: F.hardtanh(x, -2.0, 1.0),
    "relu6": F.relu6,
    "softshrink, narrow": lambda x: F.softshrink(x, 0.3),
    "sine": torch.sin,
    "by hand: swish": lambda x: x * torch.sigmoid(x),
    "by hand: gelu": lambda x: 0.5 * x * (1 + torch.erf(x / 2**0.5)),
    "by hand: squared relu": lambda x: F.relu(x) ** 2,
    "by hand: twice": lambda x: F.elu(F.elu(x)),
    "by hand: its own residual": lambda x: x + F.elu(x),
    "by hand: shifted": lambda x: torch.tanh(1.0 - x),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_has_its_second_moment_at_every_variance(name):
    function = ACTIVATIONS[name]
    table = initialize_(Between(function, 5), SQUARES, redraws=0)
    moments = [second_moment(function, variance) for variance in VARIANCES]
    assert table["first"].predicted == pytest.approx(sum(VARIANCES) / 2)
    assert table["last"].gain == pytest.approx((2 / sum(moments)) ** 0.5, rel=1e-8)
    assert table["last"].predicted == pytest.approx(1.0)


def test_a_module_with_parameters_is_what_it_is():
    for module, slope in ((nn.PReLU(), 0.25), (nn.RReLU().eval(), (1 / 8 + 1 / 3) / 2)):
        network = Between(module, 5)
        network.eval()
        moment = sum(VARIANCES) / 2 * (1 + slope**2) / 2
        found = initialize_(network, SQUARES, redraws=0)["last"]
        assert found.gain == pytest.approx(moment**-0.5, rel=1e-6)
    for module in (nn.PReLU(5), nn.RReLU()):  # a slope for each channel, random ones
        table = initialize_(Between(module, 5), SQUARES, redraws=0)
        with pytest.raises(KeyError, match=r"no rule for [pr]relu"):
            _ = table["last"]


# What a layer is fed by, of outputs of the first layer with variances 3.75 and 0.5625 for the two
# rows, and the mean of its second moments over them, in units of the mean of those, by hand.
MEAN = sum(VARIANCES) / 2
RELU = MEAN / 2

RULES = {
    "nothing": (lambda x: x, 6, MEAN),
    "a factor": (lambda x: 3.0 * x / 2.0, 6, 2.25 * MEAN),
    "minus": (lambda x: -x, 6, MEAN),
    "a part": (lambda x: x[:, 1:4], 3, MEAN),
    "a chunk": (lambda x: x.chunk(2, dim=1)[1], 3, MEAN),
    "a shift": (lambda x: x + 2.0, 6, MEAN + 4.0),
    "a constant tensor": (lambda x: x - torch.arange(6.0), 6, MEAN + 55.0 / 6.0),
    "activation and not": (lambda x: torch.cat([x, F.relu(x)], 1), 12, (MEAN + RELU) / 2),
    "with data": (lambda x: torch.cat([torch.relu(x), torch.ones(2, 3)], 1), 9, (6 * RELU + 3) / 9),
    "stacked": (lambda x: torch.stack([x, F.relu(x)], 1).flatten(1), 12, (MEAN + RELU) / 2),
    "padding": (lambda x: F.pad(F.relu(x), (1, 1), value=2.0), 8, (6 * RELU + 8) / 8),
    "dropout": (lambda x: F.dropout(F.relu(x), 0.2), 6, RELU / 0.8),
    "no dropout": (lambda x: F.dropout(F.relu(x), 0.2, training=False), 6, RELU),
    "turned": (lambda x: F.relu(x).reshape(2, 2, 3).transpose(1, 2).reshape(2, 6), 6, RELU),
    "another type": (lambda x: F.relu(x.double()).float(), 6, RELU),
    "layer norm": (lambda x: F.layer_norm(x, (6,)), 6, 1.0),
    "its weights": (
        lambda x: F.layer_norm(x, (6,), torch.full((6,), 2.0), torch.ones(6)),
        6,
        5.0,
    ),
    "a norm of what is not known": (lambda x: F.layer_norm(x.cumsum(1), (6,)), 6, 1.0),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_function_has_the_second_moment_of_what_it_gives(rule):
    function, outputs, expected = RULES[rule]
    layer = initialize_(Between(function, 6, outputs), SQUARES, redraws=0)["last"]
    assert layer.predicted == pytest.approx(1.0)
    assert layer.gain == pytest.approx(expected**-0.5, rel=1e-6)


def simulated(function, batch, draws=20000):
    """The mean square of what a function gives of a layer of variance 1/4, over its weights."""
    weights = torch.randn(draws, 6, 4, generator=generator(7)) / 2.0
    torch.manual_seed(8)  # of dropout
    values = torch.stack([function(batch @ each.T) for each in weights])
    per_draw = values.square().flatten(1).mean(1)
    return float(per_draw.mean()), float(per_draw.std()) / draws**0.5


@pytest.mark.parametrize("rate", [0.1, 0.6])
def test_alpha_dropout_away_from_the_fixed_point(rate):
    def function(x):
        return F.alpha_dropout(F.selu(x), rate, training=True)

    layer = initialize_(Between(function, 6, 6), SQUARES, redraws=0)["last"]
    mean, error = simulated(function, SQUARES, 4000)
    assert abs(layer.gain**-2 - mean) < 4 * error  # once in 16,000 for another seed


def test_alpha_dropout_keeps_the_fixed_point():
    batch = torch.tensor([[1.0, 1.0, -1.0, 1.0]])
    network = Between(lambda x: F.alpha_dropout(F.selu(x), 0.3, training=True), 6, 6)
    assert initialize_(network, batch, redraws=0)["last"].gain == pytest.approx(1.0, abs=1e-6)


UNKNOWN = {
    "softmax": lambda x: torch.softmax(x, 1),
    "a cumulative sum": lambda x: x.cumsum(1),
    "noise": lambda x: x * torch.randn(2, 6),
    "a product with itself mixed": lambda x: x * x.flip(1),
    "a rounded quotient": lambda x: torch.div(F.dropout(x, 0.5), 2.0, rounding_mode="floor"),
    "what is put in its place": lambda x: torch.mul(torch.ones(2, 6), 2.0, out=x * 1.0),
    "a changed view": lambda x: (x[:, :3].add_(1.0), x)[1],
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_has_no_rule_is_left_alone(name):
    table = initialize_(Between(UNKNOWN[name], 6, 6), SQUARES, redraws=0)
    assert [layer.name for layer in table.layers] == ["first"]
    assert [each.name for each in table.left_alone] == ["last"]
    assert "no rule for" in table.left_alone[0].reason


USUAL = {
    "after dropout": lambda x: F.relu(F.dropout(x, 0.5)),
    "after a shift": lambda x: F.relu(F.pad(x[:, :4], (1, 1), value=1.0)),
    "after a norm with biases": lambda x: F.relu(F.layer_norm(x, (6,), None, torch.ones(6))),
    "after stored means": lambda x: F.relu(F.batch_norm(x, torch.ones(6), torch.ones(6))),
    "average pooling": lambda x: F.avg_pool1d(F.relu(x)[:, None], 1)[:, 0],
    "an activation of a residual sum": lambda x: F.relu(F.relu(x) + x.flip(1)),
    "after softmax": lambda x: F.relu(torch.softmax(x, 1)),
}


@pytest.mark.parametrize("name", USUAL)
def test_the_activation_before_gives_the_usual_gain(name):
    layer = initialize_(Between(USUAL[name], 6, 6), SQUARES, redraws=0)["last"]
    assert layer.predicted is None
    assert layer.gain == pytest.approx(2**0.5)
    assert layer.rule.endswith("usual gain")


class Gated(nn.Module):
    def __init__(self, activation):
        super().__init__()
        self.gate, self.value, self.last = nn.Linear(4, 6), nn.Linear(4, 6), nn.Linear(6, 3)
        self.activation = activation

    def forward(self, x):
        return self.last(torch.sigmoid(self.gate(x)) * self.activation(self.value(x)))


@pytest.mark.parametrize(("activation", "share"), [(lambda x: x, 1.0), (F.relu, 0.5)])
def test_a_gate_multiplies_second_moments(activation, share):
    gates = [second_moment(torch.sigmoid, variance) for variance in VARIANCES]
    moments = [share * gate * variance for gate, variance in zip(gates, VARIANCES, strict=True)]
    layer = initialize_(Gated(activation), SQUARES, redraws=0)["last"]
    assert layer.gain == pytest.approx((sum(moments) / 2) ** -0.5, rel=1e-8)


GATES = {
    "divided twice": lambda x: torch.tanh(x.chunk(2, -1)[0]) * torch.sigmoid(x.chunk(2, dim=-1)[1]),
    "split": lambda x: (lambda a, b: torch.sigmoid(a) * b)(*x.split(3, -1)),
    "glu": F.glu,
    "two activations": lambda x: (lambda a, b: torch.sigmoid(a) * F.relu(b))(*x.chunk(2, -1)),
}


@pytest.mark.parametrize("name", GATES)
def test_nothing_is_claimed_of_units_of_one_layer_that_gate_each_other(name):
    table = initialize_(Between(GATES[name], 6, 3), SQUARES, redraws=0)
    assert [each.name for each in table.left_alone] == ["last"]


def test_units_that_are_places_of_others_are_not_independent():
    """The axis that is divided is that of the rows, which share their weights."""

    class Rows(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.last = nn.Linear(4, 6), nn.Linear(6, 3)

        def forward(self, x):
            a, b = self.first(x).chunk(2, 0)
            return self.last(a + b)

    assert [each.name for each in initialize_(Rows(), SQUARES, redraws=0).left_alone] == ["last"]
    assert [
        each.name
        for each in initialize_(
            Between(lambda x: F.glu(x[None], 1)[0], 6, 6), SQUARES, redraws=0
        ).left_alone
    ] == ["last"]


@pytest.mark.parametrize("kind", ["two parts", "a part and of all", "of a part and of all"])
def test_parts_of_a_convolution_and_the_whole(kind):
    class Parts(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.last = nn.Conv1d(4, 6, 1), nn.Conv1d(3, 3, 1)

        def forward(self, x):
            x = self.first(x)
            a, b = x.split(3, dim=1)
            some = {
                "two parts": (a, b),
                "a part and of all": (b, x[:, 3:]),
                "of a part and of all": (x[:, 3:], b),
            }
            return self.last(some[kind][0] + F.relu(some[kind][1]))

    table = initialize_(Parts(), SQUARES[:, :, None], redraws=0)
    assert [each.name for each in table.left_alone] == ["last"]


def test_parts_of_a_layer_that_was_called_before_are_not_independent():
    class Again(nn.Module):
        def __init__(self):
            super().__init__()
            self.shared, self.last = nn.Linear(4, 4), nn.Linear(2, 3)

        def forward(self, x):
            a, b = self.shared(F.elu(self.shared(x))).chunk(2, 1)
            return self.last(torch.sigmoid(a) * b)

    table = initialize_(Again(), SQUARES, redraws=0)
    assert [each.name for each in table.left_alone] == ["last"]


class Sum(nn.Module):
    """Two layers of the same data, and what is made of both."""

    def __init__(self, function):
        super().__init__()
        self.one, self.other, self.last = nn.Linear(4, 6), nn.Linear(4, 6), nn.Linear(6, 3)
        self.function = function

    def forward(self, x):
        return self.last(self.function(self.one(x), self.other(x)))


SUMS = {
    "a sum": (lambda a, b: a + b, 2 * MEAN),
    "a difference with a factor": (lambda a, b: torch.sub(a, b, alpha=3.0), 10 * MEAN),
    "in place": (lambda a, b: a.add_(b), 2 * MEAN),
    "after an activation": (lambda a, b: a + F.relu(b), MEAN + RELU),
    "and one around both": (lambda a, b: F.relu(a + b), MEAN),
}

NO_SUMS = {
    "of the same": lambda a, b: (a + b) + (2.0 * a).detach() * 0.0,
    "of what has a mean": lambda a, b: (a + F.relu(b)) + 2.0,
    "of two that have": lambda a, b: F.relu(a) + F.relu(b),
}


@pytest.mark.parametrize("name", SUMS)
def test_independent_terms_add_up(name):
    function, expected = SUMS[name]
    layer = initialize_(Sum(function), SQUARES, redraws=0)["last"]
    assert layer.gain == pytest.approx(expected**-0.5, rel=1e-8)


@pytest.mark.parametrize("name", NO_SUMS)
def test_nothing_is_claimed_of_terms_that_may_belong_together(name):
    table = initialize_(Sum(NO_SUMS[name]), SQUARES, redraws=0)
    assert [each.name for each in table.left_alone] == ["last"]


@pytest.mark.parametrize("around", [lambda x: x, F.relu])
def test_two_calls_with_the_same_weights_are_not_independent(around):
    class Siamese(nn.Module):
        def __init__(self):
            super().__init__()
            self.shared, self.last = nn.Linear(4, 6), nn.Linear(6, 3)

        def forward(self, x):
            return self.last(self.shared(x) + around(self.shared(2.0 * x)))

    table = initialize_(Siamese(), SQUARES, redraws=0)
    assert [each.name for each in table.left_alone] == ["last"]


def test_what_is_added_to_itself_is_not_taken_for_independent():
    table = initialize_(Sum(lambda a, b: F.relu(a) + a), SQUARES, redraws=0)
    # (relu(x) + x)^2 is 4 x^2 or x^2.
    assert table["last"].gain == pytest.approx((2.5 * MEAN) ** -0.5, rel=1e-8)
    table = initialize_(Sum(lambda a, b: F.relu(a).flip(1) + a), SQUARES, redraws=0)
    assert [each.name for each in table.left_alone] == ["last"]


@pytest.mark.parametrize("training", [True, False])
def test_batch_normalization(training):
    network = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ELU(), nn.Linear(6, 3))
    norm = network[1]
    with torch.no_grad():
        norm.weight.fill_(2.0)
        norm.running_var.fill_(4.0)
    network.train(training)
    batch = torch.randn(64, 4, generator=generator())
    table = initialize_(network, batch, redraws=0)
    # With the statistics of the batch the variance is 4, and with the stored ones that of the data.
    variances = [4.0] if training else (batch.square().mean(1) * 4.0 / (4.0 + 1e-5)).tolist()
    moment = sum(second_moment(F.elu, each) for each in variances[:64]) / len(variances)
    assert table["3"].gain == pytest.approx(moment**-0.5, rel=1e-6)
    assert table["3"].approximate is training
    assert [each.name for each in table.left_alone] == ["1"]


def test_stored_statistics_shift_what_they_normalize():
    def function(x):
        return F.batch_norm(x, torch.full((6,), 2.0), torch.full((6,), 4.0), eps=0.0)

    layer = initialize_(Between(function, 6, 6), SQUARES, redraws=0)["last"]
    assert layer.gain == pytest.approx((MEAN / 4 + 1.0) ** -0.5, rel=1e-8)


def test_padding_counts_where_it_is():
    """Two convolutions of one axis, place by place, by hand."""
    network = nn.Sequential(nn.Conv1d(1, 4, 3, padding=1), nn.ELU(), nn.Conv1d(4, 2, 3, padding=1))
    batch = torch.tensor([[[2.0, 1.0, 0.0, -1.0]]])
    table = initialize_(network, batch, redraws=0)
    assert table["0"].gain == 1.0
    squares = [0.0, 4.0, 1.0, 0.0, 1.0, 0.0]
    variances = [sum(squares[k : k + 3]) / 3 for k in range(4)]
    assert table["0"].predicted == pytest.approx(sum(variances) / 4)
    after = [0.0, *(second_moment(F.elu, each) for each in variances), 0.0]
    factor = table["2"].gain ** 2 / 12 * 4
    expected = sum(factor * sum(after[k : k + 3]) for k in range(4)) / 4
    assert table["2"].predicted == pytest.approx(expected, rel=1e-8)
    # The gain is for what would be there without edges.
    filled = [(4 + 1) / 2, (4 + 1 + 0) / 3, (1 + 0 + 1) / 3, (0 + 1) / 2]
    inner = [second_moment(F.elu, each) for each in filled]
    means = [sum(inner[:2]) / 2, sum(inner[:3]) / 3, sum(inner[1:]) / 3, sum(inner[2:]) / 2]
    assert table["2"].gain == pytest.approx((sum(means) / 4) ** -0.5, rel=1e-8)


def test_nearest_upsampling_repeats_and_bilinear_mixes():
    for mode, predicted in (("nearest", True), ("bilinear", False)):
        network = nn.Sequential(
            nn.Conv2d(2, 4, 1), nn.ELU(), nn.Upsample(scale_factor=2, mode=mode), nn.Conv2d(4, 2, 1)
        )
        table = initialize_(network, torch.ones(1, 2, 3, 3), redraws=0)
        assert (table["3"].predicted is not None) is predicted
