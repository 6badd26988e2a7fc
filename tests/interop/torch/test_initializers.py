"""Initializers for PyTorch on its own layers: fans, variances, the signal at depth 50."""

import math

import numpy as np
import pytest
from depth_law import ALARM, DEPTH, chain, depth_law
from scipy.stats import chi2

torch = pytest.importorskip("torch", reason="needs the extra torch")

from elu_sym import ACTIVATIONS, leaky_relu  # noqa: E402
from elu_sym.interop.torch.initializers import (  # noqa: E402
    elu_kaiming_normal_,
    elu_kaiming_uniform_,
)
from elu_sym.networks.initialization import fans, gain  # noqa: E402

INITIALIZERS = [elu_kaiming_normal_, elu_kaiming_uniform_]
WIDTH, NETWORKS = 128, 150
FALSE_ALARMS = 1e-6

LAYERS = {
    "linear": (torch.nn.Linear(96, 128), {}, 96),
    "conv1d": (torch.nn.Conv1d(24, 64, 5), {}, 24 * 5),
    "conv2d": (torch.nn.Conv2d(12, 40, (3, 5)), {}, 12 * 15),
    "conv3d": (torch.nn.Conv3d(6, 30, 3), {}, 6 * 27),
    "grouped": (torch.nn.Conv2d(24, 48, 3, groups=4), {"groups": 4}, 6 * 9),
    "transposed1d": (torch.nn.ConvTranspose1d(24, 60, 5), {"transposed": True}, 24 * 5),
    "transposed2d": (torch.nn.ConvTranspose2d(12, 40, 3), {"transposed": True}, 12 * 9),
    "transposed3d": (torch.nn.ConvTranspose3d(6, 20, 3), {"transposed": True}, 6 * 27),
    "grouped transposed": (
        torch.nn.ConvTranspose2d(24, 48, 3, groups=4),
        {"transposed": True, "groups": 4},
        6 * 9,
    ),
}


def generator(seed):
    return torch.Generator().manual_seed(seed)


def kept_second_moment(initialize, factor=1.0, networks=NETWORKS):
    """The variance of the next pre-activation after 50 layers, by the second moment, each network.

    The weights of a layer are drawn into one real ``Linear``, which is used once for each.
    """
    random = generator(7)
    layer = torch.nn.Linear(WIDTH, WIDTH, bias=False, dtype=torch.float64)
    found = np.empty(networks)
    with torch.no_grad():
        for network in range(networks):
            signal = torch.ones(WIDTH, dtype=torch.float64) / math.sqrt(1.5505188080679272)
            for _ in range(DEPTH + 1):
                initialize(layer.weight, generator=random)
                signal = torch.nn.functional.elu(factor * layer(signal))
            found[network] = 1.5505188080679272 * signal.square().mean().item()
    return found


LAW = depth_law(math.sqrt(1.5505188080679272), WIDTH)


def test_the_interval_is_that_of_the_chain():
    found = chain(math.sqrt(1.5505188080679272), WIDTH, 4000, seed=1)
    assert abs(LAW.score(found)) < ALARM
    # The standard deviation of a standard deviation over 4000 networks, fourth moment included.
    assert found.std() == pytest.approx(LAW.deviation, rel=0.05)


@pytest.mark.parametrize("networks", [10, pytest.param(NETWORKS, marks=pytest.mark.deep)])
def test_second_moment_is_kept_at_depth_50(networks):
    assert abs(LAW.score(kept_second_moment(elu_kaiming_normal_, networks=networks))) < ALARM


@pytest.mark.deep
def test_a_gain_of_1_percent_more_raises_the_alarm():
    assert LAW.score(kept_second_moment(elu_kaiming_normal_, factor=1.01)) > ALARM


def test_the_gain_of_relu_raises_the_alarm():
    def relu_(tensor, generator):
        return torch.nn.init.kaiming_normal_(tensor, nonlinearity="relu", generator=generator)

    assert LAW.score(kept_second_moment(relu_, networks=10)) > 10 * ALARM


def variances_layer_by_layer(first_gain):
    """Of the pre-activations of five layers of a real network, initialized as the pages say."""
    random, width = generator(3), 2000
    signal = torch.randn((20, width), generator=random)
    found = []
    with torch.no_grad():
        for number in range(5):
            layer = torch.nn.Linear(width, width)
            torch.nn.init.zeros_(layer.bias)
            if number:
                elu_kaiming_normal_(layer.weight, generator=random)
            else:
                deviation = first_gain / math.sqrt(width)
                torch.nn.init.normal_(layer.weight, std=deviation, generator=random)
            signal = layer(signal)
            found.append(signal.square().mean().item())
            signal = torch.nn.functional.elu(signal)
    return found


def test_with_gain_1_in_the_first_layer_every_pre_activation_has_variance_1():
    assert variances_layer_by_layer(1.0) == pytest.approx([1.0] * 5, rel=0.1)
    # The gain of ELU belongs to layers that ELU feeds: in the first it is felt for many layers.
    assert min(variances_layer_by_layer(gain())) > 1.2


def test_a_stride_divides_the_fan_out_and_leaves_the_fan_in():
    """What is kept by gain 1 through a stride of 2: forwards all, backwards a quarter."""
    random, channels = generator(4), 64
    layer = torch.nn.Conv2d(channels, channels, 3, stride=2, bias=False)
    signal = torch.randn((4, channels, 31, 31), generator=random, requires_grad=True)
    fan = fans(layer.weight.shape)
    torch.nn.init.normal_(layer.weight, std=fan.fan_in**-0.5, generator=random)
    output = layer(signal)
    output.backward(torch.randn(output.shape, generator=random))
    assert output.square().mean().item() == pytest.approx(1.0, rel=0.1)
    # At the border fewer outputs meet an input; inside, it is the share of each axis.
    inside = signal.grad[:, :, 2:-2, 2:-2].square().mean().item()
    assert inside * fan.fan_in / fan.fan_out == pytest.approx(1 / 4, rel=0.15)


def test_convolutions_keep_it_too():
    """Circular convolutions of length 3: the interval is that of independent channels alone."""
    random = generator(11)
    networks, channels = 16, 64
    layer = torch.nn.Conv1d(channels, channels, 3, padding=1, padding_mode="circular", bias=False)
    found = np.empty(networks)
    with torch.no_grad():
        for network in range(networks):
            signal = torch.randn((1, channels, 3), generator=random)
            signal /= signal.square().mean().sqrt() * math.sqrt(1.5505188080679272)
            for _ in range(DEPTH + 1):
                elu_kaiming_normal_(layer.weight, generator=random)
                signal = torch.nn.functional.elu(layer(signal))
            found[network] = 1.5505188080679272 * signal.square().mean().item()
    law = depth_law(math.sqrt(1.5505188080679272), channels)
    assert abs(law.score(found)) < ALARM


@pytest.mark.parametrize("name", LAYERS)
def test_variance_of_the_weights_is_within_its_interval(name):
    layer, options, fan_in = LAYERS[name]
    count = layer.weight.numel()
    with torch.no_grad():
        elu_kaiming_normal_(layer.weight, alpha=0.7, generator=generator(3), **options)
    # The moment by quadrature of another library.
    second = layer.weight.double().square().sum().item() * fan_in / gain(0.7) ** 2
    low, high = chi2.ppf([FALSE_ALARMS / 2, 1 - FALSE_ALARMS / 2], count)
    assert low < second < high
    assert not low < 1.2 * second < high


@pytest.mark.parametrize("name", LAYERS)
def test_outputs_of_a_layer_have_the_variance(name):
    """Inputs of variance 1/gain^2; far from the borders every output sees fan_in of them."""
    layer, options, fan_in = LAYERS[name]
    dimensions = layer.weight.ndim - 2
    channels = layer.in_features if dimensions == 0 else layer.in_channels
    random = generator(5)
    with torch.no_grad():
        elu_kaiming_normal_(layer.weight, generator=random, **options)
        layer.bias.zero_()
        signal = torch.randn((64, channels, *([12] * dimensions)), generator=random)
        inside = (..., *([slice(5, -5)] * dimensions)) if "transposed" in options else ...
        outputs = layer(signal / gain())[inside]
        # Over the inputs, a unit has the variance sum w^2; over the units this is chi^2/fan_in.
        found = outputs.square().mean().item()
    units = layer.weight.numel() / fan_in
    assert abs(found - 1) < 6 * math.sqrt(2 / (units * fan_in) + 2 / units / 64)


@pytest.mark.parametrize("initialize", INITIALIZERS)
@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "FAN_OUT"])
def test_samples_are_those_of_torch_times_the_ratio_of_gains(initialize, mode):
    name = initialize.__name__.removeprefix("elu_")
    theirs = getattr(torch.nn.init, name)(
        torch.empty(30, 20, 3, 3, dtype=torch.float64),
        mode=mode.lower(),
        nonlinearity="relu",
        generator=generator(1),
    )
    weights = torch.empty(30, 20, 3, 3, dtype=torch.float64, requires_grad=True)
    found = initialize(weights, alpha=0.5, mode=mode, generator=generator(1))
    assert found is weights
    assert weights.requires_grad
    assert weights.grad_fn is None
    ratio = float(gain(0.5)) / math.sqrt(2)
    torch.testing.assert_close(found.detach(), ratio * theirs, rtol=1e-14, atol=0)


@pytest.mark.parametrize("preserve", ["second_moment", "variance", "gradient"])
@pytest.mark.parametrize("initialize", INITIALIZERS)
def test_gain_is_the_one_asked_for(initialize, preserve):
    one = initialize(torch.empty(8, 8, dtype=torch.float64), generator=generator(2))
    other = initialize(
        torch.empty(8, 8, dtype=torch.float64),
        mu=-0.5,
        sigma=1.3,
        preserve=preserve,
        generator=generator(2),
    )
    ratio = float(gain(1.0, -0.5, 1.3, preserve) / gain())
    torch.testing.assert_close(other, ratio * one, rtol=1e-14, atol=0)


def test_relu_and_leaky_relu_have_the_gains_of_torch():
    init = torch.nn.init
    assert gain(activation="relu") == pytest.approx(init.calculate_gain("relu"), rel=1e-15)
    for slope in (0.01, 0.2, 3.0):
        expected = init.calculate_gain("leaky_relu", slope)
        for preserve in ("second_moment", "gradient"):
            for sigma in (1e-200, 0.3, 1e100):
                given = {"preserve": preserve, "activation": leaky_relu, "slope": slope}
                assert gain(sigma=sigma, **given) == pytest.approx(expected, rel=1e-15)
    assert gain(activation="leaky_relu") == gain(activation=leaky_relu, slope=0.01)


@pytest.mark.parametrize("initialize", INITIALIZERS)
@pytest.mark.parametrize(
    ("activation", "parameters", "nonlinearity"),
    [
        ("relu", {}, ("relu", 0)),
        ("leaky_relu", {"slope": 0.2}, ("leaky_relu", 0.2)),
        ("selu", {}, ("linear", 0)),
        ("celu", {"alpha": 2.0}, None),
    ],
)
def test_samples_are_those_of_torch_for_the_activation(
    initialize, activation, parameters, nonlinearity
):
    """For SELU, which keeps the second moment, those of no activation at all."""

    def weights():
        return torch.empty(30, 20, dtype=torch.float64)

    given = {"activation": activation} | parameters
    found = initialize(weights(), generator=generator(1), **given)
    named = {"activation": ACTIVATIONS[activation]} | parameters
    assert torch.equal(found, initialize(weights(), generator=generator(1), **named))
    theirs = getattr(torch.nn.init, initialize.__name__.removeprefix("elu_"))
    name, slope = nonlinearity or ("linear", 0)
    expected = theirs(weights(), slope, "fan_in", name, generator=generator(1))
    ratio = 1.0 if nonlinearity else float(gain(**given))
    torch.testing.assert_close(found, ratio * expected, rtol=1e-14, atol=0)


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 5), (4, 3, 2, 5), (7, 2, 3, 4, 5)])
def test_fans_are_those_of_torch(shape):
    theirs = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
    assert tuple(fans(shape)) == theirs


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_every_float_type_is_filled(dtype):
    weights = elu_kaiming_uniform_(torch.zeros(64, 64, dtype=dtype), generator=generator(1))
    assert weights.dtype == dtype
    assert 0.9 < weights.float().std().item() * 8 / gain() < 1.1


@pytest.mark.parametrize("initialize", INITIALIZERS)
def test_what_is_wrong_is_named(initialize):
    weights = torch.zeros(4, 3)
    with pytest.raises(ValueError, match="mode = 'fan' is none of 'fan_in', 'fan_out'"):
        initialize(weights, mode="fan")
    with pytest.raises(ValueError, match="preserve = 'mean' is none of"):
        initialize(weights, preserve="mean")
    with pytest.raises(ValueError, match="at least two"):
        initialize(torch.zeros(4))
    with pytest.raises(TypeError, match=r"dtype torch\.int64"):
        initialize(torch.zeros((4, 3), dtype=torch.int64))
    with pytest.raises(TypeError, match="type list"):
        initialize([[1.0]])
    with pytest.raises(ValueError, match=r"alpha has shape \(2,\)"):
        initialize(weights, alpha=[1.0, 2.0])
    with pytest.raises(ValueError, match="is nan: give numbers"):
        initialize(weights, mu=math.nan)
    with pytest.raises(ValueError, match=r"^activation = 'ELU' is none of 'elu', 'relu'"):
        initialize(weights, activation="ELU")
    with pytest.raises(TypeError, match=r"^alpha = 1.0 is no parameter of relu, which has none$"):
        initialize(weights, 1.0, activation="relu")
    with pytest.raises(ValueError, match=r"slope has shape \(1,\)"):
        initialize(weights, activation="leaky_relu", slope=[0.2])
    with pytest.raises(ValueError, match=r"^mu = -99.0, sigma = 1.0: the gain that preserves"):
        initialize(weights, mu=-99.0, activation="relu")
    assert not weights.any()


def test_a_tensor_without_elements_is_left_alone_with_the_warning_of_torch():
    with pytest.warns(UserWarning, match="no-op"):
        assert elu_kaiming_normal_(torch.empty(0, 3)).shape == (0, 3)


@pytest.mark.parametrize("initialize", INITIALIZERS)
def test_weights_beyond_the_range_of_their_type_are_an_error(initialize):
    with pytest.raises(ValueError, match=r"beyond the range of torch.float32: give a larger mu"):
        initialize(torch.empty(3, 3), mu=-150.0, preserve="gradient")
    with pytest.raises(ValueError, match=r"beyond the range of torch.float16"):
        initialize(torch.empty(3, 3, dtype=torch.float16), mu=-13.0, preserve="gradient")


@pytest.mark.parametrize("initialize", INITIALIZERS)
def test_a_tensor_without_elements_does_not_hide_wrong_arguments(initialize):
    for wrong in ({"mode": "fan"}, {"preserve": "mean"}, {"alpha": -1.0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            initialize(torch.empty(0, 3), **wrong)
