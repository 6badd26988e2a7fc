"""False statements with proofs that look like ones: most steps are right, one link is missing.

Each entry says which link, and why the statement is false: either values of its variables at which
its hypotheses hold and its conclusion does not, or a sentence where no number shows it. A law is
given by its points. Neither program that checks proofs may accept one of them.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from proof_cases import (
    COIN,
    ELU,
    HALF,
    INDICATOR,
    NORMAL,
    SIZE,
    STANDARD,
    by_interval,
    intro,
    is_float,
    is_integrable,
    mean,
    mean_is_0,
    positive,
    rounds,
    sign,
    suppose,
    supposed,
)


class Forgery(NamedTuple):
    """A false statement with a proof that is none.

    Attributes:
        name: what is said.
        statement: the formula.
        proof: as data.
        flaw: what is wrong with the proof.
        refutation: values of the variables at which the statement fails, or why it is false.
    """

    name: str
    statement: Any
    proof: Any
    flaw: str
    refutation: dict[str, Any] | str

    def __str__(self) -> str:
        return self.name


ALGEBRA = ("combine", ())
RELU = ("if", ("<=", 0, "x"), "x", 0)
STEP = ("if", ("<", "x", 0), 0, 1)
SQUARE = ("^", "x", 2)
DENSITY_AT_0 = ("/", 1, ("sqrt", ("*", 2, ("pi",))))
FLOAT64 = ("format", 53, -1022)
FLOAT16 = ("format", 11, -14)
ATOM = ("points", (0, 1))


def minus(term: Any) -> Any:
    return ("*", -1, term)


def less_by(one: Any, other: Any) -> Any:
    """The difference of two terms."""
    return ("+", one, minus(other))


def elu(value: Any, alpha: Any) -> Any:
    return ("elu", value, alpha)


def slope(body: Any, at: Any = "x") -> Any:
    return ("D", "x", body, at)


def joined(order: int, body: Any, then: Any, before: int = 0) -> Any:
    """That a function with a joint at 0 is smooth, if its derivatives meet there as `then` says."""
    return (
        "joint",
        order,
        "x",
        body,
        (0,),
        ("use", before + 1, (("by", then),), ("fact", before + 2)),
    )


def between(name: str, then: Any) -> Any:
    """What is left to show of a function between two ends."""
    return ("generalize", name, ("assume", ("assume", then)))


def smoothness() -> Iterator[Forgery]:
    """ELU at the wrong alpha, and other functions with a joint."""
    meet = ("split", ALGEBRA, ALGEBRA, ALGEBRA)
    yield Forgery(
        "ELU with alpha = 2 is of class C^1",
        ("smooth", 1, "x", elu("x", 2)),
        joined(1, elu("x", 2), meet),
        "the derivatives from both sides, 2 and 1, are said to be equal by algebra",
        {},
    )
    yield Forgery(
        "ELU with alpha = 1 is of class C^2",
        ("smooth", 2, "x", elu("x", 1)),
        joined(2, elu("x", 1), (*meet, ALGEBRA)),
        "the second derivatives from both sides, 1 and 0, are said to be equal by algebra",
        {},
    )
    yield Forgery(
        "ELU with alpha = 1 is of class C^2, as its first derivatives meet",
        ("smooth", 2, "x", elu("x", 1)),
        joined(1, elu("x", 1), meet),
        "C^1 is shown and C^2 is the goal",
        {},
    )
    corner = positive("alpha", ("iff", ("smooth", 1, "x", ELU), ("=", "alpha", 2)))
    there = (
        "assume",
        ("joint", 1, "x", ELU, (0,), ("use", 2, (("by", ("fact", 1)),), ("combine", ((1, 6),)))),
    )
    back = ("assume", joined(1, ELU, ("split", ALGEBRA, ALGEBRA, ("fact", 1)), 2))
    yield Forgery(
        "ELU is of class C^1 just for alpha = 2",
        corner,
        intro("alpha", then=("split", there, back)),
        "the fact that the derivatives meet says alpha = 1",
        "it is of class C^1 just for alpha = 1",
    )
    lifted = ("if", ("<=", 0, "x"), "x", ("*", "alpha", ("exp", "x")))
    yield Forgery(
        "ELU without the -1 is continuous",
        positive("alpha", ("smooth", 0, "x", lifted)),
        intro("alpha", then=joined(0, lifted, ("split", ALGEBRA, ALGEBRA), 1)),
        "the values from both sides, alpha and 0, are said to be equal by algebra",
        {"alpha": 1},
    )
    yield Forgery(
        "ReLU is of class C^1",
        ("smooth", 1, "x", RELU),
        ("joint", 1, "x", RELU, (), ("fact", 0)),
        "the joint at 0 is left out, so that there is no equation to show",
        {},
    )
    yield Forgery(
        "the derivative of ELU at 0 is alpha",
        positive("alpha", ("=", slope(ELU, 0), "alpha")),
        intro("alpha", then=ALGEBRA),
        "0 is the joint, where no condition is decided with a margin",
        "there is a derivative at 0 for alpha = 1 alone",
    )
    yield Forgery(
        "the derivative of ELU at -1, with a term too much",
        positive("alpha", ("=", slope(ELU, -1), ("+", 1, ("*", "alpha", ("exp", -1))))),
        intro("alpha", then=ALGEBRA),
        "the constant -alpha has the derivative 0",
        {"alpha": 1},
    )
    denied = ("=>", ("not", ("smooth", 1, "x", RELU)), ("<", 0, 0))
    continuous = joined(0, RELU, ("split", ALGEBRA, ALGEBRA), 1)
    yield Forgery(
        "that ReLU is not of class C^1 is absurd",
        denied,
        ("assume", ("use", 0, (("by", continuous),), ("fact", 1))),
        "what is denied is C^1, and what is shown is C^0",
        {},
    )


def means() -> Iterator[Forgery]:
    """Expectations under a normal law, with a term that is wrong."""
    value = ("+", ("*", ("exp", HALF), ("Phi", 1)), ("/", -1, 2), DENSITY_AT_0)
    yield Forgery(
        "the mean of ELU, with the tail on the wrong side",
        ("=", mean(elu("x", 1), STANDARD), value),
        ALGEBRA,
        "the tilted law has the mean 1, so that the factor is Phi(-1)",
        {},
    )
    everywhere = {"mu": 1, "sigma": 1}
    for name, body, value, flaw in (
        ("the second moment without the variance", SQUARE, ("^", "mu", 2), "sigma^2 is missing"),
        (
            "the third moment with 1 for 3",
            ("^", "x", 3),
            ("+", ("^", "mu", 3), ("*", "mu", ("^", "sigma", 2))),
            "the factor of mu sigma^2 is 3",
        ),
        (
            "the mean of e^(2x) with half of the exponent",
            ("exp", ("*", 2, "x")),
            ("exp", ("+", ("*", 2, "mu"), ("^", "sigma", 2))),
            "the exponent has 2 sigma^2",
        ),
        (
            "the mean of ReLU without the density",
            RELU,
            ("*", "mu", ("Phi", ("/", "mu", "sigma"))),
            "sigma times the density is missing",
        ),
        (
            "the mean of a step at the other tail",
            STEP,
            ("Phi", ("/", ("*", -1, "mu"), "sigma")),
            "the argument has the wrong sign",
        ),
    ):
        statement = ("forall", "mu", positive("sigma", ("=", mean(body, NORMAL), value)))
        yield Forgery(
            name, statement, ("generalize", "mu", intro("sigma", then=ALGEBRA)), flaw, everywhere
        )
    variance = less_by(mean(("^", RELU, 2), STANDARD), ("^", mean(RELU, STANDARD), 2))
    yield Forgery(
        "the variance of ReLU is its second moment",
        ("=", variance, HALF),
        ALGEBRA,
        "the square of the mean, 1/(2 pi), is missing",
        {},
    )
    rate = ("D", "m", mean(RELU, ("normal", "m", "sigma")), "mu")
    statement = (
        "forall",
        "mu",
        positive("sigma", ("=", rate, ("Phi", ("/", minus("mu"), "sigma")))),
    )
    yield Forgery(
        "the mean of ReLU falls as mu rises",
        statement,
        ("generalize", "mu", intro("sigma", then=ALGEBRA)),
        "the rate is Phi(mu / sigma)",
        everywhere,
    )
    stein = (
        "=",
        mean(("*", "x", RELU), ("normal", 0, "sigma")),
        mean(STEP, ("normal", 0, "sigma")),
    )
    yield Forgery(
        "Stein's identity without the variance",
        positive("sigma", stein),
        intro("sigma", then=ALGEBRA),
        "the right side is to be multiplied by sigma^2",
        {"sigma": 2},
    )
    lognormal = mean(("exp", "x"), ("normal", 0, "sigma"))
    yield Forgery(
        "Jensen's inequality the wrong way round",
        positive("sigma", ("<", lognormal, 1)),
        intro("sigma", then=sign(less_by(1, lognormal))),
        "the multiplier is negative",
        {"sigma": 1},
    )
    one, two = (mean(elu("x", name), STANDARD) for name in "ab")
    fall = ("+", ("exp", HALF), 0)
    statement = supposed("ab", ("<", 0, "a"), ("<", "a", "b"), ("<", one, two))
    share = less_by(("*", fall, ("Phi", -1)), HALF)
    yield Forgery(
        "the mean of ELU rises with alpha",
        statement,
        suppose("ab", 2, ("combine", ((share, 1),))),
        "the multiplier, the mean of e^X - 1 where X < 0, is negative",
        {"a": 1, "b": 2},
    )
    shifted = less_by("x", 1)
    inside = ("combine", ((1, 1),))
    yield Forgery(
        "a mean that is positive because the function is positive somewhere",
        ("<", 0, mean(shifted, STANDARD)),
        by_interval(STANDARD, 1, 2, ("generalize", "x", sign(shifted)), inside, 0),
        "the function is negative elsewhere",
        {},
    )
    inside = ("contradict", ("combine", ((1, 1), (1, 2), (1, -1))))
    yield Forgery(
        "0 has a positive mean, as it is positive where 2 < x < 1",
        ("<", 0, mean(0, STANDARD)),
        by_interval(STANDARD, 2, 1, ("generalize", "x", ("combine", ())), inside, 0),
        "the interval is empty",
        {},
    )
    at_least = ("cases", ("<=", 0, "x"), ("combine", ((1, 0),)), ("combine", ((1, 0),)))
    inside = ("have", ("<", 0, "x"), ("combine", ((1, 1), (1, -1))), sign("x"))
    yield Forgery(
        "ELU has a positive mean at mu = -1",
        ("<", 0, mean(elu("x", 1), ("normal", -1, 1))),
        by_interval(("normal", -1, 1), 1, 2, ("generalize", "x", at_least), inside, 0),
        "e^x - 1 is said to be positive where x < 0",
        {},
    )


def inequalities() -> Iterator[Forgery]:
    """Constants a little too sharp, domains a little too large."""
    for name, number, bound in (
        ("pi", ("pi",), ("/", 6283, 2000)),
        ("the root of 2", ("sqrt", 2), ("/", 14142, 10000)),
        ("e", ("exp", 1), ("/", 2718, 1000)),
        ("the density at 0", DENSITY_AT_0, ("/", 39894, 100000)),
    ):
        gap = less_by(bound, number)
        yield Forgery(
            f"{name} is below its digits",
            ("<", number, bound),
            sign(gap),
            "the digits are cut off: the number is larger",
            {},
        )
    gap = less_by(("exp", "t"), ("+", 1, "t"))
    second = between("t", sign(less_by(("exp", "t"), 1)))
    first = ("mean-value", "t", gap, 0, "s", second)
    parabola = less_by(("exp", "s"), ("+", 1, "s", ("*", HALF, ("^", "s", 2))))
    bound = ("+", 1, "x", ("*", HALF, SQUARE))
    yield Forgery(
        "e^x is above its parabola for all x",
        ("forall", "x", ("<", bound, ("exp", "x"))),
        ("generalize", "x", ("mean-value", "s", parabola, 0, "x", between("s", first))),
        "that 0 < x is nowhere supposed",
        {"x": -1},
    )
    share = ("/", 51, 100)
    gap = less_by(("exp", "t"), ("+", 1, ("*", ("/", 51, 50), "t")))
    second = between("t", sign(less_by(("exp", "t"), ("/", 51, 50))))
    first = ("mean-value", "t", gap, 0, "s", second)
    parabola = less_by(("exp", "s"), ("+", 1, "s", ("*", share, ("^", "s", 2))))
    yield Forgery(
        "e^x is above a parabola that is two percent steeper",
        positive("x", ("<", ("+", 1, "x", ("*", share, SQUARE)), ("exp", "x"))),
        intro("x", then=("mean-value", "s", parabola, 0, "x", between("s", first))),
        "near 0 the slope of the slope is less than 1.02",
        {"x": ("/", 1, 100)},
    )
    logarithm = less_by(("*", ("/", 99, 100), "t"), ("log", ("+", 1, "t")))
    yield Forgery(
        "log(1 + x) is below 0.99 x",
        positive("x", ("<", ("log", ("+", 1, "x")), ("*", ("/", 99, 100), "x"))),
        intro(
            "x",
            then=(
                "mean-value",
                "t",
                logarithm,
                0,
                "x",
                between("t", sign(less_by(("/", 99, 100), ("/", 1, ("+", 1, "t"))))),
            ),
        ),
        "the slope 0.99 - 1/(1 + t) is negative near 0",
        {"x": ("/", 1, 1000)},
    )
    above = (
        "mean-value",
        "t",
        less_by("t", ("log", "t")),
        1,
        "x",
        between("t", sign(less_by(1, ("/", 1, "t")))),
    )
    yield Forgery(
        "log x is strictly below x - 1",
        positive("x", ("<", ("log", "x"), less_by("x", 1))),
        intro("x", then=("cases", ("<", 1, "x"), above, above)),
        "at x = 1 both sides are 0",
        {"x": 1},
    )
    hump = ("*", "t", ("exp", minus("t")))
    value = {name: ("*", name, ("exp", minus(name))) for name in "xy"}
    rising = between("t", sign(("*", less_by(1, "t"), ("exp", minus("t")))))
    yield Forgery(
        "x e^-x is monotone",
        supposed("xy", ("<", 0, "x"), ("<", "x", "y"), ("<", value["x"], value["y"])),
        suppose("xy", 2, ("mean-value", "t", hump, "x", "y", rising)),
        "the slope (1 - t) e^-t is negative beyond 1",
        {"x": 2, "y": 3},
    )
    yield Forgery(
        "x^2 is monotone",
        supposed("xy", ("<", "x", "y"), ("<", SQUARE, ("^", "y", 2))),
        suppose(
            "xy", 1, ("mean-value", "t", ("^", "t", 2), "x", "y", between("t", sign(("*", 2, "t"))))
        ),
        "the slope 2 t is negative below 0",
        {"x": -2, "y": 1},
    )
    falls = between("t", sign(("^", "t", -2)))
    yield Forgery(
        "1/x falls across 0",
        supposed("xy", ("<", "x", 0), ("<", 0, "y"), ("<", ("/", 1, "y"), ("/", 1, "x"))),
        suppose("xy", 2, ("mean-value", "t", ("/", -1, "t"), "x", "y", falls)),
        "there is a pole between",
        {"x": -1, "y": 1},
    )
    step = ("if", ("<", "t", 0), 1, 0)
    flat = between("t", ALGEBRA)
    yield Forgery(
        "a step is constant, as its derivative is 0",
        ("=", 1, 0),
        ("mean-value", "t", step, -1, 1, flat),
        "it jumps between",
        {},
    )
    yield Forgery(
        "0 < |x|",
        ("forall", "x", ("<", 0, SIZE)),
        (
            "generalize",
            "x",
            ("cases", ("<", 0, "x"), ("combine", ((1, 0),)), ("combine", ((1, 0),))),
        ),
        "in the second case x may be 0",
        {"x": 0},
    )
    below = supposed(
        "x", ("<=", 0, "x"), ("<=", "x", 1), ("<", ("*", "x", less_by(1, "x")), ("/", 99, 400))
    )
    for name, statement, box, tree, flaw, at in (
        (
            "a parabola with its top one percent lower",
            below,
            (("x", 0, 1),),
            "00mm0mm",
            "at 1/2 the value is 1/4",
            {"x": HALF},
        ),
        (
            "a cubic that dips below 0",
            supposed(
                "x",
                ("<=", 0, "x"),
                ("<=", "x", 1),
                ("<", 0, ("+", ("^", "x", 3), minus("x"), ("/", 3, 8))),
            ),
            (("x", 0, 1),),
            "0m0mm",
            "the least value is 3/8 - 2/(3 sqrt 3)",
            {"x": ("/", 57735, 100000)},
        ),
        (
            "what is seen on a smaller box",
            supposed(
                "x",
                ("<=", 0, "x"),
                ("<=", "x", 3),
                ("<", 0, less_by(("+", 2, ("*", 2, "x")), SQUARE)),
            ),
            (("x", 0, 2),),
            "m",
            "the box ends at 2",
            {"x": 3},
        ),
        (
            "a chord above e^x, one percent too low",
            supposed(
                "x",
                ("<=", 0, "x"),
                ("<=", "x", 1),
                ("<", ("exp", "x"), ("+", 2, ("*", ("/", 71, 100), "x"))),
            ),
            (("x", 0, 1),),
            "0m0mm",
            "at 1 the difference is 2.71 - e",
            {"x": 1},
        ),
        (
            "a tree without its last box",
            supposed("x", ("<=", 0, "x"), ("<=", "x", 1), ("<", "x", ("/", 3, 4))),
            (("x", 0, 1),),
            "0n0n",
            "the box from 3/4 to 1 is not visited",
            {"x": 1},
        ),
    ):
        yield Forgery(name, statement, suppose("x", 2, ("cover", 64, box, tree)), flaw, at)
    sides = ("<=", 0, "x"), ("<=", "x", 1), ("<=", 0, "y"), ("<=", "y", 2)
    yield Forgery(
        "a box with its axes exchanged",
        supposed("xy", *sides, ("<", 0, ("+", "x", minus("y"), ("/", 3, 2)))),
        suppose("xy", 4, ("cover", 64, (("y", 0, 1), ("x", 0, 2)), "m")),
        "y goes up to 2",
        {"x": 0, "y": 2},
    )
    # --- ELU for all alpha, where it holds for alpha <= 1
    gap = less_by(("*", "alpha", less_by(("exp", "t"), 1)), "t")
    left = (
        "mean-value",
        "t",
        minus(gap),
        "x",
        0,
        between("t", sign(less_by(1, ("*", "alpha", ("exp", "t"))))),
    )
    yield Forgery(
        "ELU is at least x for every alpha",
        ("forall", "alpha", supposed("x", ("<", 0, "alpha"), ("<=", "x", ELU))),
        suppose(("alpha", "x"), 1, ("cases", ("<=", 0, "x"), ("combine", ()), left)),
        "the slope of ELU is at most 1 for alpha <= 1 only",
        {"alpha": 2, "x": ("/", -1, 10)},
    )
    steep = (
        "forall",
        "alpha",
        supposed("x", ("<", 0, "alpha"), ("<", "x", 0), ("<=", slope(ELU), 1)),
    )
    share = ("*", "alpha", less_by(1, ("exp", "x")))
    yield Forgery(
        "ELU is 1-Lipschitz for every alpha",
        steep,
        suppose(("alpha", "x"), 2, sign(("+", share, less_by(1, "alpha")))),
        "1 - alpha may be negative",
        {"alpha": 2, "x": ("/", -1, 10)},
    )
    share = ("+", ("*", "alpha", ("exp", "x")), ("*", ("/", -1, 100), "alpha"))
    floor = ("cases", ("<=", 0, "x"), ("combine", ((1, 1), (("/", 99, 100), 0))), sign(share))
    yield Forgery(
        "ELU stays above 99 percent of its floor",
        (
            "forall",
            "alpha",
            supposed("x", ("<", 0, "alpha"), ("<", ("*", ("/", -99, 100), "alpha"), ELU)),
        ),
        suppose(("alpha", "x"), 1, floor),
        "e^x falls below 1/100",
        {"alpha": 1, "x": -10},
    )
    across = ("mean-value", "t", elu("t", "alpha"), "x", "y", between("t", sign(("exp", "t"))))
    yield Forgery(
        "ELU is monotone for every alpha",
        ("forall", "alpha", supposed("xy", ("<", "x", "y"), ("<", ELU, elu("y", "alpha")))),
        suppose(("alpha", "x", "y"), 1, across),
        "the slope has the sign of alpha below 0, and there is a joint between",
        {"alpha": -1, "x": -1, "y": 0},
    )


def existence() -> Iterator[Forgery]:
    """Roots that are none, and uniqueness from existence alone."""

    def root(low: Any, high: Any, body: Any, value: Any) -> Any:
        return ("exists", "x", ("and", ("<", low, "x"), ("<", "x", high), ("=", body, value)))

    data = ("exp", "x"), 0, 1, 3
    yield Forgery(
        "e^x = 3 between 0 and 1",
        root(0, 1, ("exp", "x"), 3),
        ("root", *data, "rising", sign(2), sign(less_by(("exp", 1), 3))),
        "3 lies above e",
        "e^x < e < 3 there",
    )
    data = ("exp", minus("x")), 0, 1, 2
    yield Forgery(
        "e^-x = 2 between 0 and 1",
        root(0, 1, ("exp", minus("x")), 2),
        ("root", *data, "falling", sign(less_by(("exp", 0), 2)), sign(less_by(2, ("exp", -1)))),
        "2 lies above both ends",
        "e^-x < 1 there",
    )
    data = ("/", 1, "x"), -1, 1, HALF
    yield Forgery(
        "1/x = 1/2 between -1 and 1",
        root(-1, 1, ("/", 1, "x"), HALF),
        ("root", *data, "rising", sign(("/", 3, 2)), sign(HALF)),
        "there is a pole between",
        "the only root is 2",
    )
    kinked = ("D", "t", elu("t", 3), "x")
    yield Forgery(
        "the derivative of ELU takes the value 2 where it jumps",
        root(("/", -1, 10), 1, kinked, 2),
        (
            "root",
            kinked,
            ("/", -1, 10),
            1,
            2,
            "falling",
            sign(less_by(("*", 3, ("exp", ("/", -1, 10))), 2)),
            sign(1),
        ),
        "the derivative is no continuous function",
        "it is above 2.7 before 0, and 1 after it",
    )
    unique = ("generalize", "y", ("assume", ("combine", ((1, 0),))))
    cubic = ("=", less_by(("^", "x", 3), "x"), 0)
    yield Forgery(
        "a cubic has one root",
        ("exists1", "x", cubic),
        ("witness", 0, ("split", ALGEBRA, unique)),
        "that a root is 0 is taken from its equation",
        {},
    )
    fixed = ("=", elu("x", 1), "x")
    told = ("cases", ("<=", 0, "y"), ("combine", ((1, 0),)), ("combine", ((1, 0),)))
    by_sign = ("generalize", "y", ("assume", told))
    yield Forgery(
        "ELU has one fixed point",
        ("exists1", "x", fixed),
        ("witness", 0, ("split", ALGEBRA, by_sign)),
        "every x >= 0 is one",
        {},
    )
    every = ("forall", "x", ("exists", "y", ("<", "x", "y")))
    one = ("exists", "y", ("forall", "x", ("<", "x", "y")))
    proof = (
        "use",
        0,
        (("at", 0),),
        ("obtain", 1, "a", ("witness", "a", ("generalize", "x", ("fact", 2)))),
    )
    yield Forgery(
        "one y above all x, as there is one above each",
        ("=>", every, one),
        ("assume", proof),
        "the y was obtained for x = 0",
        "y itself is not below y",
    )
    both = ("and", ("exists", "x", ("=", "x", 0)), ("exists", "x", ("=", "x", 1)))
    together = ("exists", "x", ("and", ("=", "x", 0), ("=", "x", 1)))
    proof = ("witness", "a", ("split", ("fact", 2), ("fact", 3)))
    yield Forgery(
        "two numbers that exist are one",
        ("=>", both, together),
        ("assume", ("obtain", 0, "a", ("obtain", 1, "b", proof))),
        "the second fact is about b",
        "0 is not 1",
    )
    known = ("forall", "x", ("=>", ("<", 1, "x"), ("<", 0, "x")))
    proof = (
        "have",
        known,
        suppose("x", 1, ("combine", ((1, 0), (1, -1)))),
        suppose("x", 1, ("use", 0, (("at", "x"), ("by", ("fact", 1))), ("fact", 1))),
    )
    yield Forgery(
        "the converse",
        supposed("x", ("<", 0, "x"), ("<", 1, "x")),
        proof,
        "the hypothesis 1 < x of the lemma is what is to be shown",
        {"x": HALF},
    )
    yield Forgery(
        "equal squares have equal roots",
        supposed("xy", ("=", SQUARE, ("^", "y", 2)), ("=", "x", "y")),
        suppose("xy", 1, ("combine", ((("/", 1, ("+", "x", "y")), 0),))),
        "x + y may be 0",
        {"x": 1, "y": -1},
    )
    above = ("witness", 1, ("fact", 0))
    yield Forgery(
        "every number is below 1 or above it",
        ("forall", "x", ("or", ("<", "x", 1), ("<", 1, "x"))),
        ("generalize", "x", ("cases", ("<", "x", 1), ("witness", 0, ("fact", 0)), above)),
        "what is not below 1 may be 1",
        {"x": 1},
    )
    yield Forgery(
        "what is its own square is less than 1",
        supposed("x", ("=", SQUARE, "x"), ("<", "x", 1)),
        suppose("x", 1, ("contradict", ("combine", ((1, 0), ("x", 1))))),
        "x^2 - x = 0 and 1 <= x agree at x = 1, and neither is strict",
        {"x": 1},
    )
    inserted = ("replace", 0, "z", ("<", 0, ("*", "z", "z")), sign(4))
    yield Forgery(
        "x^2 = 4, hence 1 < x",
        supposed("x", ("=", SQUARE, 4), ("<", 1, "x")),
        suppose("x", 1, inserted),
        "x^2 is replaced where x stands",
        {"x": -2},
    )


def unknown_laws() -> Iterator[Forgery]:
    """Laws without moments, or with an atom where the proof does not look."""

    def for_laws(*formulas: Any) -> Any:
        return ("forall-law", "p", supposed("", *formulas))

    def of_law(number: int, then: Any) -> Any:
        return ("generalize", "p", suppose("", number, then))

    both = is_integrable("x"), is_integrable(SQUARE)
    everywhere = ("generalize", "x", ALGEBRA)
    factored = ("law-linear", "p", "x", ((-1, SQUARE), (mean("x"), "x")), everywhere)
    yield Forgery(
        "the second moment is the square of the mean",
        for_laws(*both, ("=", mean(SQUARE), ("^", mean("x"), 2))),
        of_law(2, factored),
        "x^2 is not the mean times x",
        {"p": COIN},
    )
    yield Forgery(
        "a constant adds nothing to a mean",
        for_laws(
            is_integrable("x"), is_integrable(("+", "x", 1)), ("=", mean(("+", "x", 1)), mean("x"))
        ),
        of_law(2, ("law-linear", "p", "x", ((1, "x"), (-1, ("+", "x", 1))), everywhere)),
        "the sum of the functions is -1",
        {"p": COIN},
    )
    square = ("^", less_by("x", mean("x")), 2)
    variance = less_by(mean(SQUARE), ("^", mean("x"), 2))
    parts = (-1, square), (1, SQUARE), (("*", -2, mean("x")), "x"), (1, ("^", mean("x"), 2))
    expanded = ("law-linear", "p", "x", parts, everywhere)
    proof = (
        "have",
        ("=", mean(square), variance),
        expanded,
        (
            "have",
            ("<=", 0, mean(square)),
            ("law-positive", ("generalize", "x", sign(square))),
            ("combine", ((1, 0), (1, 1))),
        ),
    )
    yield Forgery(
        "the variance of any law is not negative",
        for_laws(("<=", 0, variance)),
        of_law(0, proof),
        "no fact says that x and x^2 are integrable",
        "the law of Cauchy has neither moment",
    )
    yield Forgery(
        "every law with a second moment spreads",
        for_laws(*both, ("<", 0, mean(SQUARE))),
        of_law(
            2,
            (
                "law-positive",
                ("generalize", "x", sign(SQUARE)),
                INDICATOR,
                ("fact", 1),
                suppose("x", 1, sign(SQUARE)),
            ),
        ),
        "no fact says that the law gives weight to x < 0",
        {"p": ATOM},
    )
    gap = less_by("x", SIZE)
    none = ("combine", ())
    proof = ("generalize", "x", ("cases", ("<=", 0, "x"), none, none))
    yield Forgery(
        "the mean of x is at least that of |x|",
        for_laws(is_integrable(gap), ("<=", 0, mean(gap))),
        of_law(1, ("law-positive", proof)),
        "x - |x| is negative for x < 0",
        {"p": COIN},
    )
    large = ("if", ("<=", 1, SQUARE), 1, 0)
    gap = less_by(("*", ("/", 99, 100), SQUARE), large)
    far = ("combine", ((("/", 99, 100), 1),))
    proof = ("cases", ("<=", 1, SQUARE), far, sign(("*", ("/", 99, 100), SQUARE)))
    yield Forgery(
        "Chebyshev's inequality one percent too sharp",
        for_laws(is_integrable(gap), ("<=", 0, mean(gap))),
        of_law(1, ("law-positive", ("generalize", "x", proof))),
        "at x = 1 the difference is -1/100",
        {"p": COIN},
    )
    symmetric = ("symmetric", "p")
    yield Forgery(
        "ELU has the mean 0 under a symmetric law",
        for_laws(
            symmetric,
            is_integrable(elu("x", 1)),
            ("=", mean(elu("x", 1)), 0),
        ),
        of_law(2, mean_is_0(elu("x", 1))),
        "ELU is not odd",
        {"p": COIN},
    )
    yield Forgery(
        "ELU of a symmetric law, integrable without a fact",
        for_laws(symmetric, ("=", mean("x"), 0)),
        of_law(1, mean_is_0("x")),
        "no fact says that x is integrable",
        "the law of Cauchy is symmetric and has no mean",
    )
    told = []
    for value in ("x", minus("x")):
        bound = ("+", 1, value)
        told.append(("split", sign(("+", bound, ("exp", "x"))), sign(less_by(bound, ("exp", "x")))))
    proof = ("generalize", "x", ("cases", ("<=", 0, "x"), *told))
    yield Forgery(
        "an exponential is integrable where x is",
        for_laws(is_integrable("x"), is_integrable(("exp", "x"))),
        of_law(1, ("law-dominated", 1, ((1, "x"),), proof)),
        "e^x is not at most 1 + |x|",
        "a law with the weight 6/(pi n)^2 at log n, n = 1, 2, ...",
    )
    yield Forgery(
        "two points are symmetric, being equally likely",
        ("symmetric", ("points", (-1, HALF), (2, HALF))),
        ("law-evident",),
        "2 is not opposite to -1",
        {},
    )
    below = ("E", "y", "p", ("if", ("<", "y", "x"), 1, 0))
    at_end = ("E", "y", "p", ("if", ("<", "y", 0), 1, 0))
    yield Forgery(
        "every distribution function is continuous",
        for_laws(("limit", "x", ("from-above", 0), below, at_end)),
        of_law(0, ("limit-by-continuity", 1)),
        "of an unknown law nothing is known as a function of x",
        {"p": ATOM},
    )
    yield Forgery(
        "one law for which every mean is 0",
        ("exists-law", "p", ("forall", "a", ("=", mean(("+", "x", "a")), 0))),
        ("witness", COIN, ("generalize", "a", ALGEBRA)),
        "the mean of x + a is a",
        {"p": COIN, "a": 1},
    )


def limits() -> Iterator[Forgery]:
    """Limits that are others, exchanged limits, orbits that go elsewhere."""
    growth = ("limit-by-growth", 1)
    floor = positive("alpha", ("limit", "x", "-oo", ELU, 0))
    yield Forgery(
        "ELU tends to 0 on the left",
        floor,
        intro("alpha", then=("limit-by-growth", -1)),
        "what is left is -alpha",
        {"alpha": 1},
    )
    rate = supposed(
        ("alpha",), ("<=", 0, "alpha"), ("limit", "x", "oo", ("exp", minus(("*", "alpha", "x"))), 0)
    )
    yield Forgery(
        "e^(-alpha x) vanishes for alpha >= 0",
        rate,
        suppose(("alpha",), 1, growth),
        "alpha may be 0",
        {"alpha": 0},
    )
    mills = ("/", ("Phi", minus("x")), ("density", "x"))
    for name, body, value, flaw in (
        ("x e^-x tends to 1", ("*", "x", ("exp", minus("x"))), 1, "an exponential beats a power"),
        ("x times Mills' ratio tends to 1/2", ("*", "x", mills), HALF, "its limit is 1"),
        (
            "the second term of Mills' ratio has the factor 1",
            ("*", SQUARE, less_by(("*", "x", mills), 1)),
            1,
            "the factor is -1",
        ),
        (
            "leading terms that cancel leave nothing",
            less_by(("/", ("^", ("+", "x", 1), 2), "x"), "x"),
            0,
            "2 is left",
        ),
        (
            "the mean of ELU grows at half the rate",
            ("/", ("E", "t", ("normal", 0, "x"), elu("t", 1)), "x"),
            HALF,
            "the rate is the density at 0",
        ),
    ):
        yield Forgery(name, ("limit", "x", "oo", body, value), growth, flaw, {})
    average = ("E", "t", ("normal", 0, "s"), ("if", ("<", "t", 0), 0, 1))
    yield Forgery(
        "the mean of a step under a vanishing deviation is its value",
        ("limit", "s", ("from-above", 0), average, 1),
        growth,
        "the limit of the means, 1/2, is not the mean of the limit",
        {},
    )
    bend = ("D", "x", ("D", "x", ELU, "x"), "x")
    yield Forgery(
        "the second derivative of ELU tends to 0 from the left",
        positive("alpha", ("limit", "x", ("from-below", 0), bend, 0)),
        intro("alpha", then=("limit-by-continuity", 1)),
        "it tends to alpha",
        {"alpha": 1},
    )
    removable = ("/", less_by(("exp", "x"), 1), "x")
    yield Forgery(
        "(e^x - 1)/x tends to 0, as its numerator does",
        ("limit", "x", ("from-above", 0), removable, 0),
        ("limit-by-continuity", 1),
        "at 0 there is a division by 0",
        {},
    )
    squeezed = ("+", 1, ("/", 1, "x"))
    room = (
        "generalize",
        "x",
        (
            "assume",
            (
                "have",
                ("<", 0, "x"),
                ("combine", ((1, 0), (1, -1))),
                ("split", sign(("/", 1, "x")), ("combine", ((("/", 1, "x"), 0),))),
            ),
        ),
    )
    yield Forgery(
        "1 + 1/x lies between 1 and 2, hence tends to 2",
        ("limit", "x", "oo", squeezed, 2),
        ("squeeze", 1, 2, growth, growth, room),
        "the lower bound tends to 1",
        {},
    )
    small = ("limit", "x", "oo", ("exp", minus("x")), 0)
    stays = (
        "exists",
        "y",
        ("forall", "x", ("=>", ("<", "y", "x"), ("<", ("/", 1, 100), ("exp", minus("x"))))),
    )
    proof = ("near", 0, ("/", 1, 100), "below", ("obtain", 1, "a", ("witness", "a", ("fact", 2))))
    yield Forgery(
        "e^-x stays above 1/100",
        stays,
        ("have", small, growth, proof),
        "the limit 0 lies on the other side of 1/100",
        "e^-x < 1/100 for x > 5",
    )
    moved = ("=>", ("limit", "x", "oo", "x", "oo"), ("limit", "x", "-oo", "x", "oo"))
    yield Forgery(
        "x tends to oo at the other end, too",
        moved,
        ("assume", ("fact", 0)),
        "the fact is about oo",
        "it tends to -oo there",
    )
    down = ("generalize", "x", ("assume", ("assume", ("combine", ((HALF, 0),)))))
    halfway = ("+", ("/", "x", 2), ("/", 1, 4))
    for name, body, start, end, flaw in (
        ("an orbit that tends to another fixed point", halfway, 2, 0, "the fixed point is 1/2"),
        ("squares of 1 tend to 0", SQUARE, 1, 0, "1 is a fixed point, too"),
        ("ELU brings 1 to 0", elu("x", 1), 1, 0, "1 is a fixed point"),
        ("doubling falls to 0", ("*", 2, "x"), 1, 0, "it moves away from 0"),
        ("a change of sign falls to 0", minus("x"), 1, 0, "it leaves the interval from 0 to 1"),
        (
            "a logistic map tends to 0",
            ("*", 2, "x", less_by(1, "x")),
            ("/", 1, 4),
            0,
            "it rises to 1/2",
        ),
    ):
        yield Forgery(
            name, ("orbit", "x", body, start, end), ("orbit-monotone", down, down), flaw, {}
        )


def roundings() -> Iterator[Forgery]:
    """Thresholds of floats that are off by one, and what rounding does not do."""

    def by_number(value: Any, low: Any, high: Any) -> Any:
        return ("rounds-number", sign(less_by(value, low)), sign(less_by(high, value)))

    def power(exponent: int) -> Any:
        return ("^", 2, exponent)

    tie = ("+", 1, ("/", 1, 2048))
    yield Forgery(
        "a tie of float16 goes up",
        rounds(tie, ("+", 1, ("/", 1, 1024)), FLOAT16),
        by_number(tie, tie, ("+", 1, ("/", 3, 2048))),
        "1 is even, and the tie goes there",
        {},
    )
    almost = less_by(("exp", -36), 1)
    yield Forgery(
        "e^x - 1 is -1 in float64 from -36 on",
        rounds(almost, -1, FLOAT64),
        by_number(almost, less_by(-1, power(-53)), less_by(power(-54), 1)),
        "e^-36 is more than 2^-54",
        {},
    )
    yield Forgery(
        "e^-745 is 0 in float64",
        rounds(("exp", -745), 0, FLOAT64),
        by_number(("exp", -745), minus(power(-1075)), power(-1075)),
        "it is more than half of the smallest subnormal number",
        {},
    )
    yield Forgery(
        "8 rounds to the greatest number",
        rounds(8, 7),
        by_number(8, ("/", 13, 2), ("/", 17, 2)),
        "beyond 7.5 a number overflows",
        {},
    )
    yield Forgery(
        "2^53 + 1 is a float64",
        is_float(("+", power(53), 1), FLOAT64),
        ("float", -1),
        "its significand has 54 bits",
        {},
    )
    yield Forgery(
        "half of a float is a float",
        supposed("x", is_float("x"), is_float(("/", "x", 2))),
        suppose("x", 1, ("float", 0)),
        "the smallest subnormal number has no half",
        {"x": ("/", 1, 8)},
    )
    apart = (
        "floats-apart",
        0,
        1,
        ("cases", 2, ("contradict", ("combine", ((1, 1), (1, 3)))), ("fact", 3)),
    )
    yield Forgery(
        "after 1 the next float is 3/2",
        supposed("x", is_float("x"), ("<", 1, "x"), ("<=", ("/", 3, 2), "x")),
        suppose("x", 2, apart),
        "it is 5/4",
        {"x": ("/", 5, 4)},
    )
    order = ("rounds-order", 0, 1, ("combine", ((1, 2),)))
    yield Forgery(
        "rounding is strictly increasing",
        supposed("xyzw", rounds("x", "y"), rounds("z", "w"), ("<", "x", "z"), ("<", "y", "w")),
        suppose("xyzw", 3, order),
        "two numbers may round to one",
        {"x": 1, "y": 1, "z": ("/", 17, 16), "w": 1},
    )
    total = ("+", "x", "y")
    exact = ("rounds-near", ("float", 0), sign(("/", 1, 16)), sign(("/", 1, 16)))
    yield Forgery(
        "a sum of floats is exact",
        supposed("xy", is_float("x"), is_float("y"), rounds(total, total)),
        suppose("xy", 2, exact),
        "that x is a float does not make the sum one",
        {"x": 1, "y": ("/", 1, 8)},
    )
    share = ("/", 1, 16)
    ways = (
        "cases",
        2,
        ("combine", ((1, 4),)),
        ("combine", ((1, 4), (share, 1))),
        ("combine", ((1, 4),)),
    )
    yield Forgery(
        "an error of at most half of the smallest number",
        supposed("xy", rounds("x", "y"), ("<=", 0, "x"), ("<=", "y", ("+", "x", share))),
        suppose("xy", 2, ("rounds-error", 0, ways)),
        "the relative error counts for large numbers",
        {"x": ("/", 11, 2), "y": 6},
    )
    near = ("rounds-near", ("float", 0), sign(share), sign(share))
    yield Forgery(
        "what rounds to y is y",
        supposed("xy", rounds("x", "y"), is_float("x")),
        suppose("xy", 1, ("float", 0)),
        "the result is a float, and not the value",
        {"x": ("/", 9, 8), "y": 1},
    )
    yield Forgery(
        "a tie next to a float rounds to it",
        supposed("x", is_float("x"), rounds(("+", "x", share), "x")),
        suppose("x", 1, near),
        "the margin is 0, and not 1/16, and 1/8 is odd",
        {"x": ("/", 1, 8)},
    )


def iterates() -> Any:
    """Numbers that a map leads to."""
    halved = ("iterate", 10, "q", ("/", "q", 2), 1)
    yield Forgery(
        "one halved ten times is more than a thousandth of it",
        ("<", ("/", 1, 1000), halved),
        ("iterated", halved, ("/", 9, 10000), ("/", 1, 1000), 64, ("fact", 0)),
        "what is known is that it is less",
        "2^-10 = 0.0009765625",
    )


FORGERIES = [
    *smoothness(),
    *means(),
    *inequalities(),
    *existence(),
    *unknown_laws(),
    *limits(),
    *roundings(),
    *iterates(),
    Forgery(
        "an experiment that proves an inequality",
        ("forall", "x", ("<", ("exp", "x"), 3)),
        ("generalize", "x", ("recorded",)),
        "records are about the runs that they are of",
        {"x": 2},
    ),
]
