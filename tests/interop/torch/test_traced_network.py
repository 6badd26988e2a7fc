"""A run is recorded without a trace in the network, and what cannot be recorded is refused."""

import copy

import pytest

torch = pytest.importorskip("torch", reason="needs the extra torch")

from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402
from torch.nn.modules import module as modules  # noqa: E402

from elu_sym.interop.torch import initialize_  # noqa: E402


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def network_with_everything():
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, bias=False),
        nn.BatchNorm2d(8),
        nn.ELU(inplace=True),
        nn.Dropout(0.3),
        nn.Sequential(nn.Conv2d(8, 8, 3), nn.InstanceNorm2d(8, track_running_stats=True)),
        nn.Flatten(),
        nn.Linear(8 * 4 * 4, 5),
    )


IMAGES = torch.randn(4, 3, 8, 8, generator=generator())


@pytest.mark.parametrize("training", [True, False])
def test_nothing_but_the_weights_changes(training):
    network = network_with_everything().train(training)
    network[0].eval()
    network(IMAGES).sum().backward()
    state, modes = copy.deepcopy(network.state_dict()), [m.training for m in network.modules()]
    gradients = [parameter.grad.clone() for parameter in network.parameters()]
    hooks = [len(modules._global_forward_hooks), len(modules._global_forward_pre_hooks)]
    random, batch = torch.get_rng_state(), IMAGES.clone()
    table = initialize_(network, IMAGES, redraws=3, generator=generator())
    drawn = {f"{layer.name}.{kind}" for layer in table.layers for kind in ("weight", "bias")}
    assert drawn >= {"0.weight", "4.0.weight", "6.bias"}
    for name, value in network.state_dict().items():
        assert torch.equal(value, state[name]) is (name not in drawn), name
    assert [m.training for m in network.modules()] == modes
    for parameter, gradient in zip(network.parameters(), gradients, strict=True):
        assert torch.equal(parameter.grad, gradient)
        assert parameter.requires_grad
    assert [len(modules._global_forward_hooks), len(modules._global_forward_pre_hooks)] == hooks
    assert torch.equal(torch.get_rng_state(), random)
    assert torch.equal(IMAGES, batch)
    assert torch.is_grad_enabled()


class Fragile(nn.Module):
    """It fails from some call on."""

    def __init__(self, works):
        super().__init__()
        self.one, self.other, self.works = nn.Linear(4, 8), nn.Linear(8, 4), works

    def forward(self, x):
        self.works -= 1
        x = F.elu(self.one(x))
        if self.works < 0:
            raise ArithmeticError("no more")
        return self.other(x)


@pytest.mark.parametrize("works", [0, 1, 3])
def test_if_a_run_fails_the_weights_are_as_before(works):
    network = Fragile(works)
    before = copy.deepcopy(network.state_dict())
    hooks = len(modules._global_forward_hooks)
    with pytest.raises(ValueError if works == 0 else ArithmeticError, match="no more"):
        initialize_(network, torch.ones(2, 4), redraws=8)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert len(modules._global_forward_hooks) == hooks


class Whole(nn.Module):
    """Weights of whole numbers."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.table = nn.Parameter(torch.ones(4, 4, dtype=torch.int64), requires_grad=False)

    def forward(self, x):
        return F.linear(self.first(x).long(), self.table)


ROWS = torch.ones(2, 4)

REFUSED = {
    "no module": (lambda: (torch.relu, ROWS), TypeError, r"give a torch\.nn\.Module"),
    "wrapped": (
        lambda: (nn.DataParallel(nn.Linear(4, 4)), ROWS),
        TypeError,
        r"wrapped in DataParallel: initialize its \.module",
    ),
    "wrapped within": (
        lambda: (nn.Sequential(nn.DataParallel(nn.Linear(4, 4))), ROWS),
        TypeError,
        "0 is wrapped in DataParallel",
    ),
    "compiled within": (
        lambda: (nn.Sequential(torch.compile(nn.Linear(4, 4), backend="eager")), ROWS),
        TypeError,
        "0 is compiled: .* compile it then",
    ),
    "scripted": (lambda: (torch.jit.trace(nn.Linear(4, 4), ROWS), ROWS), TypeError, "ScriptModule"),
    "lazy": (
        lambda: (nn.Sequential(nn.Linear(4, 4), nn.LazyLinear(3)), ROWS),
        ValueError,
        "1 is lazy .* call the network once",
    ),
    "lazy without parameters": (
        lambda: (nn.Sequential(nn.Linear(4, 4), nn.LazyBatchNorm1d(affine=False)), ROWS),
        ValueError,
        r"1\.running_mean is lazy",
    ),
    "without values": (
        lambda: (nn.Sequential(nn.Linear(4, 4, device="meta")), ROWS),
        ValueError,
        r"0\.weight is on the device meta .*to_empty",
    ),
    "no layer": (lambda: (nn.Sequential(nn.ELU()), ROWS), ValueError, "no layer whose weights"),
    "only what is left alone": (
        lambda: (nn.Sequential(nn.LayerNorm(4)), ROWS),
        ValueError,
        r"can be drawn \(0: a normalization keeps its own\)",
    ),
    "the wrong shape": (
        lambda: (nn.Sequential(nn.Linear(4, 3), nn.Sequential(nn.Linear(5, 4))), ROWS),
        ValueError,
        r"1\.0 raises RuntimeError: .* give a batch as in training",
    ),
    "the wrong type": (
        lambda: (nn.Sequential(nn.Linear(4, 3)), ROWS.long()),
        ValueError,
        "0 raises RuntimeError: .* of its shape, type and device",
    ),
    "another device": (
        lambda: (nn.Sequential(nn.Conv1d(4, 3, 1)), torch.ones(1, 4, 4, device="meta")),
        ValueError,
        "batch is on the device meta",
    ),
    "too many arguments": (lambda: (nn.Linear(4, 3), (ROWS, ROWS)), ValueError, "TypeError: "),
    "whole numbers": (
        lambda: (Whole(), ROWS),
        TypeError,
        r"table: its weights are of torch\.int64",
    ),
    "not finite": (
        lambda: (nn.Sequential(nn.Linear(4, 3)), ROWS / 0.0),
        ValueError,
        "0: the mean square .* is inf: give a batch of finite numbers",
    ),
}


@pytest.mark.filterwarnings(
    "ignore:Lazy modules:UserWarning", "ignore:.*torch.jit:DeprecationWarning"
)
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_says_what_to_do(case):
    make, error, message = REFUSED[case]
    with pytest.raises(error, match=message):
        initialize_(*make())


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"redraws": -1}, ValueError),
        ({"redraws": 1.5}, TypeError),
        ({"redraws": True}, TypeError),
        ({"generator": 3}, TypeError),
        ({"distribution": "cauchy"}, ValueError),
    ],
    ids=str,
)
def test_options_are_checked(options, error):
    (name,) = options
    with pytest.raises(error, match=f"{name} = "):
        initialize_(nn.Linear(4, 4), ROWS, **options)


class Arguments(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.other = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x, *, y=None):
        return self.one(x) if y is None else self.other(y)


def test_a_batch_may_be_several_arguments_by_place_or_by_name():
    table = initialize_(Arguments(), (ROWS,), redraws=1)
    assert [layer.name for layer in table.layers] == ["one"]
    assert table.left_alone[0].reason == "not called on this batch, as far as can be seen"
    table = initialize_(Arguments(), {"x": ROWS, "y": ROWS}, redraws=1)
    assert [layer.name for layer in table.layers] == ["other"]


def test_functions_with_parameters_are_layers_by_their_names():
    class Functional(nn.Module):
        def __init__(self):
            super().__init__()
            self.mixing, self.last = nn.Parameter(torch.ones(8, 4)), nn.Parameter(torch.ones(8, 3))
            self.shift = nn.Parameter(torch.ones(8))

        def forward(self, x):
            return F.elu(F.linear(x, self.mixing, self.shift)) @ self.last

    network = Functional()
    table = initialize_(network, ROWS, redraws=1)
    assert [(layer.name, layer.fan) for layer in table.layers] == [("mixing", 4.0), ("last", 8.0)]
    assert not network.shift.any()


class Opaque(torch.autograd.Function):
    """Nothing is seen of what it does."""

    @staticmethod
    def forward(context, x):
        with torch._C.DisableTorchFunction():
            return x.sin()

    @staticmethod
    def backward(context, gradient):
        return gradient


class Sums(nn.Module):
    """A branch that is dropped at random."""

    def __init__(self):
        super().__init__()
        self.one, self.other = nn.Linear(4, 8), nn.Linear(8, 8)

    def forward(self, x):
        x = self.one(x)
        keep = torch.empty(len(x), 1).bernoulli_(0.5)
        return self.other(x * keep)


UNSEEN = {
    "of a function of its own": lambda: nn.Sequential(nn.Linear(4, 8), Apply(), nn.Linear(8, 8)),
    "in a script": lambda: nn.Sequential(
        nn.Linear(4, 8), torch.jit.trace(nn.ELU(), torch.ones(2, 8)), nn.Linear(8, 8)
    ),
    "of chance": Sums,
}


class Apply(nn.Module):
    def forward(self, x):
        return Opaque.apply(x)


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
@pytest.mark.parametrize("case", UNSEEN)
def test_nothing_is_claimed_of_what_is_not_seen(case):
    table = initialize_(UNSEEN[case](), ROWS, redraws=2)
    (layer,) = table.layers
    assert layer.rule == "first layer"
    (left,) = table.left_alone
    assert left.reason.startswith("no rule for ")


def test_what_does_not_depend_on_weights_is_data():
    class Embedded(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding, self.place = nn.Embedding(9, 16), nn.Parameter(torch.full((16,), 2.0))
            self.recurrent, self.linear = nn.GRU(16, 8), nn.Linear(8, 4)
            self.scale = torch.tensor(3.0)  # neither a parameter nor a buffer

        def forward(self, tokens):
            values, _ = self.recurrent(self.embedding(tokens) + self.place)
            return self.linear(self.scale * values)

    network, tokens = Embedded(), torch.arange(8).reshape(4, 2)
    with torch.no_grad():
        fed = 3.0 * network.recurrent(network.embedding(tokens) + network.place)[0]
    table = initialize_(network, tokens, redraws=0)
    assert table["linear"].rule == "fed by what is left alone"
    assert table["linear"].predicted == pytest.approx(1.0)
    assert table["linear"].gain == pytest.approx(float(fed.double().square().mean()) ** -0.5, 1e-6)
    assert {each.name: each.reason for each in table.left_alone} == {
        "embedding": "an embedding is taken for data",
        "recurrent": "no rule for gru",
        "place": "no rule for add",
    }


def test_what_the_batch_is_made_of_without_parameters_is_still_the_batch():
    class Prepared(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("scale", torch.tensor([1.0, 2.0, 4.0, 8.0]))
            self.linear = nn.Linear(4, 4)

        def forward(self, x):
            x = (x / self.scale).clone()
            x[:, 0] = 0.0
            return self.linear(x)

    layer = initialize_(Prepared(), ROWS, redraws=0)["linear"]
    assert (layer.rule, layer.gain) == ("first layer", 1.0)
    assert layer.predicted == pytest.approx((1 / 4 + 1 / 16 + 1 / 64) / 4)


def test_attention_and_bilinear_layers_are_left_alone():
    class Attending(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.norm = nn.Linear(4, 8), nn.LayerNorm(8)
            self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
            self.bilinear, self.last = nn.Bilinear(8, 8, 8), nn.Linear(8, 3)

        def forward(self, x):
            x = self.first(x)
            x = x + self.attention(x, x, x, need_weights=False)[0]
            return self.last(F.elu(self.norm(self.bilinear(x, x))))

    table = initialize_(Attending(), torch.ones(2, 5, 4), redraws=2)
    assert [layer.name for layer in table.layers] == ["first", "last"]
    assert table["last"].rule == "fed by elu of layer_norm, usual gain"
    assert {each.name: each.reason for each in table.left_alone} == {
        "norm": "a normalization keeps its own",
        "attention": "no rule for multi_head_attention_forward",
        "attention.out_proj": "no rule for multi_head_attention_forward",
        "bilinear": "no rule for bilinear",
    }


def test_a_compiled_network_is_initialized_as_what_it_was_made_of():
    network = nn.Sequential(nn.Linear(4, 8), nn.ELU(), nn.Linear(8, 4))
    table = initialize_(
        torch.compile(network, backend="eager"), ROWS, redraws=1, generator=generator()
    )
    assert [layer.name for layer in table.layers] == ["0", "2"]
    assert not network[0].bias.any()


def test_in_inference_mode():
    network = nn.Sequential(nn.Linear(64, 8), nn.ELU(inplace=True), nn.Linear(8, 8))
    with torch.inference_mode():
        batch = torch.ones(2, 64)
        inside = initialize_(network, batch, redraws=2, generator=generator())
    assert inside == initialize_(network, batch, redraws=2, generator=generator())
    assert not inside.unpredicted


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64], ids=str)
def test_any_floating_point_type(dtype):
    network = nn.Sequential(nn.Linear(64, 64), nn.ELU(), nn.Linear(64, 64)).to(dtype)
    batch = torch.randn(4, 64, generator=generator()).to(dtype)
    table = initialize_(network, batch, redraws=30, generator=generator())
    assert all(abs(layer.z) < 4 for layer in table.layers)
    assert network[0].weight.dtype == dtype
