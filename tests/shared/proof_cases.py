"""Small statements with proofs, for each rule some that hold and some that must not pass.

Both programs that check proofs, the kernel and the checker, are held to this list. Of each rule
there is at least one that must not pass because of a side condition of that very rule.
"""

from typing import Any, NamedTuple


class Case(NamedTuple):
    """A statement with a proof, and whether it is one."""

    rule: str
    name: str
    statement: Any
    proof: Any
    holds: bool

    def __str__(self) -> str:
        return f"{self.rule}, {self.name}"


HALF = ("/", 1, 2)
ELU = ("elu", "x", "alpha")
FALSE = ("<", 0, 0)
NEVER = ("combine", ())
INDICATOR = ("if", ("<", "x", 0), 1, 0)
SIZE = ("if", ("<=", 0, "x"), "x", ("*", -1, "x"))
TRUE = ("combine", ((1, -1),))


def positive(name: str, formula: Any) -> Any:
    """For all positive values of a variable."""
    return ("forall", name, ("=>", ("<", 0, name), formula))


def intro(*names: str, then: Any) -> Any:
    """Variables, each with a hypothesis."""
    for name in reversed(names):
        then = ("generalize", name, ("assume", then))
    return then


def sign(term: Any) -> Any:
    """The sign of a term shows."""
    return ("combine", ((term, -1),))


def is_integrable(body: Any) -> Any:
    return ("integrable", "p", "x", body)


def mean(body: Any, law: Any = "p") -> Any:
    return ("E", "x", law, body)


NORMAL = ("normal", "mu", "sigma")
STANDARD = ("normal", 0, 1)
COIN = ("points", (-1, HALF), (1, HALF))


def by_interval(law: Any, p: Any, q: Any, everywhere: Any, there: Any, known: int) -> Any:
    """A positive mean under a normal law, which hits an interval.

    What is shown there knows the number of facts known before, that the indicator of the interval
    is positive, and both bounds.
    """
    _, centre, deviation = law
    place = ("/", ("+", "t", ("*", -1, centre)), deviation)
    density = ("/", ("exp", ("/", ("^", place, 2), -2)), ("sqrt", ("*", 2, ("pi",))))
    slope = ("assume", ("assume", sign(("/", density, deviation))))
    is_hit = ("mean-value", "t", ("Phi", place), p, q, ("generalize", "t", slope))
    part = ("if", ("<", p, "x"), ("if", ("<", "x", q), 1, 0), 0)

    def outside(number: int) -> Any:
        return (
            "have",
            ("<", 0, part),
            ("fact", known),
            ("contradict", ("combine", ((1, number),))),
        )

    inside = ("cases", ("<", "x", q), there, outside(known + 3))
    inside = ("cases", ("<", p, "x"), inside, outside(known + 2))
    return ("law-positive", everywhere, part, is_hit, ("generalize", "x", ("assume", inside)))


def mean_is_0(body: Any) -> Any:
    """The mean of an odd function under the symmetric law p: half of it and half of its mirror."""
    half = ((("/", -1, 2), body),)
    return ("law-linear", "p", "x", half, ("generalize", "x", ("combine", ())), half)


def cases() -> Any:
    """Every case."""
    # --- Logic
    nonneg = ("forall", "x", ("<=", 0, ("^", "x", 2)))
    yield Case("generalize", "a square", nonneg, ("generalize", "y", sign(("^", "y", 2))), True)
    twice = ("forall", "x", ("forall", "y", ("<=", "x", "y")))
    same = ("generalize", "x", ("generalize", "x", ("combine", ())))
    yield Case("generalize", "one name for two variables", twice, same, False)
    yield Case("generalize", "no variable", ("<", 0, 1), ("generalize", "x", TRUE), False)
    shown = positive("x", ("<", 0, ("*", 2, "x")))
    yield Case("assume", "a hypothesis", shown, intro("x", then=("combine", ((2, 0),))), True)
    yield Case("assume", "none", ("<", 0, 1), ("assume", TRUE), False)
    both = ("and", ("<", 0, 1), ("<", 1, 2))
    yield Case("split", "both", both, ("split", TRUE, TRUE), True)
    yield Case("split", "one is missing", both, ("split", TRUE), False)
    yield Case("split", "one is false", ("and", ("<", 0, 1), FALSE), ("split", TRUE, NEVER), False)
    iff = positive("x", ("iff", ("<", "x", 1), ("<", ("*", 2, "x"), 2)))
    halves = ("split", ("assume", ("combine", ((2, 1),))), ("assume", ("combine", ((HALF, 1),))))
    yield Case("split", "both directions", iff, intro("x", then=halves), True)
    either = ("or", FALSE, ("<", 0, 1))
    yield Case("witness", "the true part", either, ("witness", 1, TRUE), True)
    yield Case("witness", "the false part", either, ("witness", 0, NEVER), False)
    yield Case("witness", "a part from the end", either, ("witness", -1, TRUE), False)
    there = ("exists", "x", ("=", ("^", "x", 2), 4))
    yield Case("witness", "a root", there, ("witness", -2, ("combine", ())), True)
    yield Case("witness", "no root", there, ("witness", 3, ("combine", ())), False)
    undefined = ("exists", "x", ("=", ("*", 0, "x"), 0))
    yield Case(
        "witness", "nothing defined", undefined, ("witness", ("/", 1, 0), ("combine", ())), False
    )
    one = ("exists1", "x", ("=", ("*", 2, "x"), 1))
    unique = ("generalize", "y", ("assume", ("combine", ((HALF, 0),))))
    yield Case(
        "witness", "one alone", one, ("witness", HALF, ("split", ("combine", ()), unique)), True
    )
    squares = ("exists1", "x", ("=", ("^", "x", 2), 1))
    yield Case(
        "witness", "one of two", squares, ("witness", 1, ("split", ("combine", ()), unique)), False
    )
    law = ("exists-law", "p", ("=", mean("x"), 0))
    yield Case("witness", "a law", law, ("witness", COIN, ("combine", ())), True)
    off = ("points", (-1, 1), (1, 1))
    yield Case("witness", "weights that are none", law, ("witness", off, ("combine", ())), False)
    below = ("points", (-1, ("/", -1, 2)), (1, ("/", 3, 2)))
    yield Case("witness", "a negative weight", law, ("witness", below, ("combine", ())), False)
    flat = ("normal", 0, 0)
    yield Case("witness", "no deviation", law, ("witness", flat, ("combine", ())), False)
    known = ("=>", there, ("exists", "y", ("=", ("^", "y", 2), 4)))
    found = ("assume", ("obtain", 0, "a", ("witness", "a", ("fact", 1))))
    yield Case("obtain", "what exists", known, found, True)
    swapped = ("forall", "y", ("=>", ("exists", "x", ("<", "y", "x")), ("<", "y", 0)))
    clash = ("generalize", "y", ("assume", ("obtain", 0, "y", ("fact", 1))))
    yield Case("obtain", "a name that is taken", swapped, clash, False)
    yield Case("obtain", "what is no fact", there, ("obtain", 0, "a", ("fact", 0)), False)
    lemma = ("have", ("<", 0, 2), sign(2), ("combine", ((HALF, 0),)))
    yield Case("have", "a lemma", ("<", 0, 1), lemma, True)
    yield Case("have", "a false lemma", FALSE, ("have", FALSE, NEVER, ("fact", 0)), False)
    yield Case("have", "itself", FALSE, ("have", FALSE, ("fact", 0), ("fact", 0)), False)
    unbound = ("have", ("<", "z", 0), ("fact", 0), ("fact", 0))
    yield Case("have", "something unknown", FALSE, unbound, False)
    general = ("=>", ("forall", "x", ("=>", ("<", 0, "x"), ("<", "x", 0))), FALSE)
    used = ("assume", ("use", 0, (("at", 1), ("by", TRUE)), ("combine", ((1, 1), (1, -1)))))
    yield Case("use", "an example", general, used, True)
    unshown = ("assume", ("use", 0, (("at", -1), ("by", NEVER)), ("fact", 1)))
    yield Case("use", "a hypothesis that fails", general, unshown, False)
    nowhere = ("assume", ("use", 0, (("at", ("/", 1, 0)), ("by", NEVER)), ("fact", 1)))
    yield Case("use", "nothing defined", general, nowhere, False)
    capture = ("=>", ("forall", "x", ("exists", "y", ("<", "x", "y"))), FALSE)
    bound = ("assume", ("use", 0, (("at", "y"),), ("obtain", 1, "a", ("combine", ((1, 2),)))))
    yield Case("use", "a variable that is none", capture, bound, False)
    size = ("forall", "x", ("<=", 0, SIZE))
    told = (
        "generalize",
        "x",
        ("cases", ("<=", 0, "x"), ("combine", ((1, 0),)), ("combine", ((1, 0),))),
    )
    yield Case("cases", "a sign", size, told, True)
    no = ("generalize", "x", ("cases", ("<", 0, "x"), ("combine", ((1, 0),)), NEVER))
    yield Case("cases", "one fails", ("forall", "x", ("<", 0, "x")), no, False)
    parts = ("forall", "x", ("=>", ("or", ("<", "x", 0), ("<", 0, "x")), ("<", 0, ("^", "x", 2))))
    told = ("generalize", "x", ("assume", ("cases", 0, sign(("^", "x", 2)), sign(("^", "x", 2)))))
    yield Case("cases", "both", parts, told, True)
    told = ("generalize", "x", ("assume", ("cases", 0, sign(("^", "x", 2)))))
    yield Case("cases", "one alone", parts, told, False)
    contra = ("contradict", ("combine", ((1, 0), (1, -1))))
    yield Case("contradict", "a number", ("<", 0, 1), contra, True)
    yield Case(
        "contradict", "what is false", ("<", 1, 0), ("contradict", ("combine", ((1, 0),))), False
    )
    no_hypothesis = ("=>", FALSE, ("<", 1, 0))
    yield Case(
        "contradict",
        "from a falsehood",
        no_hypothesis,
        ("assume", ("contradict", ("fact", 0))),
        True,
    )
    yield Case("contradict", "from nothing", ("<", 1, 0), ("contradict", NEVER), False)
    smooth = ("smooth", 0, "x", "x")
    denied = ("=>", ("not", smooth), FALSE)
    outright = ("joint", 0, "x", "x", (), ("fact", 1))
    yield Case(
        "use",
        "what is denied and holds",
        denied,
        ("assume", ("use", 0, (("by", outright),), ("fact", 1))),
        True,
    )
    yield Case(
        "use",
        "no denial",
        ("=>", smooth, FALSE),
        ("assume", ("use", 0, (("by", ("fact", 0)),), ("fact", 1))),
        False,
    )
    words = positive("x", ("<", ("+", 1, ("*", -1, "x")), 1))
    yield Case("combine", "in other words", words, intro("x", then=("combine", ((1, 0),))), True)
    yield Case(
        "fact", "a hypothesis", positive("x", ("<", 0, "x")), intro("x", then=("fact", 0)), True
    )
    yield Case(
        "fact", "another one", positive("x", ("<", 1, "x")), intro("x", then=("fact", 0)), False
    )
    tends = ("=>", ("limit", "x", "oo", ("exp", "x"), 1), ("limit", "y", "oo", ("exp", "y"), 1))
    yield Case("fact", "a limit", tends, ("assume", ("fact", 0)), True)
    ends = ("=>", ("limit", "x", "oo", ("exp", "x"), 1), ("limit", "y", "oo", ("exp", "y"), 2))
    yield Case("fact", "another limit", ends, ("assume", ("fact", 0)), False)
    outer = ("limit", "x", "oo", ("exp", "x"), 1)
    named = ("forall", "x", ("=>", outer, ("limit", "x", "oo", ("exp", "x"), "x")))
    yield Case(
        "fact",
        "a value of the same name",
        named,
        ("generalize", "x", ("assume", ("fact", 0))),
        False,
    )
    sides = (
        "=>",
        ("limit", "x", ("from-above", 0), "x", 0),
        ("limit", "x", ("from-below", 0), "x", 0),
    )
    yield Case("fact", "another side", sides, ("assume", ("fact", 0)), False)
    equal = ("forall", "x", ("=>", ("=", "x", 2), ("<", 0, ("+", "x", ("exp", "x")))))
    inserted = ("replace", 0, "z", ("<", 0, ("+", "z", ("exp", "z"))), sign(("+", 2, ("exp", 2))))
    yield Case("replace", "an equal term", equal, ("generalize", "x", ("assume", inserted)), True)
    unequal = ("forall", "x", ("=>", ("<", "x", 2), ("<", 0, "x")))
    inserted = ("replace", 0, "z", ("<", 0, "z"), sign(2))
    yield Case(
        "replace", "a smaller term", unequal, ("generalize", "x", ("assume", inserted)), False
    )
    # --- Equations and inequalities
    square = ("^", ("+", "x", 1), 2)
    binomial = ("forall", "x", ("=", square, ("+", ("^", "x", 2), ("*", 2, "x"), 1)))
    divisor = ("+", ("exp", HALF), ("Phi", 1))
    quotient = mean(("/", ("+", ("exp", "x"), -1), divisor), STANDARD)
    divided = ("=", quotient, ("/", ("+", ("exp", HALF), -1), divisor))
    yield Case("combine", "a divisor without the variable", divided, ("combine", ()), True)
    yield Case("combine", "a binomial", binomial, ("generalize", "x", ("combine", ())), True)
    wrong = ("forall", "x", ("=", square, ("+", ("^", "x", 2), ("*", 2, "x"), 2)))
    yield Case("combine", "another number", wrong, ("generalize", "x", ("combine", ())), False)
    divided = ("forall", "x", ("=", ("/", "x", "x"), 1))
    yield Case("combine", "a division by 0", divided, ("generalize", "x", ("combine", ())), False)
    rooted = ("forall", "x", ("=", ("^", ("sqrt", "x"), 2), "x"))
    yield Case(
        "combine", "a root of what is negative", rooted, ("generalize", "x", ("combine", ())), False
    )
    logged = ("forall", "x", ("=", ("exp", ("log", "x")), "x"))
    yield Case(
        "combine",
        "a logarithm of what is negative",
        logged,
        ("generalize", "x", ("combine", ())),
        False,
    )
    inverse = positive("x", ("=", ("exp", ("*", 2, ("log", "x"))), ("^", "x", 2)))
    yield Case("combine", "e to a logarithm", inverse, intro("x", then=("combine", ())), True)
    reflected = ("forall", "x", ("=", ("+", ("Phi", "x"), ("Phi", ("*", -1, "x"))), 1))
    yield Case("combine", "a reflection", reflected, ("generalize", "x", ("combine", ())), True)
    density = ("/", ("exp", ("/", ("^", "x", 2), -2)), ("sqrt", ("*", 2, ("pi",))))
    slope = ("forall", "x", ("=", ("D", "x", ("Phi", "x"), "x"), density))
    yield Case("combine", "a density", slope, ("generalize", "x", ("combine", ())), True)
    at_kink = positive("alpha", ("=", ("D", "x", ELU, 0), 1))
    yield Case(
        "combine", "a derivative at a kink", at_kink, intro("alpha", then=("combine", ())), False
    )
    tilted = ("exp", ("+", "mu", ("*", HALF, ("^", "sigma", 2))))
    lognormal = ("forall", "mu", positive("sigma", ("=", mean(("exp", "x"), NORMAL), tilted)))
    proof = ("generalize", "mu", intro("sigma", then=("combine", ())))
    yield Case("combine", "an expectation", lognormal, proof, True)
    wrong = ("forall", "mu", positive("sigma", ("=", mean(("exp", "x"), NORMAL), ("exp", "mu"))))
    yield Case("combine", "another expectation", wrong, proof, False)
    flat = ("forall", "mu", ("forall", "sigma", ("=", mean(1, NORMAL), 1)))
    proof = ("generalize", "mu", ("generalize", "sigma", ("combine", ())))
    yield Case("combine", "no deviation", flat, proof, False)
    heavy = ("=", mean(("exp", ("^", "x", 2)), STANDARD), 1)
    yield Case("combine", "no expectation", heavy, ("combine", ()), False)
    below = positive("x", ("<", ("*", -3, "x"), 0))
    rooted = ("<", ("sqrt", ("+", 1, ("Phi", "x"))), "x")
    beside = ("=>", rooted, ("=>", ("<", 1, "x"), ("<", 0, ("^", ("+", "x", -1), 2))))
    by_one = ("assume", ("assume", ("combine", ((("+", "x", -1), 1),))))
    a_square = ("forall", "x", beside)
    yield Case("combine", "beside a root of Phi", a_square, ("generalize", "x", by_one), True)
    yield Case("combine", "a multiple", below, intro("x", then=("combine", ((3, 0),))), True)
    above = positive("x", ("<", 0, ("*", -3, "x")))
    yield Case(
        "combine", "a negative multiple", above, intro("x", then=("combine", ((-3, 0),))), False
    )
    weak = ("forall", "x", ("=>", ("<=", 0, "x"), ("<", 0, "x")))
    proof = ("generalize", "x", ("assume", ("combine", ((1, 0),))))
    yield Case("combine", "nothing strict", weak, proof, False)
    nothing = ("forall", "x", ("<", 0, ("^", "x", 2)))
    proof = ("generalize", "x", sign(("^", "x", 2)))
    yield Case("combine", "a square that may be 0", nothing, proof, False)
    equation = positive("x", ("=", "x", 0))
    yield Case("combine", "no equation", equation, intro("x", then=("combine", ((1, 0),))), False)
    number = ("<", ("pi",), ("/", 22, 7))
    gap = ("+", ("/", 22, 7), ("*", -1, ("pi",)))
    yield Case("combine", "two numbers", number, sign(gap), True)
    close = ("<", ("/", 22, 7), ("pi",))
    yield Case("combine", "two numbers in the other order", close, sign(("*", -1, gap)), False)
    late = positive("x", ("<", 0, ("*", -1, "x")))
    yield Case(
        "combine", "a fact that is none", late, intro("x", then=("combine", ((1, 7),))), False
    )
    box = (
        "forall",
        "x",
        (
            "=>",
            ("<=", 0, "x"),
            ("=>", ("<=", "x", 2), ("<", 0, ("+", ("^", "x", 2), ("*", -1, "x"), 1))),
        ),
    )

    def covered(axes: Any, tree: str) -> Any:
        return ("generalize", "x", ("assume", ("assume", ("cover", 64, axes, tree))))

    yield Case("cover", "a parabola", box, covered((("x", 0, 2),), "0m0m0mm"), True)
    yield Case("cover", "a smaller box", box, covered((("x", 0, 1),), "m"), False)
    yield Case("cover", "an open box", box, covered((("x", 0, 2),), "0m"), False)
    low = (
        "forall",
        "x",
        (
            "=>",
            ("<=", 0, "x"),
            ("=>", ("<=", "x", 2), ("<", 0, ("+", ("^", "x", 2), ("*", -1, "x"), ("/", 1, 4)))),
        ),
    )
    yield Case("cover", "one that touches 0", low, covered((("x", 0, 2),), "0m0m0mm"), False)
    wide = ("forall", "x", ("<", 0, ("+", 3, "x")))
    yield Case(
        "cover", "no box", wide, ("generalize", "x", ("cover", 64, (("x", 0, 2),), "n")), False
    )
    # --- Calculus
    rising = ("forall", "x", ("=>", ("<", 0, "x"), ("<", ("+", 1, "x"), ("exp", "x"))))
    gap = ("+", ("exp", "t"), ("*", -1, "t"))
    steep = ("generalize", "t", ("assume", ("assume", sign(("+", ("exp", "t"), -1)))))
    proof = ("generalize", "x", ("assume", ("mean-value", "t", gap, 0, "x", steep)))
    falls = ("=>", ("<", "a", "b"), ("<", ("/", -1, "a"), ("/", -1, "b")))
    above = ("have", ("<", 0, "x"), ("combine", ((1, 0), (1, 3))), sign(("^", "x", -2)))
    slope = ("generalize", "x", ("assume", ("assume", above)))
    by_slope = ("assume", ("mean-value", "x", ("/", -1, "x"), "a", "b", slope))
    inverse = positive("a", positive("b", falls))
    yield Case("mean-value", "a divisor above 0", inverse, intro("a", "b", then=by_slope), True)
    anywhere = ("forall", "a", ("forall", "b", falls))
    unknown = ("generalize", "a", ("generalize", "b", by_slope))
    yield Case("mean-value", "a divisor on both sides of 0", anywhere, unknown, False)
    yield Case("mean-value", "a tangent", rising, proof, True)
    falling = ("forall", "x", ("=>", ("<", 0, "x"), ("<", ("exp", "x"), ("+", 1, "x"))))
    proof = ("generalize", "x", ("assume", ("mean-value", "t", ("*", -1, gap), 0, "x", steep)))
    yield Case("mean-value", "the other sign", falling, proof, False)
    everywhere = ("forall", "x", ("<", ("+", 1, "x"), ("exp", "x")))
    proof = ("generalize", "x", ("mean-value", "t", gap, 0, "x", steep))
    yield Case("mean-value", "ends in no order", everywhere, proof, False)
    pole = ("<", ("/", 1, -1), ("/", 1, 1))
    flat = ("generalize", "t", ("assume", ("assume", sign(("/", 1, ("^", "t", 2))))))
    yield Case(
        "mean-value", "across a pole", pole, ("mean-value", "t", ("/", 1, "t"), -1, 1, flat), False
    )
    jump = ("if", ("<", "t", 0), 1, 0)
    yield Case(
        "mean-value", "across a jump", ("<=", 1, 0), ("mean-value", "t", jump, -1, 1, flat), False
    )
    taken = ("forall", "t", ("=>", ("<", 0, "t"), ("<", ("+", 1, "t"), ("exp", "t"))))
    proof = ("generalize", "t", ("assume", ("mean-value", "t", gap, 0, "t", steep)))
    yield Case("mean-value", "a name that is taken", taken, proof, False)
    half = ("exists", "x", ("and", ("<", 0, "x"), ("<", "x", 1), ("=", ("^", "x", 3), HALF)))
    proof = ("root", ("^", "x", 3), 0, 1, HALF, "rising", sign(HALF), sign(HALF))
    yield Case("root", "a cube root", half, proof, True)
    none = ("exists", "x", ("and", ("<", 0, "x"), ("<", "x", 1), ("=", ("^", "x", 3), 2)))
    proof = ("root", ("^", "x", 3), 0, 1, 2, "rising", sign(2), sign(-1))
    yield Case("root", "too large a value", none, proof, False)
    step = ("if", ("<", "x", HALF), 0, 1)
    skipped = ("exists", "x", ("and", ("<", 0, "x"), ("<", "x", 1), ("=", step, HALF)))
    proof = ("root", step, 0, 1, HALF, "rising", sign(HALF), sign(HALF))
    yield Case("root", "across a jump", skipped, proof, False)
    corner = positive("alpha", ("iff", ("smooth", 1, "x", ELU), ("=", "alpha", 1)))
    meet = (
        "assume",
        ("joint", 1, "x", ELU, (0,), ("use", 2, (("by", ("fact", 1)),), ("combine", ((1, 6),)))),
    )
    join = ("split", ("combine", ()), ("combine", ()), ("combine", ((1, 1),)))
    back = ("assume", ("joint", 1, "x", ELU, (0,), ("use", 3, (("by", join),), ("fact", 4))))
    yield Case(
        "joint", "where ELU is smooth", corner, intro("alpha", then=("split", meet, back)), True
    )
    always = positive("alpha", ("smooth", 1, "x", ELU))
    back = (
        "joint",
        1,
        "x",
        ELU,
        (0,),
        ("use", 2, (("by", ("split", *[("combine", ())] * 3)),), ("fact", 3)),
    )
    yield Case("joint", "not everywhere", always, intro("alpha", then=back), False)
    proof = ("joint", 1, "x", ELU, (), ("fact", 1))
    yield Case("joint", "a kink that is left out", always, intro("alpha", then=proof), False)
    root_ = ("smooth", 1, "x", ("if", ("<", 0, "x"), ("sqrt", "x"), 0))
    proof = (
        "joint",
        0,
        "x",
        root_[3],
        (0,),
        ("use", 1, (("by", ("split", ("combine", ()), ("combine", ()))),), ("fact", 2)),
    )
    yield Case("joint", "a vertical tangent", root_, proof, False)
    removed = ("smooth", 0, "x", ("if", ("<", 0, "x"), 1, ("if", ("<", "x", 0), 1, 0)))
    proof = (
        "joint",
        0,
        "x",
        removed[3],
        (0,),
        ("use", 1, (("by", ("split", ("combine", ()), ("combine", ()))),), ("fact", 2)),
    )
    yield Case("joint", "another value at one point", removed, proof, False)
    left = positive("alpha", ("limit", "x", ("from-below", 0), ("D", "x", ELU, "x"), "alpha"))
    proof = intro("alpha", then=("limit-by-continuity", 1))
    yield Case("limit-by-continuity", "a slope", left, proof, True)
    right = positive("alpha", ("limit", "x", ("from-above", 0), ("D", "x", ELU, "x"), "alpha"))
    yield Case("limit-by-continuity", "from the other side", right, proof, False)
    blown = ("limit", "x", ("from-above", 0), ("*", "x", ("/", 1, "x")), 0)
    yield Case("limit-by-continuity", "a pole", blown, ("limit-by-continuity", 1), False)
    yield Case(
        "limit-by-continuity",
        "no distance",
        left,
        intro("alpha", then=("limit-by-continuity", 0)),
        False,
    )
    grows = positive(
        "alpha", positive("sigma", ("limit", "mu", "-oo", mean(ELU, NORMAL), ("*", -1, "alpha")))
    )
    proof = intro("alpha", "sigma", then=("limit-by-growth", 0))
    yield Case("limit-by-growth", "the floor", grows, proof, True)
    wrong = positive("alpha", positive("sigma", ("limit", "mu", "-oo", mean(ELU, NORMAL), -1)))
    yield Case("limit-by-growth", "another floor", wrong, proof, False)
    rate = (
        "forall",
        "k",
        ("=>", ("<=", 0, "k"), ("limit", "x", "oo", ("exp", ("*", "k", "x")), "oo")),
    )
    proof = ("generalize", "k", ("assume", ("limit-by-growth", 0)))
    yield Case("limit-by-growth", "a rate that may be 0", rate, proof, False)
    squeezed = ("limit", "x", "oo", ("/", INDICATOR, "x"), 0)
    positive_x = (
        "have",
        ("<", 0, "x"),
        ("combine", ((1, 0), (1, -1))),
        ("split", ("combine", ()), sign(("/", 1, "x"))),
    )
    good = (
        "squeeze",
        0,
        ("/", 1, "x"),
        ("limit-by-growth", 0),
        ("limit-by-growth", 0),
        ("generalize", "x", ("assume", positive_x)),
    )
    yield Case("squeeze", "between 0 and 1/x", squeezed, good, True)
    loose = ("limit", "x", "oo", ("/", INDICATOR, "x"), 1)
    yield Case("squeeze", "another limit", loose, good, False)
    beyond = ("exists", "y", ("forall", "x", ("=>", ("<", "y", "x"), ("<", 5, "x"))))
    proof = (
        "have",
        ("limit", "x", "oo", "x", "oo"),
        ("limit-by-growth", 0),
        ("near", 0, 5, "below", ("obtain", 1, "a", ("witness", "a", ("fact", 2)))),
    )
    yield Case("near", "beyond any number", beyond, proof, True)
    under = ("exists", "y", ("forall", "x", ("=>", ("<", "y", "x"), ("<", "x", 5))))
    proof = (
        "have",
        ("limit", "x", "oo", "x", "oo"),
        ("limit-by-growth", 0),
        ("near", 0, 5, "above", ("obtain", 1, "a", ("witness", "a", ("fact", 2)))),
    )
    yield Case("near", "the other side", under, proof, False)
    resting = ("=", ("/", ("+", "a", "c"), 2), "a")
    between = ("orbit", "x", ("/", ("+", "x", "c"), 2), ("+", "a", 1), "a")
    ways = (((HALF, 1), (-1, 0)), ((HALF, 1), (1, 0)))
    falling = (("generalize", "x", ("assume", ("assume", ("combine", way)))) for way in ways)
    at_rest = ("generalize", "a", ("generalize", "c", ("assume", ("orbit-monotone", *falling))))
    for name, known, holds in (("a fact", resting, True), ("none", ("<=", "a", "c"), False)):
        rests = ("forall", "a", ("forall", "c", ("=>", known, between)))
        yield Case("orbit-monotone", f"that it rests is {name}", rests, at_rest, holds)
    halving = ("orbit", "x", ("/", "x", 2), 1, 0)
    stays = ("generalize", "x", ("assume", ("assume", ("combine", ((HALF, 0),)))))
    yield Case("orbit-monotone", "halving", halving, ("orbit-monotone", stays, stays), True)
    doubling = ("orbit", "x", ("*", 2, "x"), 1, 0)
    yield Case("orbit-monotone", "doubling", doubling, ("orbit-monotone", stays, stays), False)
    stuck = ("orbit", "x", ("/", ("+", "x", 1), 2), 2, 0)
    yield Case(
        "orbit-monotone", "another fixed point", stuck, ("orbit-monotone", stays, stays), False
    )
    half = ("iterate", 10, "q", ("/", "q", 2), 1)
    told = ("iterated", half, ("/", 9, 10000), ("/", 1, 1000), 64, ("fact", 0))
    yield Case("iterated", "halved ten times", ("<", ("/", 9, 10000), half), told, True)
    more = ("iterated", half, ("/", 1, 1000), ("/", 1, 500), 64, ("fact", 0))
    yield Case("iterated", "more than it is", ("<", ("/", 1, 1000), half), more, False)
    sunk = ("iterate", 3, "q", ("+", "q", ("/", -1, 2)), 1)
    told = ("iterated", sunk, -1, 0, 64, ("fact", 0))
    yield Case("iterated", "past 0", ("<", -1, sunk), told, False)
    pole = ("iterate", 2, "q", ("/", 1, ("+", "q", -1)), 3)
    told = ("iterated", pole, -3, 0, 64, ("fact", 0))
    yield Case("iterated", "a pole", ("<", -3, pole), told, False)
    # --- Laws
    square = ("^", "x", 2)
    moment = ("forall", "mu", positive("sigma", ("<", 0, mean(square, NORMAL))))
    everywhere = ("generalize", "x", sign(square))
    inside = ("have", ("<", 0, "x"), ("combine", ((1, 2), (1, -1))), sign(square))
    proof = (
        "generalize",
        "mu",
        intro("sigma", then=by_interval(NORMAL, 1, 2, everywhere, inside, 1)),
    )
    yield Case("law-positive", "a square", moment, proof, True)
    first = ("forall", "mu", positive("sigma", ("<", 0, mean("x", NORMAL))))
    proof = (
        "generalize",
        "mu",
        intro("sigma", then=by_interval(NORMAL, 1, 2, ("generalize", "x", sign("x")), inside, 1)),
    )
    yield Case("law-positive", "what may be negative", first, proof, False)
    zero = ("forall", "mu", positive("sigma", ("<", 0, mean(0, NORMAL))))
    proof = (
        "generalize",
        "mu",
        intro("sigma", then=by_interval(NORMAL, 1, 1, ("generalize", "x", NEVER), inside, 1)),
    )
    yield Case("law-positive", "an empty interval", zero, proof, False)
    heavy = ("<", 0, mean(("exp", square), STANDARD))
    growing = sign(("exp", square))
    proof = by_interval(STANDARD, 1, 2, ("generalize", "x", growing), growing, 0)
    yield Case("law-positive", "what is not integrable", heavy, proof, False)
    hit = ("<", 0, mean(INDICATOR))
    tail = ("forall-law", "p", ("=>", is_integrable(SIZE), ("=>", hit, ("<", 0, mean(SIZE)))))
    told = ("cases", ("<=", 0, "x"), ("combine", ((1, 2),)), ("combine", ((1, 2),)))
    where = (
        "cases",
        ("<", "x", 0),
        ("combine", ((1, 3),)),
        ("have", ("<", 0, INDICATOR), ("fact", 2), ("contradict", ("combine", ((1, 4),)))),
    )
    good = (
        "law-positive",
        ("generalize", "x", told),
        INDICATOR,
        ("fact", 1),
        ("generalize", "x", ("assume", where)),
    )
    proof = ("generalize", "p", ("assume", ("assume", good)))
    yield Case("law-positive", "a size", tail, proof, True)
    unhit = (
        "forall-law",
        "p",
        ("=>", is_integrable(SIZE), ("=>", ("<=", 0, mean(INDICATOR)), ("<", 0, mean(SIZE)))),
    )
    yield Case("law-positive", "a law that may miss it", unhit, proof, False)
    unknown = ("forall-law", "p", ("=>", ("<", 0, 1), ("=>", hit, ("<", 0, mean(SIZE)))))
    yield Case("law-positive", "what may not be integrable", unknown, proof, False)
    spelled = ("forall-law", "p", positive("z", ("forall", "Expz", ("<=", 0, "Expz"))))
    read = ("law-positive", ("generalize", "y", ("combine", ((1, 0),))))
    read = ("generalize", "p", intro("z", then=("generalize", "Expz", read)))
    yield Case("law-positive", "a variable that is spelled like a mean", spelled, read, False)
    linear = (
        "forall-law",
        "p",
        ("=>", is_integrable("x"), ("=", mean(("*", 2, "x")), ("*", 2, mean("x")))),
    )
    twice = (
        "law-linear",
        "p",
        "x",
        ((2, "x"), (-1, ("*", 2, "x"))),
        ("generalize", "x", ("combine", ())),
    )
    bounded = (
        "law-dominated",
        0,
        ((2, "x"),),
        (
            "generalize",
            "x",
            (
                "cases",
                ("<=", 0, "x"),
                ("split", ("combine", ((4, 1),)), ("combine", ())),
                ("split", ("combine", ()), ("combine", ((4, 1),))),
            ),
        ),
    )
    proof = ("generalize", "p", ("assume", ("have", is_integrable(("*", 2, "x")), bounded, twice)))
    yield Case("law-linear", "twice", linear, proof, True)
    thrice = (
        "forall-law",
        "p",
        ("=>", is_integrable("x"), ("=", mean(("*", 2, "x")), ("*", 3, mean("x")))),
    )
    wrong = (
        "law-linear",
        "p",
        "x",
        ((3, "x"), (-1, ("*", 2, "x"))),
        ("generalize", "x", ("combine", ())),
    )
    proof = ("generalize", "p", ("assume", ("have", is_integrable(("*", 2, "x")), bounded, wrong)))
    yield Case("law-linear", "thrice", thrice, proof, False)
    free = ("forall-law", "p", ("=", mean(("*", 2, "x")), ("*", 2, mean("x"))))
    yield Case("law-linear", "what may not be integrable", free, ("generalize", "p", twice), False)
    varying = ("forall-law", "p", ("=>", is_integrable("x"), ("=", mean("x"), 1)))
    wrong = (
        "law-linear",
        "p",
        "x",
        ((1, "x"), (("*", -1, "x"), 1)),
        ("generalize", "x", ("combine", ())),
    )
    yield Case(
        "law-linear", "a factor that varies", varying, ("generalize", "p", ("assume", wrong)), False
    )
    dominated = ("forall-law", "p", ("=>", is_integrable("x"), is_integrable(("*", 2, "x"))))
    bounded = (
        "law-dominated",
        0,
        ((2, "x"),),
        (
            "generalize",
            "x",
            (
                "cases",
                ("<=", 0, "x"),
                ("split", ("combine", ((4, 1),)), ("combine", ())),
                ("split", ("combine", ()), ("combine", ((4, 1),))),
            ),
        ),
    )
    yield Case("law-dominated", "twice", dominated, ("generalize", "p", ("assume", bounded)), True)
    larger = ("forall-law", "p", ("=>", is_integrable("x"), is_integrable(square)))
    wrong = (
        "law-dominated",
        square,
        ((1, "x"),),
        ("generalize", "x", ("split", sign(square), sign(SIZE))),
    )
    yield Case(
        "law-dominated", "no constant", larger, ("generalize", "p", ("assume", wrong)), False
    )
    # By a constant about something unknown, which is then called like the variable.
    wide = ("+", 1, ("^", "z", 2))
    sums = (("+", ("^", ("+", "z", shift), 2), ("/", 3, 4)) for shift in (HALF, ("/", -1, 2)))
    named = ("generalize", "z", ("split", *map(sign, sums)))
    every = ("forall-law", "p", is_integrable("x"))
    unknown = ("generalize", "p", ("law-dominated", wide, (), named))
    yield Case("law-dominated", "a constant that is unknown", every, unknown, False)
    unknown = ("generalize", "p", ("law-dominated", 0, ((1, ("if", ("<", "z", 0), 0, 1)),), named))
    yield Case("law-dominated", "a bound that is unknown", every, unknown, False)
    # Of a mean that is none for some x nothing is known, even that it is measurable.
    inner = ("E", "y", "p", ("exp", ("*", "x", "y")))
    within = supposed("x", ("and", ("<=", -1, inner), ("<=", inner, 1)))
    same = ("split", *(("combine", ((1, number),)) for number in (1, 2)))
    same = ("generalize", "x", ("use", 0, (("at", "x"),), same))
    bounded = ("law-dominated", 1, (), same)
    said = ("forall-law", "p", ("=>", within, is_integrable(inner)))
    proof = ("generalize", "p", ("assume", bounded))
    yield Case("law-dominated", "a mean that may be any function", said, proof, False)
    there = ("<", inner, 0)
    never_less = ("forall-law", "p", ("<=", 0, mean(("if", there, 1, 0))))
    told = ("generalize", "x", ("cases", there, TRUE, ("combine", ())))
    proof = ("generalize", "p", ("law-positive", told))
    yield Case("law-positive", "where such a mean is negative", never_less, proof, False)
    given = ("symmetric", "p"), is_integrable("x"), is_integrable(square)
    for name, (first, second), body, holds in (
        ("of a symmetric law", given[:2], "x", True),
        ("of a law that may be skew", (("<", 0, 1), given[1]), "x", False),
        ("of what may not be integrable", (given[0], ("<", 0, 1)), "x", False),
        ("of what is not odd", (given[0], given[2]), square, False),
    ):
        said = ("forall-law", "p", ("=>", first, ("=>", second, ("=", mean(body), 0))))
        proof = ("generalize", "p", ("assume", ("assume", mean_is_0(body))))
        yield Case("law-linear", f"the mean {name}", said, proof, holds)
    yield Case("law-evident", "a coin", ("symmetric", COIN), ("law-evident",), True)
    skew = ("symmetric", ("points", (-1, ("/", 1, 3)), (1, ("/", 2, 3))))
    yield Case("law-evident", "a false coin", skew, ("law-evident",), False)
    yield Case("law-evident", "a bell", ("symmetric", STANDARD), ("law-evident",), True)
    yield Case(
        "law-evident", "a shifted bell", ("symmetric", ("normal", 1, 1)), ("law-evident",), False
    )
    yield Case(
        "law-evident", "a moment", ("integrable", STANDARD, "x", square), ("law-evident",), True
    )
    heavy = ("integrable", STANDARD, "x", ("exp", square))
    yield Case("law-evident", "too heavy", heavy, ("law-evident",), False)


TINY = ("format", 3, -1)
"""A format of 39 floats: multiples of 1/8 up to 1, of 1/4 up to 2, of 1/2 up to 4, and up to 7."""


def is_float(value: Any, data: Any = TINY) -> Any:
    return ("float", data, value)


def rounds(value: Any, result: Any, data: Any = TINY) -> Any:
    return ("rounds", data, value, result)


def supposed(names: Any, *formulas: Any) -> Any:
    """The last formula, for all values of variables, under the hypotheses before it."""
    *hypotheses, formula = formulas
    for hypothesis in reversed(hypotheses):
        formula = ("=>", hypothesis, formula)
    for name in reversed(names):
        formula = ("forall", name, formula)
    return formula


def suppose(names: Any, number: int, then: Any) -> Any:
    """The variables and so many hypotheses of such a formula."""
    for _ in range(number):
        then = ("assume", then)
    for name in reversed(names):
        then = ("generalize", name, then)
    return then


def rounding_cases() -> Any:
    """Every case of the rules about floats."""
    literal = ("float", -1)
    for value, holds in ((("/", 3, 8), True), (("/", 9, 8), False), (7, True), (8, False)):
        yield Case("float", f"the number {value}", is_float(value), literal, holds)
    yield Case("float", "no format", is_float(1, ("format", 1, 0)), literal, False)
    yield Case("float", "a variable", supposed("x", is_float("x")), suppose("x", 0, literal), False)
    of_fact = suppose("x", 1, ("float", 0))
    for name, known, said, holds in (
        ("the opposite", is_float("x"), is_float(("*", -1, "x")), True),
        ("the double", is_float("x"), is_float(("*", 2, "x")), False),
        ("another format", is_float("x", ("format", 8, -126)), is_float("x"), False),
        ("no float", ("<", 0, "x"), is_float("x"), False),
        ("no format", is_float("x", ("format", 1, 0)), is_float("x", ("format", 1, 0)), False),
        ("what rounds to 1", rounds("x", 1), is_float("x"), False),
        ("what 1 rounds to", rounds(1, "x"), is_float("x"), True),
    ):
        yield Case("float", name, supposed("x", known, said), of_fact, holds)

    low, high = ("contradict", ("combine", ((1, 1), (1, 3)))), ("fact", 3)
    for name, at, next_one, known, holds in (
        ("after 0", 0, ("/", 1, 8), is_float("x"), True),
        ("not so far", 0, ("/", 1, 4), is_float("x"), False),
        ("after 1", 1, ("/", 5, 4), is_float("x"), True),
        ("after the greatest", 7, 8, is_float("x"), False),
        ("after no float", ("/", 9, 8), ("/", 5, 4), is_float("x"), False),
        ("of any number", 0, ("/", 1, 8), rounds("x", 0), False),
    ):
        proof = suppose("x", 2, ("floats-apart", 0, at, ("cases", 2, low, high)))
        statement = supposed("x", known, ("<", at, "x"), ("<=", next_one, "x"))
        yield Case("floats-apart", name, statement, proof, holds)

    exponential = ("exp", -1)
    for name, value, result, holds in (
        ("a tie to the even", ("/", 9, 8), 1, True),
        ("a tie to the odd", ("/", 9, 8), ("/", 5, 4), False),
        ("a tie upwards", ("/", 11, 8), ("/", 3, 2), True),
        ("below a power of 2", ("/", 15, 16), 1, True),
        ("too far below a power of 2", ("/", 14, 16), 1, False),
        ("half of the smallest", ("/", -1, 16), 0, True),
        ("an exponential", exponential, ("/", 3, 8), True),
        ("another float", exponential, ("/", 1, 4), False),
        ("no float", ("/", 9, 8), ("/", 9, 8), False),
        ("the greatest", 7, 7, False),
    ):
        ends = {
            "a tie to the even": (("/", 15, 16), ("/", 9, 8)),
            "a tie upwards": (("/", 11, 8), ("/", 13, 8)),
            "below a power of 2": (("/", 15, 16), ("/", 9, 8)),
            "half of the smallest": (("/", -1, 16), ("/", 1, 16)),
            "an exponential": (("/", 5, 16), ("/", 7, 16)),
        }.get(name, (result, result))
        gaps = ("+", value, ("*", -1, ends[0])), ("+", ends[1], ("*", -1, value))
        yield Case(
            "rounds-number",
            name,
            rounds(value, result),
            ("rounds-number", *map(sign, gaps)),
            holds,
        )

    for name, known, shift, holds in (
        ("a float", is_float("x"), 0, True),
        ("close to one", is_float("x"), ("/", 1, 32), True),
        ("a tie", is_float("x"), ("/", 1, 16), False),
        ("a tie below", is_float("x"), ("/", -1, 16), False),
        ("any number", ("<", 0, "x"), 0, False),
    ):
        gaps = ("+", ("/", 1, 16), shift), ("+", ("/", 1, 16), ("*", -1, shift))
        proof = suppose("x", 1, ("rounds-near", ("fact", 0), *map(sign, gaps)))
        yield Case(
            "rounds-near",
            name,
            supposed("x", known, rounds(("+", "x", shift), "x")),
            proof,
            holds,
        )

    proof = suppose("xyzw", 3, ("rounds-order", 0, 1, ("fact", 2)))
    for name, order, data, said, holds in (
        ("increasing", ("<=", "x", "z"), TINY, ("<=", "y", "w"), True),
        ("strictly", ("<=", "x", "z"), TINY, ("<", "y", "w"), False),
        ("the other way", ("<=", "z", "x"), TINY, ("<=", "y", "w"), False),
        ("in two formats", ("<=", "x", "z"), ("format", 4, -1), ("<=", "y", "w"), False),
        ("of the values", ("<=", "x", "z"), TINY, ("<=", "x", "w"), False),
    ):
        known = rounds("x", "y"), rounds("z", "w", data), order
        yield Case("rounds-order", name, supposed("xyzw", *known, said), proof, holds)
    unique = supposed("xyz", rounds("x", "y"), rounds("x", "z"), ("<=", "y", "z"))
    order = ("rounds-order", 0, 1, ("combine", ()))
    yield Case("rounds-order", "unique", unique, suppose("xyz", 2, order), True)

    for name, known, share, holds in (
        ("the unit", rounds("x", "y"), ("/", 1, 8), True),
        ("half of the unit", rounds("x", "y"), ("/", 1, 16), False),
        ("no rounding", ("<=", "x", "y"), ("/", 1, 8), False),
    ):
        small = ("combine", ((1, 4), (("/", 1, 8), 1), (("/", 1, 16), -1)))
        below = ("combine", ((1, 4), (("/", 1, 4), 1), (("/", 1, 4), -1)))
        ways = ("cases", 2, small, ("combine", ((1, 4),)), below)
        upper = ("*", ("+", 1, share), "x")
        yield Case(
            "rounds-error",
            name,
            supposed("xy", known, ("<=", 1, "x"), ("<=", "y", upper)),
            suppose("xy", 2, ("rounds-error", 0, ways)),
            holds,
        )


def scope_cases() -> Any:
    """Names that meet: of bound variables, of parameters, and of what a rule makes up."""
    # What was once taken for the name of the first bound variable.
    proof = (
        "have",
        ("forall", "x", ("<=", "x", "x")),
        ("generalize", "t", ("combine", ())),
        ("fact", 0),
    )
    bound = supposed("ax", ("<=", "x", "a"))
    yield Case(
        "fact", "a name like one of a bound variable", bound, suppose(("#0",), 0, proof), False
    )
    shadow = supposed("xxy", ("<=", "x", "y"))
    lemma = ("have", supposed("xxy", ("<=", "x", "x")), suppose("abc", 0, ("combine", ())))
    yield Case("fact", "a name that is bound twice", shadow, (*lemma, ("fact", 0)), False)
    one = ("forall", "v", ("=", ("elu", "v", 1), 1))
    proof = ("generalize", "elu.alpha", ("combine", ()))
    yield Case("combine", "a variable like a parameter", one, proof, False)
    step = ("if", ("<=", "t", "b"), 0, 1)
    jump = ("forall", "a", ("forall", "b", ("smooth", 0, "t", step)))
    step = ("if", ("<=", "t", "t'"), 0, 1)
    proof = suppose("t", 0, ("joint", 0, "t", step, (), suppose(("t'",), 0, ("fact", 0))))
    yield Case("joint", "a variable that comes later", jump, proof, False)
    slope, other = (("D", name, ("*", name, "x'"), 1) for name in "xy")
    lemma = supposed("y", ("=", "y", 2), ("=", "y", 2))
    proof = ("have", ("=", other, 2), ("fact", 1), ("combine", ((1, 2),)))
    proof = ("use", 0, (("at", slope), ("by", ("combine", ()))), suppose(("x'",), 0, proof))
    proof = ("have", lemma, suppose("y", 1, ("fact", 0)), proof)
    two = supposed("ab", ("=", "b", 2))
    yield Case("use", "a variable that comes later", two, suppose("x", 0, proof), False)
    # Of the iterate of a variable the facts about one of the same name decide nothing.
    one, other = (("iterate", 1, "q", body, 1) for body in (("if", ("<", 0, "q"), 1, 2), 2))
    moved = ("+", "x", one)
    apart = ("combine", ((1, 7), (1, 8), (-1, 4)))
    apart = ("iterated", other, ("/", 3, 2), 3, 64, apart)
    apart = ("iterated", one, ("/", 1, 2), ("/", 3, 2), 64, apart)
    apart = ("joint", 0, "x", moved, (0,), ("use", 2, (("by", ("fact", 1)),), apart))
    apart = suppose("q", 1, ("joint", 0, "x", moved, (), apart))
    below = supposed("q", ("<", "q", 0), FALSE)
    yield Case("joint", "an iterate of a variable of the same name", below, apart, False)


def exists_at(value: Any, name: str, known: int, then: Any) -> Any:
    """A variable with a value, by two facts: that there is one, and that this is one."""
    there = ("exists", "w", ("=", "w", value))
    return ("have", there, ("witness", value, ("combine", ())), ("obtain", known, name, then))


def language_cases() -> Any:
    """What is no term or formula, or is about something of which nothing is known."""
    pole = ("limit", "x", ("from-above", 0), ("/", 1, "x"))
    infinite = ("forall", "oo", (*pole, "oo"))
    proof = ("have", infinite, ("generalize", "t", ("limit-by-growth", 1)), ("fact", 0))
    any_limit = ("forall", "y", (*pole, "y"))
    yield Case("fact", "a variable that is called like infinity", any_limit, proof, False)

    def tends(body: Any) -> Any:
        return ("limit", "x", "oo", body, 0)

    def tends_at_0(name: str) -> Any:
        number = ("replace", 2, "z", tends("z"), ("limit-by-growth", 1))
        absurd = ("use", 0, (("by", number),), ("fact", 3))
        return ("contradict", exists_at(0, name, 1, absurd))

    # Both are 0 for their limits, and 0 and 1 for their order.
    ways = ("combine", ((1, 7), (1, 2), (1, -1))), ("combine", ((1, 7), (-1, 4)))
    order = ("obtain", 0, "v", ("cases", 6, *ways))
    order = ("contradict", exists_at(0, "low", 1, exists_at(1, "high", 3, order)))
    proof = ("squeeze", "low", "high", tends_at_0("low"), tends_at_0("high"), order)
    yield Case("squeeze", "between what is not known", tends(1), proof, False)
    line = ("if", ("<", "x", 0), "x", ("if", ("<", 0, "x"), "x", "z"))
    ways = [("combine", ((1, 6), (turn, 4))) for turn in (-1, 1)]
    at_0 = ("cases", 2, ("cases", 5, *ways), ("cases", 5, *[("combine", ((1, 6),))] * 2))
    at_0 = ("contradict", exists_at(0, "z", 3, at_0))
    at_1 = ("use", 0, (("by", ("fact", 2)),), ("combine", ((1, 5), (-1, 4), (1, -1))))
    proof = ("joint", 0, "x", line, (0,), ("use", 1, (("by", at_0),), exists_at(1, "z", 3, at_1)))
    yield Case("joint", "a value that is not known", FALSE, proof, False)

    # A name of three letters is no formula, and no condition.
    def both_ways(lemma: Any, shown: Any, then: Any) -> Any:
        shown, then = (
            exists_at(0, "a", known, exists_at(1, "b", known + 2, ordered))
            for known, ordered in ((0, shown), (1, then))
        )
        return ("have", lemma, shown, then)

    rising = ("combine", ((1, 1), (-1, 3), (1, -1)))
    falling = ("use", 0, (("at", "<ba"),), ("combine", ((1, 7), (1, 2), (-1, 4), (1, -1))))
    shown = ("generalize", "<ab", rising)
    proof = both_ways(("forall", "v", "v"), shown, exists_at(0, "<ba", 5, falling))
    yield Case("use", "a name that reads like a formula", FALSE, proof, False)
    shown = ("have", ("<", "a", "b"), rising, ("generalize", "<ab", ("combine", ())))
    falling = ("use", 0, (("at", "<ba"),), ("combine", ((-1, 8), (1, -1))))
    falling = exists_at(0, "<ba", 6, falling)
    rising = ("combine", ((1, 2), (-1, 4), (1, -1)))
    chosen = ("forall", "v", ("=", ("if", "v", 1, 0), 1))
    proof = both_ways(chosen, shown, ("have", ("<", "a", "b"), rising, falling))
    yield Case("use", "a name that reads like a condition", FALSE, proof, False)


def moving_cases() -> Any:
    """Expectations whose breakpoints move, or whose law is not known."""
    split = ("if", ("<", "y", "x"), ("/", 1, "x"), 0)
    average = ("E", "y", STANDARD, ("if", ("<", "y", 0), 0, split))
    met = ("limit", "x", ("from-above", 0), average, 0)
    proof = ("limit-by-continuity", 1)
    yield Case("limit-by-continuity", "breakpoints that meet at the end", met, proof, False)
    below, at_end = (("E", "y", "p", ("if", ("<", "y", end), 1, 0)) for end in ("x", 0))
    atom = ("forall-law", "p", ("limit", "x", ("from-above", 0), below, at_end))
    proof = ("generalize", "p", proof)
    yield Case("limit-by-continuity", "a law with an atom at the end", atom, proof, False)
    nowhere = ("/", 1, 0)
    for name, law, body in (
        ("a product with 0", STANDARD, ("*", 0, nowhere)),
        ("a point without weight", ("points", (0, 0), (1, 1)), ("*", 0, ("/", 1, "x"))),
        ("a point that is none", ("points", (nowhere, HALF), (1, HALF)), 0),
        ("a condition", STANDARD, ("if", ("<", ("*", 0, nowhere), 1), 0, 1)),
    ):
        undefined = ("=", mean(body, law), 0)
        yield Case("combine", f"{name} that is not defined", undefined, ("combine", ()), False)
    flat, step = (("if", ("<", "x", end), 0, last) for end, last in (("c", 0), ("b", 1)))
    body = ("+", flat, ("if", ("<", "x", "a"), 0, 0), step)
    between = ("+", ("Phi", "c"), ("*", -1, ("Phi", "a")))
    value = ("=", mean(body, STANDARD), between)
    statement = supposed("abc", ("=", "a", "b"), ("<", "a", "c"), value)
    name = "a breakpoint whose order is not known"
    yield Case("combine", name, statement, suppose("abc", 2, ("combine", ())), False)


def recorded_cases() -> Any:
    """What no records bear out; what they do is no theorem, and not for both programs."""
    rows = ("recorded", "thresholds", "numpy", ("exp", "expm1"), ("float64",))
    rows = (*rows, "the threshold with every operation rounded")
    for name, statement in (
        ("another statement", FALSE),
        ("distances that are other ones", (*rows, 1, 1, 2, 4096)),
        ("a row that is missing", (*rows, 0, 0, 3, 4096)),
        ("an exception where there is none", ("not", (*rows, 0, 0, 2, 4096))),
    ):
        yield Case("recorded", name, statement, ("recorded",), False)


CASES = [
    *(*cases(), *rounding_cases(), *scope_cases(), *language_cases(), *moving_cases()),
    *recorded_cases(),
]
