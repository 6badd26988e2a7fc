"""Formulas as operators of PyTorch: transforms of every kind, graphs, second derivatives."""

import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra torch")

from second_derivatives import bound, errors, nearly_linear, ordinary_points  # noqa: E402
from torch.autograd import forward_ad, gradcheck, gradgradcheck  # noqa: E402
from torch.func import grad, hessian, jacfwd, jacrev, jvp, vmap  # noqa: E402
from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402

from elu_sym import FORMULAS, celu, elu, mean, relu, selu, variance  # noqa: E402
from elu_sym.interop.torch import formula_operators, torch_function  # noqa: E402
from elu_sym.interop.torch.formula_operators import formula_operator  # noqa: E402

# What PyTorch itself warns of when it first meets tangents, and when it compiles.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script.*is deprecated")

WITH_GRADIENT = {name: each for name, each in FORMULAS.items() if not each.quantity.by_cases}
SOME = (elu.mean, celu.variance, selu.std, relu.second_moment)
ORDINARY = [0.3, 1.2, 1.5, 1.1]


def point(formula, dtype=torch.float64, **options):
    given = ORDINARY[: len(formula.arguments)]
    return [torch.tensor(value, dtype=dtype, **options) for value in given]


def columns(formula, size=5, seed=3, **options):
    rng = np.random.default_rng(seed)
    sigma = np.exp(rng.uniform(-1.5, 1, size))
    mu = rng.uniform(-3, 3, size) * sigma
    parameters = [np.exp(rng.uniform(-1, 1, size)) for _ in formula.activation.parameters]
    return [torch.tensor(column, **options) for column in (mu, sigma, *parameters)]


@pytest.fixture(params=["loops", "selection"])
def kernels(request, monkeypatch):
    """The operators by the compiled loops, and by plain operations of tensors."""
    if request.param == "selection":
        monkeypatch.setattr(formula_operators, "KERNELS", {})
    torch.compiler.reset()
    yield request.param
    torch.compiler.reset()


@pytest.mark.parametrize("formula", SOME, ids=lambda formula: formula.id)
def test_opcheck(formula):
    operator = formula_operator(formula)
    for each in (operator, operator.derivative):
        given = columns(formula, requires_grad=True)
        torch.library.opcheck(each.overload, tuple(given))
    last = operator.derivative.derivative
    torch.library.opcheck(
        last.overload,
        tuple(columns(formula)),
        test_utils=("test_schema", "test_faketensor", "test_autograd_registration"),
    )


@pytest.mark.parametrize("formula", SOME, ids=lambda formula: formula.id)
def test_first_and_second_derivatives_in_both_modes(formula):
    function = torch_function(formula)
    given = columns(formula, 2, requires_grad=True)
    modes = {"check_batched_grad": True, "check_forward_ad": True}
    assert gradcheck(function, given, fast_mode=True, **modes)
    assert gradgradcheck(function, given, check_fwd_over_rev=True, check_rev_over_rev=True)


@pytest.mark.deep
@pytest.mark.parametrize("formula", WITH_GRADIENT.values(), ids=WITH_GRADIENT)
def test_second_derivatives_of_every_formula(formula):
    given = columns(formula, requires_grad=True)
    assert gradgradcheck(torch_function(formula), given, atol=1e-6)


@pytest.mark.parametrize("formula", SOME, ids=lambda formula: formula.id)
def test_second_derivatives_are_right_to_the_last_digits(formula, kernels):
    given = ordinary_points(formula, 20, seed=5)
    given = [column[~nearly_linear(formula, given)] for column in given]
    places = tuple(range(len(given)))
    derivative = vmap(hessian(torch_function(formula), argnums=places))
    rows = derivative(*(torch.tensor(column) for column in given))
    found = [rows[i][j].numpy() for i in places for j in places[i:]]
    assert errors(formula, given, found).max() <= bound(formula)


def test_every_nesting_of_transforms_gives_the_second_derivative():
    mu, sigma, alpha = point(mean)
    expected = formula_operator(mean).derivative.derivative.overload(mu, sigma, alpha)[1]

    def mixed(first, second):
        inner = first(torch_function(mean), argnums=0)
        return second(lambda sigma: inner(mu, sigma, alpha))(sigma)

    for first in (jacfwd, jacrev):
        for second in (jacfwd, jacrev):
            torch.testing.assert_close(mixed(first, second), expected)


def test_tangents_go_with_gradients():
    mu, sigma, alpha = point(mean, requires_grad=True)
    slopes = torch.autograd.grad(torch_function(mean)(mu, sigma, alpha), (mu, sigma, alpha))
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(mu, torch.tensor(2.0, dtype=torch.float64))
        value, tangent = forward_ad.unpack_dual(torch_function(mean)(dual, sigma, alpha))
    torch.testing.assert_close(tangent, 2 * slopes[0])
    torch.testing.assert_close(value, torch_function(mean)(mu, sigma, alpha))
    assert tangent.requires_grad
    pushed = jvp(torch_function(mean), (mu, sigma, alpha), (0 * mu, sigma, 0 * alpha))[1]
    torch.testing.assert_close(pushed, sigma * slopes[1])


def test_vmap_over_some_arguments_and_axes():
    mu, sigma = torch.randn(4, 3, generator=torch.Generator().manual_seed(1)), torch.ones(3)
    expected = torch_function(mean)(mu, sigma)
    assert torch.equal(vmap(torch_function(mean), in_dims=(0, None))(mu, sigma), expected)
    along = vmap(torch_function(mean), in_dims=(1, 0), out_dims=1)
    assert torch.equal(along(mu, sigma), expected)
    nested = vmap(vmap(grad(torch_function(mean)), in_dims=(0, 0)), in_dims=(0, None))
    mu.requires_grad_()
    torch_function(mean)(mu, sigma).sum().backward()
    torch.testing.assert_close(nested(mu.detach(), sigma), mu.grad)


@pytest.mark.parametrize("needed", [(0,), (1,), (0, 2), (1, 2)])
def test_gradients_of_some_of_the_arguments(needed):
    given = columns(mean)
    for place in needed:
        given[place].requires_grad_()
    torch_function(mean)(*given).sum().backward()
    full = columns(mean, requires_grad=True)
    torch_function(mean)(*full).sum().backward()
    for place, (one, all_of_them) in enumerate(zip(given, full, strict=True)):
        if place in needed:
            assert torch.equal(one.grad, all_of_them.grad)
        else:
            assert one.grad is None


def test_derivatives_of_third_order_are_refused():
    (mu, *rest) = point(mean, requires_grad=True)
    (slope,) = torch.autograd.grad(torch_function(mean)(mu, *rest), mu, create_graph=True)
    (bend,) = torch.autograd.grad(slope, mu, create_graph=True)
    with pytest.raises(RuntimeError, match="mean_hessian has no derivatives"):
        torch.autograd.grad(bend, mu)
    with pytest.raises(RuntimeError, match="mean_hessian has no derivatives"):
        jacfwd(hessian(torch_function(mean)))(mu.detach(), 1.0)


def compiled(function):
    return torch.compile(function, fullgraph=True, backend="aot_eager")


@pytest.mark.parametrize(
    "formula",
    [relu.second_moment, pytest.param(elu.mean, marks=pytest.mark.deep)],
    ids=lambda formula: formula.id,
)
def test_a_graph_has_no_breaks(formula, kernels):
    function = torch_function(formula)
    found, expected = (columns(formula, 3, requires_grad=True) for _ in range(2))
    value = compiled(function)(*found)
    torch.testing.assert_close(value, function(*expected), rtol=1e-13, atol=0)
    value.sum().backward()
    function(*expected).sum().backward()
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-12, atol=1e-15)


def test_numbers_defaults_and_whole_numbers_in_a_graph():
    mu, of_selu, of_elu = columns(selu.mean)[0], torch_function(selu.mean), torch_function(mean)
    for call in (
        selu.mean.lambdify("torch"),
        lambda mu: of_selu(mu, 2, scale=1.5),
        lambda mu: of_elu(mu.float(), sigma=torch.tensor(2)),
    ):
        torch.testing.assert_close(compiled(call)(mu), call(mu))


def test_tangents_in_a_graph():
    function = torch_function(mean)

    def tangent(mu, direction):
        with forward_ad.dual_level():
            return forward_ad.unpack_dual(function(forward_ad.make_dual(mu, direction))).tangent

    mu = columns(mean)[0]
    torch.testing.assert_close(compiled(tangent)(mu, mu), tangent(mu, mu))


@pytest.mark.parametrize(
    "transformed",
    [
        lambda f: vmap(grad(f), in_dims=(0, None)),
        lambda f: vmap(jacrev(jacrev(f)), in_dims=(0, None)),
        lambda f: lambda mu, sigma: hessian(f)(mu[0]),  # no vmap of it, of any function
    ],
    ids=["grad", "jacrev", "hessian"],
)
def test_transforms_in_a_graph(transformed):
    torch.compiler.reset()
    mu = columns(mean)[0]
    call = transformed(torch_function(mean))
    torch.testing.assert_close(compiled(call)(mu, 1.5), call(mu, 1.5))


@pytest.mark.deep
def test_the_selection_compiles(monkeypatch):
    monkeypatch.setattr(formula_operators, "KERNELS", {})
    torch.compiler.reset()
    found, expected = columns(relu.mean, requires_grad=True), columns(relu.mean, requires_grad=True)
    torch.compile(torch_function(relu.mean), fullgraph=True)(*found).sum().backward()
    torch_function(relu.mean)(*expected).sum().backward()
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-10, atol=1e-12)
    torch.compiler.reset()


def test_export_keeps_the_operator():
    class Means(torch.nn.Module):
        def forward(self, mu):
            return torch_function(mean)(mu, 1.0)

    mu = columns(mean)[0]
    program = torch.export.export(Means(), (mu,))
    assert "elu_sym.mean" in program.graph_module.code
    assert torch.equal(program.module()(mu), torch_function(mean)(mu, 1.0))


def test_fake_and_meta_tensors_have_the_shape_alone():
    from torch._subclasses import FakeTensorMode

    with FakeTensorMode():
        value = torch_function(variance)(torch.empty(4, 1), torch.empty(3))
    assert value.shape == (4, 3)
    value = torch_function(variance)(torch.empty(4, 1, device="meta"), 1.0)
    assert (value.shape, value.device.type) == ((4, 1), "meta")


class Alive(TorchDispatchMode):
    """How many tensors of a size there were at most at the same time, of those made meanwhile."""

    def __init__(self, size):
        super().__init__()
        self.size, self.now, self.most = size, 0, 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        found = function(*args, **(kwargs or {}))
        for each in found if isinstance(found, tuple) else (found,):
            if each.untyped_storage().nbytes() == each.itemsize * self.size:
                self.now += 1
                weakref.finalize(each, self.gone)
        self.most = max(self.most, self.now)
        return found

    def gone(self):
        self.now -= 1


def test_backward_takes_the_memory_of_its_results_and_of_one_tensor_more():
    arguments = columns(variance, size=1000, requires_grad=True)
    value = torch_function(variance)(*arguments).sum()
    with Alive(1000) as alive:
        found = torch.autograd.grad(value, arguments)
    assert (alive.now, alive.most) == (len(found), len(found) + 1)


def test_one_operator_is_registered_at_a_time(monkeypatch):
    everyone, within, most = Barrier(3), [], []

    def register(*_):
        within.append(None)
        time.sleep(0.02)
        most.append(len(within))
        within.pop()

    def ask(formula):
        everyone.wait()
        formula_operator.__wrapped__(formula)

    monkeypatch.setattr(formula_operators, "FormulaOperator", register)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(ask, [mean] * 3))
    assert most == [1, 1, 1]


def test_compiled_autograd_takes_the_backward_of_what_was_not_compiled():
    compiled = pytest.importorskip("torch._dynamo.compiled_autograd")
    slopes = []
    for _ in range(2):
        given = point(mean, requires_grad=True)
        value = torch_function(mean)(*given)
        if slopes:
            with compiled._enable(torch.compile(backend="aot_eager")):
                value.backward()
        else:
            value.backward()
        slopes.append([each.grad for each in given])
    assert slopes[0] == slopes[1]
    torch.compiler.reset()
