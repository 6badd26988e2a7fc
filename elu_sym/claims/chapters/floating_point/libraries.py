"""What NumPy, PyTorch and JAX do on a processor, beside the theorems about correct rounding.

The thresholds were measured by :mod:`elu_sym.experiments.library_thresholds` in arrays of 4,096
numbers, for ``alpha`` 1/2, 1 and SELU's; its table names the versions and the processor. Distances
count floats of the format.
"""

from functools import partial

from elu_sym.algebra.rounding import (
    BFLOAT16,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    FORMATS,
    FloatingPointFormat,
)
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules.measured_thresholds import MeasuredWithin, Reference

WIDE, SHORT = (FLOAT64, FLOAT32), (BFLOAT16, FLOAT16)
EACH, ONCE = Reference.EACH_ROUNDED, Reference.ROUNDED_ONCE
EPSILON, SUBNORMAL, FROM_VALUE = Reference.EPSILON, Reference.SUBNORMAL, Reference.FROM_VALUE

EXPERIMENT = "thresholds measured by elu_sym.experiments.library_thresholds"


def at(
    reference: Reference,
    library: str,
    functions: tuple[str, ...],
    formats: tuple[FloatingPointFormat, ...],
    cases: int,
) -> Assertion:
    """The measured thresholds are the reference, to the last float."""
    return MeasuredWithin(library, functions, formats, reference, 0, 0, cases)


def near_epsilon(formats: tuple[FloatingPointFormat, ...], cases: int) -> Assertion:
    """PyTorch's thresholds of the floor are where e^x is 2^-p, or 1 float below."""
    return MeasuredWithin("torch", ("expm1", "elu"), formats, EPSILON, -1, 0, cases)


def alone(reference: Reference, formats: tuple[FloatingPointFormat, ...], cases: int) -> Assertion:
    """What PyTorch's ELU does to single numbers."""
    return MeasuredWithin("torch", ("elu",), formats, reference, 0, 0, cases, elements=1)


claim = partial(
    Claim, assumptions=("the versions and the processor of the table",), expected=Verdict.MEASURED
)

CLAIMS = (
    claim(
        "floating_point.numpy_thresholds",
        "NumPy's exp is 0 and its expm1 is -1 exactly up to the thresholds of correct rounding"
        " in float64, float32 and float16: 6 cases, distance 0.",
        [at(EACH, "numpy", ("exp", "expm1"), (*WIDE, FLOAT16), 6)],
        EXPERIMENT,
        neighbours={
            "so it is with PyTorch's exp and expm1 in every case": at(
                EACH, "torch", ("exp", "expm1"), FORMATS, 8
            ),
        },
    ),
    claim(
        "floating_point.torch_expm1",
        "In arrays of 4,096 numbers of float64 and float32 PyTorch's expm1 and ELU reach -1 and"
        " -alpha where e^x is 2^-p, and not only where it is half of that as with correct"
        " rounding: 8 cases, at most 1 float below.",
        [near_epsilon(WIDE, 8)],
        EXPERIMENT,
        neighbours={
            "in every format": near_epsilon(FORMATS, 16),
            "they reach them where correct rounding does": at(
                EACH, "torch", ("expm1", "elu"), WIDE, 8
            ),
        },
    ),
    claim(
        "floating_point.torch_single_numbers",
        "Of a single number in float64 or float32 PyTorch computes another ELU than in a long"
        " array: it is -alpha exactly up to the threshold with every operation rounded:"
        " 6 cases, distance 0.",
        [alone(EACH, WIDE, 6)],
        EXPERIMENT,
        neighbours={"so it is in an array of 4,096 numbers": at(EACH, "torch", ("elu",), WIDE, 6)},
    ),
    claim(
        "floating_point.torch_derivative",
        "PyTorch's exp and its derivative of ELU are 0 exactly up to the threshold with every"
        " operation rounded in float64 and float32: 8 cases, distance 0.",
        [at(EACH, "torch", ("exp", "elu_derivative"), WIDE, 8)],
        EXPERIMENT,
        neighbours={"in every format": at(EACH, "torch", ("exp", "elu_derivative"), FORMATS, 16)},
    ),
    claim(
        "floating_point.torch_short_formats",
        "In bfloat16 and float16 the thresholds of PyTorch's ELU and of its derivative are"
        " those of one rounding of the whole: 16 in arrays, those of exp and expm1 among them,"
        " and 6 of single numbers, distance 0.",
        [
            at(ONCE, "torch", ("exp", "expm1", "elu", "elu_derivative"), SHORT, 16),
            alone(ONCE, SHORT, 6),
        ],
        EXPERIMENT,
        neighbours={"those of JAX are the same": at(ONCE, "jax", ("expm1", "elu"), SHORT, 8)},
    ),
    claim(
        "floating_point.jax_floor",
        "JAX's expm1 and ELU reach -1 and -alpha exactly up to the threshold with every"
        " operation rounded in all four formats: 16 cases, distance 0.",
        [at(EACH, "jax", ("expm1", "elu"), FORMATS, 16)],
        EXPERIMENT,
        neighbours={
            "its exp too is as with correct rounding": at(
                EACH, "jax", ("exp", "expm1", "elu"), FORMATS, 20
            ),
        },
    ),
    claim(
        "floating_point.jax_flushes_subnormals",
        "JAX's exp is 0 exactly where e^x rounds to a subnormal number in float64, float32 and"
        " bfloat16: 3 cases; in float16 it is 0 exactly where e^x rounds to 0: 1 case.",
        [
            at(SUBNORMAL, "jax", ("exp",), (*WIDE, BFLOAT16), 3),
            at(EACH, "jax", ("exp",), (FLOAT16,), 1),
        ],
        EXPERIMENT,
        neighbours={
            "in float16 it flushes subnormal numbers as well": at(
                SUBNORMAL, "jax", ("exp",), FORMATS, 4
            ),
        },
    ),
    claim(
        "floating_point.jax_derivative",
        "JAX's derivative of ELU is 0 exactly where the value of ELU plus alpha is, which is"
        " where expm1 is -1, in all four formats: 12 cases, distance 0.",
        [at(FROM_VALUE, "jax", ("elu_derivative",), FORMATS, 12)],
        EXPERIMENT,
        neighbours={
            "so is PyTorch's": at(FROM_VALUE, "torch", ("elu_derivative",), FORMATS, 12),
            "it is 0 only where alpha*e^x is": at(EACH, "jax", ("elu_derivative",), FORMATS, 12),
        },
    ),
)
