"""What a compiled call takes itself, and that it gives what the checks in Python would give."""

import gc
import multiprocessing
import sys
import threading
import tracemalloc
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import event, example, given, settings, strategies as st

from elu_sym import ACTIVATIONS, FORMULAS, gain, mean, moments, relu, selu
from elu_sym.book.formula import Formula
from elu_sym.networks.beyond_range import BeyondRangeError
from elu_sym.numeric.function import NumericFunction, compiled_module

pytestmark = pytest.mark.skipif(
    compiled_module() is None, reason="the compiled module was not built: no C compiler?"
)

COMPILED = {name: each for name, each in FORMULAS.items() if each.numeric.compiled is not None}
EVERY_FORMULA = pytest.mark.parametrize("formula", COMPILED.values(), ids=COMPILED)


def never(*values, **named):
    """A direct call that takes nothing."""
    return NotImplemented


def checked(formula):
    """The formula with every call checked in Python."""
    other = Formula(formula.quantity, formula.activation)
    vars(other)["_direct"] = vars(other.numeric)["direct"] = never
    return other


PAIRS = [(each, checked(each)) for each in (mean, relu.second_moment, selu.variance)]
TOGETHER = [NumericFunction("moments", ("mu", "sigma", "alpha")) for _ in range(2)]
vars(TOGETHER[1])["direct"] = never


def outcome(function, values, named):
    """The bits and types of the result, or the type and words of the error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = function(*values, **named)
    except Exception as error:
        return type(error), str(error)
    several = found if isinstance(found, tuple) else (found,)
    return [(type(x), x.dtype, x.shape, x.flags.writeable, x.tobytes()) for x in several]


NUMBERS = st.one_of(
    st.floats(0.1, 10.0),
    st.sampled_from([0.0, -0.0, -1.0, np.nan, np.inf, -np.inf, 5e-324, 1e-200, 1e39, 1e300]),
)
WHOLE = st.one_of(st.integers(0, 9), st.sampled_from([-1, 2**53 + 1, 2**64 + 2049, 10**400]))
TYPES = [np.int8, np.int16, np.int32, np.int64, np.longlong, np.uint8, np.uint16, np.uint32]
TYPES += [np.uint64, np.ulonglong]
FLOATS = [np.float64, np.float32]
OTHERS = [True, np.True_, None, "1", 1j, Fraction(1, 3), Decimal("0.1"), [1.0, 2.0], (1,)]
OTHERS += [np.float16(0.5), np.longdouble(1), np.complex64(1), object(), np.array(["1"])]
OTHERS += [np.array([True]), np.array([1, None]), np.array([1.0], np.float16), np.ma.array([1.0])]
OTHERS += [
    np.array([1.0]).view(np.recarray),
    np.timedelta64(1, "s"),
    np.array([1], "m8[s]"),
    [[1], [1]],
]
LAYOUTS = ["plain", "Fortran", "every other", "backwards", "repeated", "read-only", "misaligned"]
LAYOUTS += ["swapped"]
SHAPES = [(), (0,), (1,), (3,), (2, 3), (2, 1), (4, 1, 3), (2, 0), (5,)]


def laid_out(array, layout):
    """The same numbers, elsewhere in memory."""
    if layout == "Fortran":
        return np.asfortranarray(array) if array.ndim else array
    if layout in ("every other", "backwards") and array.ndim:
        wide = np.repeat(array, 2, axis=-1)[..., ::2]
        return wide if layout == "every other" else np.flip(np.flip(wide, -1).copy(), -1)
    if layout == "repeated":
        return np.broadcast_to(array[..., :1] if array.ndim and array.size else array, array.shape)
    if layout == "read-only":
        array = array.copy()
        array.flags.writeable = False
    if layout == "misaligned":
        bytes_ = np.empty(array.nbytes + 1, np.uint8)
        moved = np.ndarray(array.shape, array.dtype, bytes_, 1)
        moved[...] = array
        return moved
    if layout == "swapped":
        return array.astype(array.dtype.newbyteorder("S"))
    return array


@st.composite
def arrays(draw, numbers, types):
    """An array of one of the types, in any of the layouts."""
    shape, dtype = draw(st.sampled_from(SHAPES)), np.dtype(draw(st.sampled_from(types)))
    size = int(np.prod(shape))
    drawn = draw(st.lists(numbers, min_size=size, max_size=size))
    with np.errstate(over="ignore", under="ignore"):
        array = np.array(drawn, np.float64 if dtype.kind == "f" else int)
        array = array.astype(dtype).reshape(shape)
    return laid_out(array, draw(st.sampled_from(LAYOUTS)))


def single(number):
    with np.errstate(over="ignore", under="ignore"):
        return np.float32(number)


NUMPY_INTEGERS = st.builds(lambda kind, n: kind(n), st.sampled_from(TYPES), st.integers(0, 9))
ARGUMENTS = st.one_of(
    NUMBERS,
    WHOLE,
    NUMBERS.map(np.float64),
    NUMBERS.map(single),
    NUMPY_INTEGERS,
    arrays(NUMBERS, FLOATS),
    arrays(st.floats(0.1, 10.0), FLOATS),
    arrays(st.integers(0, 9), TYPES),
)
MOST = st.one_of(
    ARGUMENTS,
    ARGUMENTS,
    ARGUMENTS,
    ARGUMENTS,
    st.integers(0, len(OTHERS) - 1).map(OTHERS.__getitem__),
)
NAMES = st.sampled_from(["mu", "sigma", "alpha", "scale", "slope", "where", "Alpha"])


@settings(max_examples=400)
@given(
    st.sampled_from(PAIRS),
    st.lists(MOST, max_size=4),
    st.dictionaries(NAMES.filter(lambda name: name != "where"), MOST, max_size=2),
)
@example(PAIRS[0], [np.float32(0.5), 10**400], {})
@example(PAIRS[0], [np.array([1e38, 3e38], np.float32), 1e38], {})
@example(PAIRS[0], [np.array([0.5], np.float32)], {"alpha": 0.1})
@example(PAIRS[0], [np.array([0.5], np.float32)], {"alpha": np.float64(0.5)})
@example(PAIRS[0], [np.array([0.5], np.float32), np.int8(1)], {})
@example(PAIRS[0], [np.array([0.5], np.float32), np.array([1], np.int8)], {})
@example(PAIRS[0], [np.ones((2, 3)), np.ones((3, 2))], {})
@example(PAIRS[2], [1.0], {"scale": 2, "mu": 1.0})
def test_a_call_gives_what_the_checks_in_python_give(pair, values, named):
    direct, python = pair
    event(f"direct: {direct._direct(*values, **named) is not NotImplemented}")
    assert outcome(direct, values, named) == outcome(python, values, named)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_layout_of_every_type_gives_what_the_checks_in_python_give(shape, layout):
    numbers = np.linspace(0.3, 5.7, int(np.prod(shape))).reshape(shape)
    direct, python = PAIRS[0]
    for dtype in (*FLOATS, *TYPES):
        array = laid_out(np.asarray(np.ceil(numbers), dtype), layout)
        for values in ((array,), (0.5, array), (np.float32(0.5), 0.1, array), (array, array, 2)):
            assert direct._direct(*values) is not NotImplemented
            assert outcome(direct, values, {}) == outcome(python, values, {})
            # How arrays of two types lie in memory together NumPy decides in another way.
            assert direct(*values).strides == python(*values).strides
        if array.dtype.kind == "u":
            continue
        wrong = laid_out(np.asarray(-np.ceil(numbers), dtype), layout)
        for values in ((0.5, wrong), (array, 1, wrong)):
            assert (direct._direct(*values) is NotImplemented) == (array.size > 0)
            assert outcome(direct, values, {}) == outcome(python, values, {})


@settings(max_examples=100)
@given(st.lists(MOST, min_size=3, max_size=3))
def test_moments_together_give_what_the_checks_in_python_give(values):
    direct, python = TOGETHER
    assert outcome(direct, values, {}) == outcome(python, values, {})


@pytest.mark.parametrize(
    "arguments",
    [
        (0.5, 1.5, 2.0),
        (1, 1, 1),
        (np.float64(0.5), np.float64(1.5), np.float64(2.0)),
        (np.float32(0.5), np.float32(1.5), np.float32(2.0)),
        *((kind(1),) * 3 for kind in TYPES),
        *((np.ones(4, kind),) * 3 for kind in (*TYPES, *FLOATS)),
        *((laid_out(np.ones((2, 3)), layout),) * 3 for layout in LAYOUTS),
        (np.array(0.5), 1.0, np.array(2)),
        (np.ones(0), 1.0, np.ones((3, 0))),
        (np.inf, 0.0, 5e-324),
        (np.nan, np.nan, np.nan),
    ],
    ids=str,
)
def test_what_is_common_and_right_is_never_left_to_python(arguments):
    for formula, given_ in ((mean, arguments), (relu.mean, arguments[:2])):
        assert formula._direct(*given_) is not NotImplemented
        named = dict(zip(formula.arguments, given_, strict=True))
        assert formula._direct(**named) is not NotImplemented
    assert mean._direct(arguments[0]) is not NotImplemented
    # A name that was put together is not the same object as the name in the code.
    assert mean._direct(arguments[0], **{"".join(("al", "pha")): 2.0}) is not NotImplemented


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: type(other).__name__)
@pytest.mark.parametrize("place", range(3))
def test_everything_else_is_left_to_python(other, place):
    arguments = [0.5, np.ones(2), 1.0]
    arguments[place] = other
    assert mean._direct(*arguments) is NotImplemented


@EVERY_FORMULA
def test_the_end_of_a_domain_is_where_python_has_it(formula):
    tiny = {float: 5e-324, np.float64: 5e-324, np.float32: np.finfo(np.float32).smallest_subnormal}
    for kind, least in tiny.items():
        for k, name in enumerate(formula.arguments[1:], 1):
            inside = (0.0, -0.0, least, np.nan) if name == "sigma" else (least, np.nan)
            outside = (-least, np.inf, -np.inf) + (() if name == "sigma" else (0.0, -0.0))
            for number in (*inside, *outside):
                arguments = [1.0] * len(formula.arguments)
                line = np.full(9, 1.0, np.float64 if kind is float else kind)
                line[4] = number
                table = np.ones((3, 2, 9), line.dtype)
                table[1, 1] = line
                for given_ in (kind(number), line, line[::-1], table.transpose(1, 2, 0)):
                    arguments[k] = given_
                    found = formula._direct(*arguments)
                    assert (found is NotImplemented) == (number in outside)


def test_no_call_keeps_or_loses_a_reference():
    direct = mean._direct
    wrong, right = np.array([1.0, -1.0]), np.array([0.5, 1.5])
    single_, whole = right.astype(np.float32), np.arange(2)
    number, named = np.float64(123.456), float("1.25")
    kept = [wrong, right, single_, whole, number, named, mean.numeric.compiled, *mean.arguments]
    kept.append(NotImplemented)
    calls = [
        lambda: direct(right, number, named),
        lambda: direct(right, sigma=right, alpha=named),
        lambda: direct(single_, named, 0.1),
        lambda: direct(single_, sigma=1),
        lambda: direct(whole, number),
        lambda: direct(right[::-1], right[:1]),
        lambda: direct(number, alpha=named),
        lambda: direct(np.float32(0.5)),
        lambda: direct(right, wrong, number),
        lambda: direct(whole, number, wrong),
        lambda: direct(right, right, None),
        lambda: direct(whole, "1", right),
        lambda: direct(right, np.ones(3), whole),
        lambda: direct(10**400, number),
        lambda: direct(right, 10**400),
        lambda: direct(right, number, named, number),
        lambda: direct(right, mu=number),
        lambda: direct(right, beta=number),
        lambda: direct(sigma=number),
        lambda: TOGETHER[0].direct(right, number, named),
        lambda: TOGETHER[0].direct(single_, named, named),
        lambda: TOGETHER[0].direct(number, number, named),
    ]
    for call in calls:
        call()
    gc.collect()
    before = [sys.getrefcount(each) for each in kept]
    tracemalloc.start()
    try:
        for rounds in (10, 200):
            for call in calls:
                for _ in range(rounds):
                    call()
            if rounds == 10:
                allocated = tracemalloc.get_traced_memory()[0]
        # A reference lost at each call would be 200 numbers of 24 bytes at least.
        assert tracemalloc.get_traced_memory()[0] - allocated < 2400
    finally:
        tracemalloc.stop()
    assert [sys.getrefcount(each) for each in kept] == before


def test_an_error_of_numpy_is_no_error_of_an_argument():
    def broken(*values):
        raise MemoryError("no memory")

    function = np.frompyfunc(broken, 1, 1)
    with pytest.raises(ValueError, match="function of doubles"):
        compiled_module().DirectCall(function, ("mu",), {})
    for names, error in ((("mu",), ValueError), (("mu", "sigma", 1), TypeError)):
        with pytest.raises(error):
            compiled_module().DirectCall(mean.numeric.compiled, names, {})
    huge = np.broadcast_to(1.0, 2**50)
    for call in (mean, mean._direct):
        with pytest.raises(MemoryError):
            call(huge)


def test_a_call_from_eight_threads_gives_the_bits_of_one():
    rng = np.random.default_rng(7)
    mu, sigma = rng.normal(0.0, 3.0, (8, 3000)), rng.gamma(2.0, 1.0, 3000)
    expected = [mean(row, sigma, alpha=1.5).tobytes() for row in mu]
    numbers = [mean(row[0], sigma[0]) for row in mu]
    together, found = threading.Barrier(8), [None] * 8

    def call(k):
        together.wait()
        found[k] = {
            (mean(mu[k], sigma, alpha=1.5).tobytes(), mean(mu[k, 0], sigma[0])) for _ in range(20)
        }

    threads = [threading.Thread(target=call, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{pair} for pair in zip(expected, numbers, strict=True)]


@pytest.mark.deep
# Python 3.12 and JAX warn of threads beside a fork.
@pytest.mark.filterwarnings(
    "ignore:This process:DeprecationWarning", "ignore:os.fork:RuntimeWarning"
)
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_call_from_other_processes_gives_the_bits_of_this_one(method):
    rng = np.random.default_rng(8)
    calls = [(rng.normal(0.0, 3.0, 1000), rng.gamma(2.0, 1.0, 1000), 1.5) for _ in range(6)]
    for formula in (mean, ACTIVATIONS["celu"].variance):
        with multiprocessing.get_context(method).Pool(3) as pool:
            found = pool.starmap(formula, calls)
        assert [each.tobytes() for each in found] == [formula(*call).tobytes() for call in calls]


RULES = pytest.mark.parametrize("preserve", ["second_moment", "variance", "gradient"])


@RULES
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_gain_of_a_number_is_that_of_an_array(activation, preserve):
    rng = np.random.default_rng(9)
    parameters = ACTIVATIONS[activation].parameters
    options = {"preserve": preserve, "activation": activation}
    for _ in range(40):
        law = {
            "mu": float(rng.normal(0.0, 5.0)),
            "sigma": float(rng.choice([0.0, 1e-290, 1.0, 3.0])),
        }
        given_ = law | {name: float(rng.gamma(2.0)) for name in parameters}
        arrays_ = {name: np.array([number]) for name, number in given_.items()}
        try:
            (expected,) = gain(**arrays_, **options)
        except BeyondRangeError:
            with pytest.raises(BeyondRangeError):
                gain(**given_, **options)
            continue
        number = gain(**given_, **options)
        assert type(number) is np.float64
        assert number == expected


def test_moments_of_numbers_have_the_type_of_moments():
    assert moments(0.0) == moments(0, 1, alpha=1) == moments(np.array(0.0))
    assert {type(each) for each in moments(0)} == {np.float64}
    assert {type(each) for each in moments(np.float32(0.5))} == {np.float32}
    assert type(moments(0.0)) is type(moments([0.0, 1.0])) is type(moments(0.0)._replace())
