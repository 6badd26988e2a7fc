"""What NumPy, PyTorch and JAX do on a processor, beside the theorems about correct rounding.

The thresholds were measured by :mod:`elu_sym.experiments.library_thresholds` in arrays of 4,096
numbers, for ``alpha`` 1/2, 1 and SELU's; its table names the versions and the processor. Distances
count floats of the format.
"""

from elu_sym.algebra.rounding import (
    BFLOAT16,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    FORMATS,
    FloatingPointFormat,
)
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim, Neighbour, Verdict
from elu_sym.claims.rules.measured_thresholds import MeasuredWithin, Reference

WIDE, SHORT = (FLOAT64, FLOAT32), (BFLOAT16, FLOAT16)
EACH, ONCE = Reference.EACH_ROUNDED, Reference.ROUNDED_ONCE


def at(
    reference: Reference,
    library: str,
    functions: tuple[str, ...],
    formats: tuple[FloatingPointFormat, ...],
    cases: int,
) -> Assertion:
    """The measured thresholds are the reference, to the last float."""
    return MeasuredWithin(library, functions, formats, reference, 0, 0, cases)


EXPERIMENT = "thresholds measured by elu_sym.experiments.library_thresholds"
VERSIONS = ("the versions and the processor of the table",)

CLAIMS = (
    Claim(
        id="floating_point.numpy_thresholds",
        statement=(
            "NumPy's exp is 0 and its expm1 is -1 exactly up to the thresholds of correct rounding"
            " in float64, float32 and float16: 6 cases, distance 0."
        ),
        assumptions=VERSIONS,
        proof=lambda: [at(EACH, "numpy", ("exp", "expm1"), (*WIDE, FLOAT16), 6)],
        source=EXPERIMENT,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "so it is with PyTorch's exp and expm1 in every case",
                lambda: [at(EACH, "torch", ("exp", "expm1"), FORMATS, 8)],
            ),
        ),
    ),
    Claim(
        id="floating_point.torch_expm1",
        statement=(
            "In arrays of 4,096 numbers of float64 and float32 PyTorch's expm1 and ELU reach -1 and"
            " -alpha where e^x is 2^-p, and not only where it is half of that as with correct"
            " rounding: 8 cases, at most 1 float below."
        ),
        assumptions=VERSIONS,
        proof=lambda: [
            MeasuredWithin("torch", ("expm1", "elu"), WIDE, Reference.EPSILON, -1, 0, cases=8)
        ],
        source=EXPERIMENT,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "in every format",
                lambda: [
                    MeasuredWithin(
                        "torch", ("expm1", "elu"), FORMATS, Reference.EPSILON, -1, 0, cases=16
                    )
                ],
            ),
            Neighbour(
                "they reach them where correct rounding does",
                lambda: [at(EACH, "torch", ("expm1", "elu"), WIDE, 8)],
            ),
        ),
    ),
    Claim(
        id="floating_point.torch_single_numbers",
        statement=(
            "Of a single number in float64 or float32 PyTorch computes another ELU than in a long"
            " array: it is -alpha exactly up to the threshold with every operation rounded:"
            " 6 cases, distance 0."
        ),
        assumptions=VERSIONS,
        proof=lambda: [MeasuredWithin("torch", ("elu",), WIDE, EACH, 0, 0, cases=6, elements=1)],
        source=EXPERIMENT,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "so it is in an array of 4,096 numbers",
                lambda: [at(EACH, "torch", ("elu",), WIDE, 6)],
            ),
        ),
    ),
    Claim(
        id="floating_point.torch_derivative",
        statement=(
            "PyTorch's exp and its derivative of ELU are 0 exactly up to the threshold with every"
            " operation rounded in float64 and float32: 8 cases, distance 0."
        ),
        assumptions=VERSIONS,
        proof=lambda: [at(EACH, "torch", ("exp", "elu_derivative"), WIDE, 8)],
        source=EXPERIMENT,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "in every format",
                lambda: [at(EACH, "torch", ("exp", "elu_derivative"), FORMATS, 16)],
            ),
        ),
    ),
    Claim(
        id="floating_point.torch_short_formats",
        statement=(
            "In bfloat16 and float16 the thresholds of PyTorch's ELU and of its derivative are"
            " those of one rounding of the whole: 16 in arrays, those of exp and expm1 among them,"
            " and 6 of single numbers, distance 0."
        ),
        assumptions=VERSIONS,
        proof=lambda: [
            at(ONCE, "torch", ("exp", "expm1", "elu", "elu_derivative"), SHORT, 16),
            MeasuredWithin("torch", ("elu",), SHORT, ONCE, 0, 0, cases=6, elements=1),
        ],
        source=EXPERIMENT,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "those of JAX are the same",
                lambda: [at(ONCE, "jax", ("expm1", "elu"), SHORT, 8)],
            ),
        ),
    ),
    Claim(
        id="floating_point.jax_floor",
        statement=(
            "JAX's expm1 and ELU reach -1 and -alpha exactly up to the threshold with every"
            " operation rounded in all four formats: 16 cases, distance 0."
        ),
        assumptions=VERSIONS,
        proof=lambda: [at(EACH, "jax", ("expm1", "elu"), FORMATS, 16)],
        source=EXPERIMENT,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "its exp too is as with correct rounding",
                lambda: [at(EACH, "jax", ("exp", "expm1", "elu"), FORMATS, 20)],
            ),
        ),
    ),
    Claim(
        id="floating_point.jax_flushes_subnormals",
        statement=(
            "JAX's exp is 0 exactly where e^x rounds to a subnormal number in float64, float32 and"
            " bfloat16: 3 cases; in float16 it is 0 exactly where e^x rounds to 0: 1 case."
        ),
        assumptions=VERSIONS,
        proof=lambda: [
            at(Reference.SUBNORMAL, "jax", ("exp",), (*WIDE, BFLOAT16), 3),
            at(EACH, "jax", ("exp",), (FLOAT16,), 1),
        ],
        source=EXPERIMENT,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "in float16 it flushes subnormal numbers as well",
                lambda: [at(Reference.SUBNORMAL, "jax", ("exp",), FORMATS, 4)],
            ),
        ),
    ),
    Claim(
        id="floating_point.jax_derivative",
        statement=(
            "JAX's derivative of ELU is 0 exactly where the value of ELU plus alpha is, which is"
            " where expm1 is -1, in all four formats: 12 cases, distance 0."
        ),
        assumptions=VERSIONS,
        proof=lambda: [at(Reference.FROM_VALUE, "jax", ("elu_derivative",), FORMATS, 12)],
        source=EXPERIMENT,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "so is PyTorch's",
                lambda: [at(Reference.FROM_VALUE, "torch", ("elu_derivative",), FORMATS, 12)],
            ),
            Neighbour(
                "it is 0 only where alpha*e^x is",
                lambda: [at(EACH, "jax", ("elu_derivative",), FORMATS, 12)],
            ),
        ),
    ),
)
