"""The sums of a layer, place by place, against loops over every weight."""

import itertools
import math

import pytest

torch = pytest.importorskip("torch", reason="needs the extra torch")

from torch import nn  # noqa: E402

from elu_sym.interop.torch.layer_sums import LayerSums  # noqa: E402
from elu_sym.interop.torch.recorded_calls import Call  # noqa: E402

CASES = {
    "padding": (nn.Conv1d, 2, 3, 3, {"padding": 1}),
    "stride and dilation": (nn.Conv1d, 2, 4, 3, {"stride": 2, "dilation": 2, "padding": 3}),
    "same": (nn.Conv1d, 1, 1, 3, {"padding": "same", "dilation": 2}),
    "groups": (nn.Conv1d, 4, 6, 3, {"groups": 2, "padding": 1}),
    "depthwise": (nn.Conv1d, 3, 3, 5, {"groups": 3, "padding": 2}),
    "padding alone": (nn.Conv1d, 2, 2, 1, {"padding": 2}),
    "transposed": (nn.ConvTranspose1d, 2, 3, 4, {"stride": 2, "padding": 1}),
    "transposed, uneven": (nn.ConvTranspose1d, 2, 3, 3, {"stride": 2, "output_padding": 1}),
    "transposed, dilated": (nn.ConvTranspose1d, 2, 1, 3, {"dilation": 2, "padding": 1}),
    "transposed, groups": (nn.ConvTranspose1d, 4, 2, 3, {"groups": 2, "stride": 3}),
    "transposed, holes": (nn.ConvTranspose1d, 2, 2, 2, {"stride": 3}),
}


def made(kind, inputs, outputs, kernel, options, space):
    layer = kind(inputs, outputs, kernel, bias=False, **options).double()
    values = torch.rand(2, inputs, space, generator=torch.Generator().manual_seed(1)).double()
    seen = []

    class Seen(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, function, types, arguments=(), keywords=None):
            seen.append((function, arguments, keywords or {}))
            return function(*arguments, **(keywords or {}))

    with torch.no_grad(), Seen():
        layer(values)
    function, arguments, keywords = seen[-1]
    call = Call(function.__name__, function, arguments, keywords, [(0,)], 0)
    return layer, values, LayerSums(call, tuple(layer.weight.shape))


def weights_one_by_one(layer, values):
    """Each weight alone, set to 1: the sums, and how many places meet."""
    sums, terms = 0.0, 0.0
    with torch.no_grad():
        for place in itertools.product(*map(range, layer.weight.shape)):
            layer.weight.zero_()
            layer.weight[place] = 1.0
            sums = sums + layer(values)
            terms = terms + layer(torch.ones_like(values))
    return sums, terms


@pytest.mark.parametrize("case", CASES)
def test_every_place_has_the_sum_of_what_meets_in_it(case):
    layer, values, sums = made(*CASES[case], space=7)
    expected, terms = weights_one_by_one(layer, values)
    torch.testing.assert_close(sums.of(values), expected)
    # Far from edges, where the padding is as nothing: over one period of the stride.
    far, _, _ = made(*CASES[case], space=60)
    _, many = weights_one_by_one(far, torch.ones(1, values.shape[1], 60).double())
    period = 6
    middle = many[0, 0, many.shape[-1] // 2 :][:period].mean()
    assert sums.fan == pytest.approx(float(middle))
    inside = sums.inside(torch.full_like(values, 0.25))
    assert float(inside.max()) == pytest.approx(0.25 * float(many.max()))
    assert bool((inside >= sums.of(torch.full_like(values, 0.25)) - 1e-12).all())
    assert math.isclose(float(terms.max()), float(many.max()))


def test_what_padding_leaves_out_is_filled_in_by_what_there_is():
    *_, sums = made(nn.Conv1d, 1, 1, 3, {"padding": 1}, 3)
    given = torch.tensor([[[1.0, 2.0, 4.0]]]).double()
    assert sums.inside(given).flatten().tolist() == [4.5, 7.0, 9.0]  # 3 (1+2)/2, 1+2+4, 3 (2+4)/2
    assert sums.of(given).flatten().tolist() == [3.0, 7.0, 6.0]
    *_, alone = made(nn.Conv1d, 1, 1, 1, {"padding": 1}, 2)
    assert alone.inside(torch.tensor([[[1.0, 3.0]]]).double()).flatten().tolist() == [2, 1, 3, 2]


@pytest.mark.parametrize("axes", [2, 3])
def test_axes_have_their_own_options(axes):
    kind = {2: nn.ConvTranspose2d, 3: nn.Conv3d}[axes]
    layer = kind(2, 2, (1, 3, 2)[:axes], stride=(1, 2, 1)[:axes], padding=(0, 1, 0)[:axes])
    layer = layer.double()
    values = torch.rand(1, 2, *(4, 5, 3)[:axes]).double()
    names = ["stride", "padding", "dilation", "groups"]
    options = {name: getattr(layer, name) for name in names}
    name = f"conv{'_transpose' if axes == 2 else ''}{axes}d"
    call = Call(name, None, (values, layer.weight), options, [(0,)], 0)
    sums = LayerSums(call, tuple(layer.weight.shape))
    with torch.no_grad():
        layer.weight.fill_(1.0)
        layer.bias.zero_()
        torch.testing.assert_close(sums.of(values), layer(values))
        torch.testing.assert_close(sums.of(values[0]), layer(values[0]))
    assert sums.fan == (3.0 if axes == 2 else 12.0)  # 2 inputs, 3 places, 1 in 2 of them; 2 * 6
