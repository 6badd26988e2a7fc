"""What NumPy, PyTorch and JAX do on a processor, beside the theorems about correct rounding.

The thresholds were measured by :mod:`elu_sym.experiments.library_thresholds` in arrays of 4,096
numbers, for ``alpha`` 1/2, 1 and SELU's; its table names the versions and the processor. Distances
count floats of the format.
"""

from functools import partial

from elu_sym.algebra.rounding import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FORMATS
from elu_sym.claims.claim import measured_claim
from elu_sym.claims.kernel.measured_thresholds import Reference
from elu_sym.claims.measured import thresholds_within

WIDE, SHORT = (FLOAT64, FLOAT32), (BFLOAT16, FLOAT16)
EACH, ONCE = Reference.EACH_ROUNDED, Reference.ROUNDED_ONCE
SUBNORMAL, FROM_VALUE = Reference.SUBNORMAL, Reference.FROM_VALUE

at = partial(thresholds_within, least=0, greatest=0)
"""The measured thresholds are the reference, to the last float."""

near_epsilon = partial(
    thresholds_within, "torch", ("expm1", "elu"), reference=Reference.EPSILON, least=-1, greatest=0
)
"""PyTorch's thresholds of the floor are where e^x is 2^-p, or 1 float below."""

alone = partial(at, "torch", ("elu",), elements=1)
"""What PyTorch's ELU does to single numbers."""

claim = partial(
    measured_claim,
    source="thresholds measured by elu_sym.experiments.library_thresholds",
    assumptions=(
        "the versions and the processor of the table",
        "exactly up to a threshold: a bisection over all floats leads to it, and among the 4,096"
        " floats around it the limit is reached up to it and not beyond",
    ),
)

CLAIMS = (
    claim(
        "floating_point.numpy_thresholds",
        "NumPy's exp is 0 and its expm1 is -1 exactly up to the thresholds of correct rounding"
        " in float64, float32 and float16: 6 cases, distance 0.",
        [at("numpy", ("exp", "expm1"), (*WIDE, FLOAT16), EACH, cases=6)],
        neighbours={"so are PyTorch's": at("torch", ("exp", "expm1"), FORMATS, EACH, cases=8)},
    ),
    claim(
        "floating_point.torch_expm1",
        "In arrays of 4,096 numbers of float64 and float32 PyTorch's expm1 and ELU reach -1 and"
        " -alpha where e^x is 2^-p, and not only where it is half of that as with correct"
        " rounding: 8 cases, at most 1 float below.",
        [near_epsilon(formats=WIDE, cases=8)],
        neighbours={
            "in every format": near_epsilon(formats=FORMATS, cases=16),
            "where correct rounding does": at("torch", ("expm1", "elu"), WIDE, EACH, cases=8),
        },
    ),
    claim(
        "floating_point.torch_single_numbers",
        "Of a single number in float64 or float32 PyTorch computes another ELU than in a long"
        " array: it is -alpha exactly up to the threshold with every operation rounded:"
        " 6 cases, distance 0.",
        [alone(WIDE, EACH, cases=6)],
        neighbours={"so it is in an array of 4,096": at("torch", ("elu",), WIDE, EACH, cases=6)},
    ),
    claim(
        "floating_point.torch_derivative",
        "PyTorch's exp and its derivative of ELU are 0 exactly up to the threshold with every"
        " operation rounded in float64 and float32: 8 cases, distance 0.",
        [at("torch", ("exp", "elu_derivative"), WIDE, EACH, cases=8)],
        neighbours={"in all four": at("torch", ("exp", "elu_derivative"), FORMATS, EACH, cases=16)},
    ),
    claim(
        "floating_point.torch_short_formats",
        "In bfloat16 and float16 the thresholds of PyTorch's ELU and of its derivative are"
        " those of one rounding of the whole: 16 in arrays, those of exp and expm1 among them,"
        " and 6 of single numbers, distance 0.",
        [
            at("torch", ("exp", "expm1", "elu", "elu_derivative"), SHORT, ONCE, cases=16),
            alone(SHORT, ONCE, cases=6),
        ],
        neighbours={"those of JAX are the same": at("jax", ("expm1", "elu"), SHORT, ONCE, cases=8)},
    ),
    claim(
        "floating_point.jax_floor",
        "JAX's expm1 and ELU reach -1 and -alpha exactly up to the threshold with every"
        " operation rounded in all four formats: 16 cases, distance 0.",
        [at("jax", ("expm1", "elu"), FORMATS, EACH, cases=16)],
        neighbours={"so is its exp": at("jax", ("exp", "expm1", "elu"), FORMATS, EACH, cases=20)},
    ),
    claim(
        "floating_point.jax_flushes_subnormals",
        "JAX's exp is 0 exactly up to where e^x, correctly rounded, is subnormal or 0 in float64,"
        " float32 and bfloat16: 3 cases; in float16 exactly up to where it is 0: 1 case.",
        [
            at("jax", ("exp",), (*WIDE, BFLOAT16), SUBNORMAL, cases=3),
            at("jax", ("exp",), (FLOAT16,), EACH, cases=1),
        ],
        neighbours={"subnormal in float16 too": at("jax", ("exp",), FORMATS, SUBNORMAL, cases=4)},
    ),
    claim(
        "floating_point.jax_derivative",
        "JAX's derivative of ELU is 0 exactly up to the threshold of the value of ELU plus alpha"
        " with every operation rounded, in all four formats: 12 cases, distance 0.",
        [at("jax", ("elu_derivative",), FORMATS, FROM_VALUE, cases=12)],
        neighbours={
            "so is PyTorch's": at("torch", ("elu_derivative",), FORMATS, FROM_VALUE, cases=12),
            "it is 0 where alpha*e^x is": at("jax", ("elu_derivative",), FORMATS, EACH, cases=12),
        },
    ),
)
