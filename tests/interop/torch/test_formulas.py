"""Formulas on PyTorch: values and gradients against Arb, limits, types and messages."""

import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra torch")

import array_accuracy  # noqa: E402
from accuracy import flaws, groups  # noqa: E402

from elu_sym import FORMULAS, celu, elu, leaky_relu, mean, relu, selu, variance  # noqa: E402
from elu_sym.interop import selecting  # noqa: E402
from elu_sym.interop.torch import torch_function  # noqa: E402

POINTS = 8
DTYPES = {"float32": torch.float32, "float64": torch.float64}

WITH_GRADIENT = {name: each for name, each in FORMULAS.items() if not each.quantity.by_cases}
GROUPS = {group[0].activation.name: group for group in groups() if group[0].id in WITH_GRADIENT}


def tensors(columns, dtype, **options):
    return [torch.tensor(column, dtype=DTYPES[dtype], **options) for column in columns]


def values_of(dtype):
    def library(formula):
        return lambda *columns: torch_function(formula)(*tensors(columns, dtype)).double().numpy()

    return library


def gradients_of(dtype):
    def library(formula):
        def gradients(*columns):
            arguments = tensors(columns, dtype, requires_grad=True)
            torch_function(formula)(*arguments).sum().backward()
            return [argument.grad.double().numpy() for argument in arguments]

        return gradients

    return library


ELU_AND_RELATIVES = [
    name if name == "elu" else pytest.param(name, marks=pytest.mark.deep) for name in GROUPS
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", ELU_AND_RELATIVES)
def test_values_are_right_to_the_last_digits(activation, dtype):
    found = array_accuracy.value_errors(values_of(dtype), GROUPS[activation], dtype, POINTS)
    assert flaws(dtype, found) == []
    assert min(each.points for each in found.values()) > 20


@pytest.mark.parametrize(
    "dtype",
    [
        dtype if dtype == "float64" else pytest.param(dtype, marks=pytest.mark.deep)
        for dtype in DTYPES
    ],
)
@pytest.mark.parametrize("activation", ELU_AND_RELATIVES)
def test_gradients_are_right_to_the_last_digits(activation, dtype):
    formulas = GROUPS[activation]
    found = array_accuracy.derivative_errors(gradients_of(dtype), formulas, dtype, POINTS)
    assert flaws(dtype, found) == []
    assert len(found) == sum(len(formula.arguments) for formula in formulas)
    assert min(each.points for each in found.values()) > 20


@pytest.mark.parametrize("flaw", [1 + 1e-14, -1.0, float("nan")])
def test_a_flaw_is_found(flaw):
    def library(formula):
        return lambda *columns: flaw * values_of("float64")(formula)(*columns)

    found = array_accuracy.value_errors(library, (elu.mean,), "float64", 2)
    assert flaws("float64", found)


# The derivative of f(X) in mu where a rounding of it in single precision is seen: the slopes of
# both lines of CELU are 1, and what is left of their covariance is of the size of sigma/alpha.
@pytest.mark.parametrize("size", [4e-7, 4e-5, 4e-3])
@pytest.mark.parametrize("name", ["std", "variance", "absolute_mean", "second_moment"])
def test_a_small_gradient_in_single_precision_is_that_in_double_precision(name, size):
    columns = [np.array([np.float32(size)], np.float64)] * 2 + [np.ones(1)]
    single, double = (gradients_of(dtype)(celu.formulas[name])(*columns) for dtype in DTYPES)
    np.testing.assert_allclose(single, double, rtol=1e-7)
    if (name, size) == ("std", 4e-7):
        assert single[0][0] == pytest.approx(6.35e-8, rel=1e-3)


def test_a_step_of_an_optimizer_from_the_kink_is_finite():
    """At mu = sigma = 0 the density is infinite; a gradient has the rest, so that a step is."""
    for formula in WITH_GRADIENT.values():
        parameters = [1.5] * (len(formula.arguments) - 2)
        arguments = tensors((0.0, 0.0, *parameters), "float64", requires_grad=True)
        optimizer = torch.optim.Adam(arguments, lr=1e-3)
        for _ in range(3):
            optimizer.zero_grad()
            (
                torch_function(formula)(arguments[0], arguments[1].abs(), *arguments[2:]) ** 2
            ).backward()
            optimizer.step()
            assert all(torch.isfinite(argument) for argument in arguments), formula.id
    mu, sigma, alpha = tensors((0.0, 0.0, 1.5), "float64", requires_grad=True)
    torch_function(elu.derivative_mean)(mu, sigma, alpha).backward()
    assert mu.grad.item() == 0.75  # E f'' without the atom (1 - alpha) delta: alpha E[e^X; X < 0]


@pytest.mark.deep
@pytest.mark.parametrize("formula", WITH_GRADIENT.values(), ids=WITH_GRADIENT)
def test_gradcheck(formula):
    size = 6
    rng = np.random.default_rng(3)
    sigma = np.exp(rng.uniform(-1.5, 1, size))
    mu = rng.uniform(-3, 3, size) * sigma
    parameters = [np.exp(rng.uniform(-1, 1, size)) for _ in formula.activation.parameters]
    arguments = tensors((mu, sigma, *parameters), "float64", requires_grad=True)
    assert torch.autograd.gradcheck(torch_function(formula), arguments, atol=1e-7, fast_mode=True)


@pytest.mark.parametrize("formula", WITH_GRADIENT.values(), ids=WITH_GRADIENT)
def test_limits_and_nan_are_those_of_the_formula(formula):
    mu = np.array([-np.inf, -1.5, 0.0, 0.5, np.inf, np.nan])
    mu, sigma = (each.ravel() for each in np.meshgrid(mu, [0.0, 0.5, 2.0, np.nan]))
    parameters = [np.full(mu.shape, value) for value in (2.5, 0.75)]
    columns = (mu, sigma, *parameters[: len(formula.activation.parameters)])
    arguments = tensors(columns, "float64", requires_grad=True)
    values = torch_function(formula)(*arguments)
    np.testing.assert_allclose(values.detach().numpy(), formula(*columns), rtol=1e-14, atol=1e-300)
    values.sum().backward()
    missing = np.isnan(mu) | np.isnan(sigma)
    for argument in arguments:
        assert (np.isnan(argument.grad.numpy()) == missing).all()


LIMITS = {
    (elu.mean, (-1.0, 0.0, 2.0)): (2 * np.exp(-1.0), 0.0, np.expm1(-1.0)),
    (elu.mean, (1.0, 0.0, 2.0)): (1.0, 0.0, 0.0),
    (elu.mean, (0.0, 0.0, 2.0)): (1.5, -1 / np.sqrt(2 * np.pi), 0.0),
    (elu.mean, (-np.inf, 1.0, 2.0)): (0.0, 0.0, -1.0),
    (elu.second_moment, (np.inf, 1.0, 2.0)): (np.inf, 2.0, 0.0),
    (elu.variance, (np.inf, 3.0, 2.0)): (0.0, 6.0, 0.0),
    (elu.std, (np.inf, 3.0, 2.0)): (0.0, 1.0, 0.0),
    (elu.std, (-1.0, 0.0, 2.0)): (0.0, 2 * np.exp(-1.0), 0.0),
    (elu.negative_mean, (-1.0, 0.0, 2.0)): (2 * np.exp(-1.0), 0.0, np.expm1(-1.0)),
    (elu.negative_mean, (0.0, 0.0, 2.0)): (2 - 4 / np.pi, -4 / np.sqrt(2 * np.pi), 0.0),
    (selu.mean, (-np.inf, 1.0, 2.0, 3.0)): (0.0, 0.0, -3.0, -2.0),
    (selu.variance, (np.inf, 1.0, 2.0, 3.0)): (0.0, 18.0, 0.0, 6.0),
    (celu.mean, (-np.inf, 1.0, 2.0)): (0.0, 0.0, -1.0),
    (celu.second_moment, (-np.inf, 1.0, 2.0)): (0.0, 0.0, 4.0),
    (celu.variance, (np.inf, 1.0, 2.0)): (0.0, 2.0, 0.0),
    (celu.negative_mean, (-np.inf, 1.0, 2.0)): (0.0, 0.0, -1.0),
    (leaky_relu.variance, (-np.inf, 1.0, 0.5)): (0.0, 0.5, 1.0),
    (relu.variance, (np.inf, 1.0)): (0.0, 2.0),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", LIMITS, ids=str)
def test_gradients_at_the_limits(case, dtype):
    formula, point = case
    arguments = tensors(point, dtype, requires_grad=True)
    torch_function(formula)(*arguments).backward()
    slopes = [argument.grad.item() for argument in arguments]
    assert slopes == pytest.approx(LIMITS[case], rel=1e-6, abs=1e-12)


def point(formula, mu, sigma):
    parameters = [1.5] * len(formula.activation.parameters)
    return tensors((mu, sigma, *parameters), "float64", requires_grad=True)


def test_the_limit_is_what_a_small_sigma_gives():
    for mu in (-1.5, -1e-3, 2.0):
        for formula in GROUPS["elu"]:
            if formula.name == "derivative_mean" and abs(mu) < 1:
                continue
            near, limit = (point(formula, mu, sigma) for sigma in (1e-9, 0.0))
            for arguments in (near, limit):
                torch_function(formula)(*arguments).backward()
            for one, other in zip(near, limit, strict=True):
                assert one.grad.item() == pytest.approx(other.grad.item(), rel=1e-6, abs=1e-7)


@pytest.mark.parametrize(
    ("dtypes", "expected"),
    [
        (("float32", "float32"), torch.float32),
        (("float32", "float64"), torch.float64),
        (("float64", "float64"), torch.float64),
    ],
)
def test_the_type_is_the_widest(dtypes, expected):
    mu, sigma = (torch.ones(3, dtype=DTYPES[dtype]) for dtype in dtypes)
    assert torch_function(mean)(mu, sigma, 2.0).dtype == expected
    assert torch_function(mean)(mu, 2, alpha=torch.tensor(2)).dtype == DTYPES[dtypes[0]]


def test_numbers_have_the_default_type():
    assert torch_function(mean)(0.5).dtype == torch.get_default_dtype()
    assert torch_function(mean)(0.5).shape == ()


def test_arguments_broadcast_and_have_their_defaults():
    mu = torch.linspace(-2, 2, 4, dtype=torch.float64)[:, None]
    sigma = torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64, requires_grad=True)
    values = torch_function(selu.mean)(mu, sigma)
    assert values.shape == (4, 3)
    np.testing.assert_allclose(
        values.detach().numpy(), selu.mean(mu.numpy(), sigma.detach().numpy()), rtol=1e-14
    )
    values.sum().backward()
    assert sigma.grad.shape == (3,)
    assert torch_function(mean)(torch.empty(0, 2)).shape == (0, 2)


def test_the_arguments_are_not_changed():
    mu = torch.tensor([-1.0, 0.0, 1.0])
    before = mu.clone()
    torch_function(variance)(mu, 1.0)
    assert torch.equal(mu, before)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            (0.0, torch.tensor([1.0, -2.0])),
            ValueError,
            r"sigma\[1\] = -2.0: give a finite number, zero or more",
        ),
        ((0.0, torch.tensor([[1.0, torch.inf]])), ValueError, r"sigma\[0, 1\] = inf"),
        ((0.0, 1.0, torch.tensor([0.0, 0.0])), ValueError, r"alpha\[0\] = 0.0 \(and 1 more\)"),
        ((0.0, -1.0), ValueError, "sigma = -1.0: give"),
        ((0.0, 1.0, 0), ValueError, "alpha = 0.0: give a finite number above zero"),
        ((torch.ones(2), torch.ones(3)), ValueError, r"mu has shape \(2,\), sigma has shape"),
        ((torch.ones(2, dtype=torch.bool),), TypeError, "mu has dtype torch.bool"),
        ((torch.ones(2, dtype=torch.complex64),), TypeError, "mu has dtype torch.complex64"),
        ((torch.ones(2).to(torch.float8_e4m3fn),), TypeError, r"give mu.float\(\)"),
        ((0.0, torch.tensor([1.0, -2.0]).bfloat16()), ValueError, r"sigma\[1\] = -2.0: give"),
        ((torch.ones(2, 2).to_sparse(),), TypeError, r"give mu.to_dense\(\)"),
        (("1",), TypeError, "mu = '1' is text"),
        ((True,), TypeError, "mu = True is boolean"),
        (([1.0, None],), TypeError, r"mu\[1\] = None is of type NoneType"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        torch_function(mean)(*arguments)


@pytest.mark.parametrize(
    "value", [Fraction(1, 2), np.float64(0.5), [0.5, 1], np.array([0.5]), Decimal("0.5")], ids=repr
)
def test_whatever_the_formula_takes_is_taken(value):
    one = torch.ones((), dtype=torch.float64)
    np.testing.assert_allclose(torch_function(mean)(value, one, value), mean(value, 1, value))
    assert torch_function(mean)(value, torch.ones(2)).dtype == torch.float32


def test_the_wrong_element_is_found_among_those_that_require_gradients():
    sigma = torch.tensor([1.0, -2.0], requires_grad=True)
    with pytest.raises(ValueError, match=r"sigma\[1\] = -2.0"):
        torch_function(mean)(0.0, sigma)


def test_values_that_are_not_looked_at_give_nan():
    sigma = torch.tensor([1.0, -2.0, torch.inf, torch.nan, 0.0], requires_grad=True)
    alpha = torch.tensor([1.0, 1.0, 1.0, 1.0, 0.0])
    function = torch_function(mean, validate_args=False)
    values = function(0.5, sigma, alpha)
    assert values.isnan().tolist() == [False, True, True, True, True]
    values.sum().backward()
    assert sigma.grad.isnan().tolist() == [False, True, True, True, True]
    assert torch.vmap(torch_function(mean))(sigma, sigma, 1 + alpha).isnan().sum() == 3
    with pytest.raises(ValueError, match=r"sigma = -1\.0: give"):
        function(0.5, -1.0)  # a number is always looked at
    with pytest.raises(TypeError, match=r"mu has dtype torch\.bool"):
        function(torch.ones(2, dtype=torch.bool))


def test_values_are_looked_at_where_that_is_asked_for():
    meta = torch.ones(2, device="meta")
    for validate_args in (None, True, False):
        assert torch_function(mean, validate_args)(meta, meta).shape == (2,)
    with pytest.raises(ValueError, match=r"sigma\[1\] = -1.0"):
        torch_function(mean, validate_args=True)(0.0, torch.tensor([1.0, -1.0]))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_goes_in_and_out(dtype):
    mu = torch.linspace(-4, 4, 9).to(dtype).requires_grad_()
    values = torch_function(variance)(mu, 1.5)
    assert values.dtype == dtype
    wide = mu.detach().double().requires_grad_()
    expected = torch_function(variance)(wide, 1.5)
    torch.testing.assert_close(values, expected.to(dtype), rtol=0, atol=0)
    values.sum().backward()
    expected.sum().backward()
    assert mu.grad.dtype == dtype
    torch.testing.assert_close(mu.grad, wide.grad.to(dtype))
    assert torch_function(mean)(mu, torch.ones(())).dtype == torch.float32
    other = {torch.float16: torch.bfloat16, torch.bfloat16: torch.float16}[dtype]
    assert torch_function(mean)(mu, torch.ones((), dtype=other)).dtype == torch.float32


def test_a_layer_under_autocast_is_trained():
    torch.manual_seed(1)
    layer = torch.nn.Linear(3, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        located = layer(torch.randn(5, 3))
        values = torch_function(mean)(located, located.abs())
    assert located.dtype == values.dtype == torch.bfloat16
    values.float().sum().backward()
    assert layer.weight.grad.dtype == torch.float32
    assert layer.weight.grad.isfinite().all()


def test_lambdify_gives_the_function():
    mu = torch.tensor([-1.0, 2.0])
    assert torch.equal(mean.lambdify("torch")(mu), torch_function(mean)(mu))
    with pytest.raises(ValueError, match="'textbook' for backend 'torch'"):
        mean.lambdify("torch", "textbook")


def test_only_formulas_of_the_book_are_taken():
    with pytest.raises(TypeError, match="not in the book"):
        torch_function(np.exp)
    with pytest.raises(TypeError, match="not in the book"):
        torch_function(elu.product_moment)


def test_a_formula_without_gradient_says_so(monkeypatch):
    monkeypatch.delattr(selecting._gradients, "mean_gradient")
    with pytest.raises(ValueError, match="mean has no gradient"):
        torch_function(mean)


def test_without_the_package_the_message_names_the_extra():
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from elu_sym import mean\n"
        "try:\n"
        "    mean.lambdify('torch')\n"
        "except ModuleNotFoundError as error:\n"
        "    print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "elu_sym.interop.torch needs torch: pip install 'elu_sym[torch]'\n"


@pytest.mark.parametrize("value", [10**400, 1e300])
@pytest.mark.parametrize("name", ["mu", "sigma", "alpha"])
def test_a_number_that_is_too_large_is_named(name, value):
    given = {"mu": torch.ones(2), "sigma": torch.ones(2), "alpha": torch.ones(()), name: value}
    with pytest.raises(ValueError, match=f"^{name} = 1.* is beyond the range of"):
        torch_function(mean)(**given)


@pytest.mark.parametrize("sigma", [np.float64(0.5), np.array([0.5, 2.0]), [0.5, 2.0]])
def test_a_graph_takes_numbers_of_numpy_and_lists(sigma):
    torch.compiler.reset()
    function, mu = torch_function(mean), torch.tensor([0.3, -1.0])
    compiled = torch.compile(lambda x: function(x, sigma), fullgraph=True, backend="aot_eager")
    assert torch.equal(compiled(mu), function(mu, sigma))
    torch.compiler.reset()
