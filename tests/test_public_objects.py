"""Every public object is a good Python object: pickled, copied, sent away, shared, explained."""

import copy
import dataclasses
import functools
import multiprocessing
import pickle
import pydoc
import threading
from collections.abc import Mapping
from inspect import Parameter, signature

import flint
import mpmath
import numpy as np
import pytest
from sympy import Basic, Max, srepr
from sympy.stats import Normal

import elu_sym
from elu_sym import CLAIMS, FORMULAS, elu
from elu_sym.book.formula import Activation, Formula
from elu_sym.book.joint_formula import JointFormula
from elu_sym.numeric.function import NumericFunction
from elu_sym.symbols import alpha, x, y

X = Normal("X", 0, 1)
PLACES = np.linspace(-2.0, 2.0, 9)
VARIANCES = np.array([1.0, 1.1, 1.2])

CALLS = {
    "GaussianExpectation": ((Max(-1, x) * elu(x, alpha),), {}),
    "JointGaussianExpectation": ((elu(x, alpha) * y,), {}),
    "activation_of": (("gelu",), {}),
    "audit": ((np.linspace(-2.0, 2.0, 200),), {"progress": False}),
    "backward_variances": ((VARIANCES, 1.5), {}),
    "correlation_slope": ((VARIANCES, 1.5), {"activation": elu_sym.selu}),
    "depth_scale": ((0.5,), {}),
    "edge_of_chaos": ((0.05,), {}),
    "edge_through": ((1.0,), {}),
    "equals": ((elu.mean.closed_form, elu.mean.expr), {}),
    "expectation": ((Max(X, 0) * elu(X, 1), X), {}),
    "fixed_point": ((1.5,), {"bias_variance": 0.1}),
    "forward_variances": ((3, 1.0, 1.5), {}),
    "gain": ((1.5,), {"preserve": "variance"}),
    "gram": ((PLACES[:, None],), {"depth": 2, "kind": "both"}),
    "hermite_coefficients": ((8, 1.5), {"alpha": 0.5}),
    "kernel_series": ((0.5, 12), {"activation": elu_sym.selu}),
    "moments": ((PLACES, 1.5), {}),
    "propagate": ((["elu"], [0.1, 0.2], [[1.0, 0.5], [0.5, 1.0]]), {}),
    "residual_variance_map": ((1.0, 1.5), {}),
    "sampling_deviation": ((VARIANCES, 1.5, 100), {}),
    "selu_fixed_point": ((1.6, 1.1), {}),
    "selu_parameters": ((0.5, 1.5), {}),
    "variance_map": ((VARIANCES, 1.5), {}),
    "variance_slope": ((VARIANCES, 1.5), {}),
    "verify": ((["regularity.continuous", "meanfield.edge_unique"],), {}),
    "weight_variance": ((256,), {}),
}
"""Arguments of the functions; a formula is called at PLACES, an activation at a random symbol."""

TABLES = ("ACTIVATIONS", "CLAIMS", "FORMULAS", "JOINT_FORMULAS")
PUBLIC = {name: getattr(elu_sym, name) for name in elu_sym.__all__}
CALLABLE = {name: each for name, each in PUBLIC.items() if name not in TABLES}

every_name = pytest.mark.parametrize("name", PUBLIC)
every_callable = pytest.mark.parametrize("name", CALLABLE)


def arguments(name):
    """What a public object is called with."""
    public = PUBLIC[name]
    if isinstance(public, Formula):
        return (*(0.75 for _ in public.quantity.leading), PLACES, 1.5), {}
    if isinstance(public, JointFormula):
        return (PLACES, 1.5, -0.5, 0.75, 0.25), {}
    if isinstance(public, Activation):
        return (X, *public.symbols), {}
    return CALLS[name]


@functools.cache
def result(name):
    """What a public object gives, computed by this thread alone."""
    given, named = arguments(name)
    return PUBLIC[name](*given, **named)


def bits(found):
    """Whatever is found, down to the last bit of each number, without what the clock said."""
    if isinstance(found, (float, np.ndarray, np.generic)):
        array = np.asarray(found)
        return str(array.dtype), array.shape, array.tobytes()
    if isinstance(found, Basic):
        return srepr(found)
    if dataclasses.is_dataclass(found):
        # What takes no part in a comparison, the code of a proof, stays where it is.
        compared = (each.name for each in dataclasses.fields(found) if each.compare)
        kept = (name for name in compared if name != "seconds")
        return type(found).__name__, [(name, bits(getattr(found, name))) for name in kept]
    if isinstance(found, Mapping):
        return [(key, bits(value)) for key, value in found.items()]
    if isinstance(found, (tuple, list)):
        return type(found).__name__, [bits(each) for each in found]
    return repr(found)


def test_every_public_name_is_called_here():
    functions = {
        name
        for name, each in CALLABLE.items()
        if not isinstance(each, (Formula, JointFormula, Activation))
    }
    assert functions == CALLS.keys()


@every_name
def test_it_comes_back_as_itself(name):
    public = PUBLIC[name]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert same(pickle.loads(pickle.dumps(public, protocol)), public)
    assert same(copy.deepcopy(public), public)
    assert copy.copy(public) == public


def same(returned, public):
    """Whether it is the object itself, or a table of the same objects."""
    if not isinstance(public, Mapping):
        return returned is public
    pairs = zip(returned.items(), public.items(), strict=True)
    return type(returned) is type(public) and all(
        key == name and each is value for (key, each), (name, value) in pairs
    )


@every_callable
def test_what_it_gives_is_pickled_and_copied(name):
    found = result(name)
    for returned in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found), copy.copy(found)):
        assert type(returned) is type(found)
        assert bits(returned) == bits(found)


FACES = (
    *("derivation", "closed_form", "expr", "latex", "symbols", "cases", "quantity", "parts"),
    *("integrand", "activation", "numeric", "domain", "source", "statement"),
)


JOINT_FACES = (
    *("derivation", "closed_form", "expr", "latex", "symbols", "quantity", "pair", "integrand"),
    *("domain", "source", "statement", "notation"),
)


def test_the_faces_of_a_formula_of_two_inputs_are_pickled_and_copied():
    for formula in elu_sym.relu.with_itself.formulas.values():
        for face in JOINT_FACES:
            found = getattr(formula, face)
            for returned in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
                assert type(returned) is type(found), face
                if face == "derivation":
                    assert returned.to_text() == found.to_text()
                else:
                    assert returned == found, face
        law = (PLACES, 1.5, -0.5, 0.75, 0.25)
        for function in formula.numeric.values():
            assert bits(pickle.loads(pickle.dumps(function))(*law)) == bits(function(*law))


@pytest.mark.parametrize("formula", [each for each in FORMULAS.values() if each.activation is elu])
def test_the_faces_of_a_formula_are_pickled_and_copied(formula):
    for face in FACES:
        found = getattr(formula, face)
        for returned in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
            assert type(returned) is type(found), face
            if face == "derivation":
                assert returned.to_text() == found.to_text()
            elif face == "numeric":
                assert bits(returned(*arguments_of(formula))) == bits(found(*arguments_of(formula)))
            else:
                assert returned == found, face


def arguments_of(formula):
    return (0.75,) * len(formula.arguments)


@pytest.mark.parametrize("backend", ["numpy", "mpmath", "flint", "torch", "jax", "dask"])
def test_a_function_of_another_library_is_pickled_and_copied(backend):
    if backend in ("torch", "jax", "dask"):
        pytest.importorskip(backend, reason=f"needs the extra {backend}")
    formula = FORMULAS["relu.derivative_mean"]
    function = formula.lambdify(backend)
    for returned in (pickle.loads(pickle.dumps(function)), copy.deepcopy(function)):
        assert type(returned) is type(function)
        assert repr(returned(*arguments_of(formula))) == repr(function(*arguments_of(formula)))
    assert formula.id in pydoc.render_doc(function)
    textbook = formula.lambdify("scipy", "textbook")
    sent = pickle.loads(pickle.dumps(textbook))
    assert sent(*arguments_of(formula)) == textbook(*arguments_of(formula))


def test_a_witness_is_pickled_and_copied():
    found = elu_sym.relu.derivative_mean.certificate
    assert bits(pickle.loads(pickle.dumps(found))) == bits(copy.deepcopy(found)) == bits(found)


def test_every_claim_and_every_false_neighbour_comes_back_as_itself():
    for claim in CLAIMS.values():
        assert pickle.loads(pickle.dumps(claim)) is claim
        for neighbour in claim.false_claims:
            assert pickle.loads(pickle.dumps(neighbour)) == neighbour
    # One of another project is no claim of this one, whatever it is called.
    own = dataclasses.replace(CLAIMS["regularity.continuous"], source="hearsay", proof=())
    assert pickle.loads(pickle.dumps(own)) == own


def test_a_quantity_that_is_not_in_the_list_is_no_other():
    own = elu.mean.quantity._replace(define=len)
    returned = pickle.loads(pickle.dumps(own))
    assert returned == own
    assert type(returned) is type(own)


def test_a_numeric_function_leaves_the_compiled_module_behind():
    function = elu.mean.numeric
    assert function(0.0, 1.0, 1.0)
    assert function.__reduce__() == (NumericFunction, ("mean", ("mu", "sigma", "alpha")))


def test_another_process_calls_everything():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        waiting = {
            name: pool.apply_async(each, *arguments(name)) for name, each in CALLABLE.items()
        }
        for name, found in waiting.items():
            assert bits(found.get(600)) == bits(result(name)), name
        assert pool.map(elu.mean, PLACES.tolist()) == [elu.mean(place) for place in PLACES]


THREADS = 8


@pytest.mark.deep
def test_eight_threads_at_a_low_precision_have_the_bits_of_one():
    names = tuple(CALLABLE)
    single = {name: bits(result(name)) for name in names}
    together = threading.Barrier(THREADS)
    wrong: list[str] = []

    def call(number):
        together.wait()
        for name in names[number:] + names[:number]:  # each begins elsewhere
            given, named = arguments(name)
            try:
                found = bits(PUBLIC[name](*given, **named))
            except Exception as error:
                wrong.append(f"{name}: {type(error).__name__}: {error}")
                continue
            if found != single[name]:
                wrong.append(f"{name}: other bits")

    before = flint.ctx.prec
    with mpmath.workdps(3):
        contexts = mpmath.mp.prec, flint.ctx.prec
        threads = [threading.Thread(target=call, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (mpmath.mp.prec, flint.ctx.prec) == contexts
    assert wrong == []
    assert flint.ctx.prec == before


@every_callable
def test_help_says_how_it_is_called_and_what_comes_out(name):
    public = PUBLIC[name]
    text = pydoc.render_doc(public, renderer=pydoc.plaintext)
    parameters = signature(public).parameters.values()
    for parameter in parameters:
        assert parameter.default is not Ellipsis
        if parameter.kind is not Parameter.VAR_KEYWORD:
            assert parameter.name in text
    headings = ("Args:", "Returns:", "Raises:", "Examples:")
    if isinstance(public, Activation):
        headings = (
            "Args:",
            "Formulas:",
            "Source:",
            f"{name}({', '.join(('x', *public.parameters))})",
        )
    for heading in headings:
        assert heading in text, heading
