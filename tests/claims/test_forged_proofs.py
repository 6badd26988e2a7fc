"""Proofs that look like ones: neither program accepts them, and what they say is false."""

import json
import subprocess
import sys
from fractions import Fraction

import mpmath
import pytest
from forged_proofs import FORGERIES
from mpmath import mp, mpf

from elu_sym import checker
from elu_sym.activations import Elu
from elu_sym.claims.export import listed, to_text
from elu_sym.claims.formulas import term
from elu_sym.claims.kernel import RULES, RejectedError, prove
from elu_sym.claims.kernel.language import DEFINITIONS, negation
from elu_sym.symbols import alpha, x

term(Elu(x, alpha))  # the definition that the statements use

REFUTED = [forgery for forgery in FORGERIES if isinstance(forgery.refutation, dict)]
CLOSE, FAR = mpf(2) ** -20, 60
GRID = [Fraction(n, 4) for n in range(-20, 21)]


def number(part, values):
    """The value of a term, at 40 digits."""
    if isinstance(part, mpf | int):
        return mpf(part)
    if isinstance(part, Fraction):
        return mpf(part.numerator) / part.denominator
    if isinstance(part, str):
        return number(values[part], values)
    head, *parts = part
    if head in DEFINITIONS:
        names, body = DEFINITIONS[head]
        return number(body, dict(zip(names, (number(p, values) for p in parts), strict=True)))
    if head == "if":
        condition, yes, no = parts
        return number(yes if holds(condition, values) else no, values)
    if head == "D":
        name, body, at = parts
        return mp.diff(lambda t: number(body, {**values, name: t}), number(at, values))
    if head == "E":
        return average(*parts, values)
    if head == "^":
        return number(parts[0], values) ** parts[1]
    found = [number(p, values) for p in parts]
    functions = {
        "+": lambda *terms: mp.fsum(terms),
        "*": lambda *factors: mp.fprod(factors),
        "/": lambda a, b: a / b,
        "sqrt": mp.sqrt,
        "exp": mp.exp,
        "log": mp.log,
        "Phi": mp.ncdf,
        "pi": lambda: +mp.pi,
    }
    return functions[head](*found)


def average(name, law, body, values):
    law = values[law] if isinstance(law, str) else law

    def at(place):
        return number(body, {**values, name: place})

    if law[0] == "points":
        return mp.fsum(number(mass, values) * at(number(place, values)) for place, mass in law[1:])
    mean, deviation = (number(part, values) for part in law[1:])
    ends = sorted({mean + k * deviation for k in range(-20, 21, 4)} | {mpf(0)})
    return mp.quad(lambda t: mp.npdf(t, mean, deviation) * at(t), ends)


def near(point, values):
    """A number close to the end of a limit."""
    if isinstance(point, str):
        return mpf({"oo": FAR, "-oo": -FAR}[point])
    side, end = point
    return number(end, values) + (CLOSE if side == "from-above" else -CLOSE)


def taylor(name, body, place, order, values):
    """A function and so many of its derivatives."""
    return mp.diffs(lambda t: number(body, {**values, name: t}), place, order)


def orbit(name, body, start, values):
    place = number(start, values)
    for _ in range(41):
        place = number(body, {**values, name: place})
    return place


def exact(value):
    """The fraction that a number at hand is."""
    significand, exponent = mpf(value).man_exp
    return Fraction(significand) * Fraction(2) ** exponent


def rounded(data, value):
    """Correctly rounded, by fractions alone; None beyond the greatest number."""
    _, precision, least = data
    size = abs(value)
    exponent = least
    if size >= Fraction(2) ** least:
        exponent = size.numerator.bit_length() - size.denominator.bit_length()
        exponent -= size < Fraction(2) ** exponent
    unit = Fraction(2) ** (exponent - precision + 1)
    result = round(value / unit) * unit  # of two equally near ones the even one
    greatest = (2**precision - 1) * Fraction(2) ** (2 - least - precision)
    return result if abs(result) <= greatest else None


def holds(formula, values):
    """Whether a formula holds at values of its variables, as far as numbers show."""
    head, *parts = formula
    match head, parts:
        case "<" | "<=" | "=", (left, right):
            gap = number(right, values) - number(left, values)
            # Derivatives and integrals are good to some ten digits.
            return abs(gap) < 1e-9 if head == "=" else gap > 0 if head == "<" else gap >= 0
        case "and", _:
            return all(holds(part, values) for part in parts)
        case "or", _:
            return any(holds(part, values) for part in parts)
        case "not", (inner,):
            return not holds(inner, values)
        case "=>", (left, right):
            return not holds(left, values) or holds(right, values)
        case "forall" | "forall-law" | "exists-law", (name, inner):
            assert name in values
            return holds(inner, values)
        case "exists1", (name, inner):
            return sum(holds(inner, {**values, name: place}) for place in GRID) == 1
        case "limit", (name, point, body, value):
            if value in ("oo", "-oo"):
                return (
                    abs(number(body, {**values, name: near(point, values)}))
                    >= FAR
                    == (value == "oo")
                )
            gap = number(body, {**values, name: near(point, values)}) - number(value, values)
            return abs(gap) < 0.1
        case "smooth", (order, name, body):
            below, above = (taylor(name, body, place, order, values) for place in (-CLOSE, CLOSE))
            return all(abs(a - b) < 0.01 for a, b in zip(below, above, strict=True))
        case "orbit", (name, body, start, end):
            return abs(orbit(name, body, start, values) - number(end, values)) < 0.1
        case "symmetric", (law,):
            law = values[law] if isinstance(law, str) else law
            masses = {number(place, values): number(mass, values) for place, mass in law[1:]}
            return all(masses.get(-place) == mass for place, mass in masses.items())
        case "integrable", (law, *_):
            return values[law][0] == "points"
        case "float", (data, value):
            return rounded(data, exact(number(value, values))) == exact(number(value, values))
        case "rounds", (data, value, result):
            return rounded(data, exact(number(value, values))) == exact(number(result, values))
    raise AssertionError(f"{head} is not evaluated")


@pytest.mark.parametrize("forgery", FORGERIES, ids=str)
def test_the_kernel_refuses_each(forgery):
    with pytest.raises(RejectedError):
        prove(forgery.statement, forgery.proof)


def test_the_checker_rejects_each(tmp_path):
    claims = [[f"{n}", "PROVED", f.statement, f.proof] for n, f in enumerate(FORGERIES)]
    definitions = [[name, list(names), body] for name, (names, body) in DEFINITIONS.items()]
    proofs = {"definitions": definitions, "claims": claims}
    files = {"proofs.json": to_text(proofs), "statements.json": json.dumps(listed(proofs))}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-I", checker.__file__, *(str(tmp_path / name) for name in files)]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert outcome.returncode == 1, outcome.stderr
    lines = {line.partition(":")[0]: line for line in outcome.stdout.splitlines()}
    accepted = [f.name for n, f in enumerate(FORGERIES) if "REJECTED" not in lines[str(n)]]
    assert not accepted


@pytest.mark.parametrize("forgery", REFUTED, ids=str)
def test_each_statement_is_false(forgery):
    with mpmath.workdps(40):
        values = {
            name: value if isinstance(value, tuple) and value[0] == "points" else number(value, {})
            for name, value in forgery.refutation.items()
        }
        assert not holds(forgery.statement, values)


def test_the_evaluation_tells_true_from_false():
    """It does not call every statement false: the negation of a false one holds."""
    tested = 0
    with mpmath.workdps(40):
        for forgery in REFUTED:
            if not forgery.refutation and forgery.statement[0] in ("<", "<=", "="):
                assert holds(negation(forgery.statement), {})
                tested += 1
    assert tested > 5


def test_they_are_many_and_use_most_rules():
    used = set()

    def look(part):
        if isinstance(part, tuple):
            used.update(RULES.keys() & set(part[:1]))
            for inner in part:
                look(inner)

    for forgery in FORGERIES:
        look(forgery.proof)
    assert len({forgery.name for forgery in FORGERIES}) == len(FORGERIES) >= 60
    assert used == RULES.keys()
