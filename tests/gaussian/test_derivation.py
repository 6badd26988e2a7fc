"""A derivation is believed for its checks, so every step that is altered must be found out."""

from copy import copy
from dataclasses import replace

import pytest
from sympy import Add, S, Symbol, oo
from sympy.stats import Normal

from elu_sym.activations import Celu, Elu, EluDerivative
from elu_sym.gaussian.derivation import (
    BoundaryTerm,
    Check,
    DefiniteIntegral,
    Derivation,
    DerivationError,
    Step,
)
from elu_sym.gaussian.engine import RULES, derive_expectation
from elu_sym.gaussian.identity import IdentityDerivation
from elu_sym.symbols import alpha, mu, sigma, x, z

X = Normal("X", mu, sigma)
SECOND_MOMENT = derive_expectation(Elu(X, alpha) ** 2, X)
RULE_NAMES = [rule.name for rule in RULES]


def altered(derivation: Derivation, position: int, **changes) -> Derivation:
    """One with another step, past the constructor, which does not take a wrong result."""
    steps = list(derivation.steps)
    steps[position] = replace(steps[position], **changes)
    if "after" in changes and position + 1 < len(steps):
        steps[position + 1] = replace(steps[position + 1], before=changes["after"])
    tampered = copy(derivation)
    object.__setattr__(tampered, "steps", tuple(steps))
    return tampered


def test_an_untouched_derivation_rechecks():
    SECOND_MOMENT.recheck()
    assert [step.rule.name for step in SECOND_MOMENT.steps] == RULE_NAMES
    assert not any(step.failed for step in SECOND_MOMENT.steps)


ALTERATIONS = {
    "a term is dropped": lambda terms: terms[1:] or (S.Zero,),
    "a term is added": lambda terms: (*terms, alpha),
    "the first term is doubled": lambda terms: (2 * terms[0], *terms[1:]),
    "the last term changes its sign": lambda terms: (*terms[:-1], -terms[-1]),
    "sigma stands for sigma squared": lambda terms: tuple(t.subs(sigma, sigma**2) for t in terms),
    "alpha is off by one": lambda terms: tuple(t.subs(alpha, alpha + 1) for t in terms),
}


@pytest.mark.parametrize("alteration", ALTERATIONS)
@pytest.mark.parametrize("position", range(len(RULES)), ids=RULE_NAMES)
def test_recheck_names_the_step_that_was_altered(position, alteration):
    after = ALTERATIONS[alteration](SECOND_MOMENT.steps[position].after)
    tampered = altered(SECOND_MOMENT, position, after=after)
    with pytest.raises(DerivationError, match=rf"step {position + 1} \({RULE_NAMES[position]}\)"):
        tampered.recheck()


@pytest.mark.parametrize("alteration", list(ALTERATIONS)[:-1])
def test_no_derivation_has_a_wrong_result(alteration):
    *steps, last = SECOND_MOMENT.steps
    wrong = replace(last, after=ALTERATIONS[alteration](Add.make_args(SECOND_MOMENT.result)))
    with pytest.raises(DerivationError, match="at alpha = 1/2, mu = 7/5, sigma = 3/11 agrees"):
        Derivation(SECOND_MOMENT.hypotheses, (*steps, wrong))


def test_recheck_takes_no_value_on_trust():
    trusting = replace(RULES[-1], check=lambda *_: [Check("taken on trust", True)])
    wrong = (SECOND_MOMENT.result * (1 + S(10) ** -6),)
    tampered = altered(SECOND_MOMENT, len(RULES) - 1, rule=trusting, after=wrong)
    with pytest.raises(DerivationError, match=r"not so, the value at .* agrees with quadrature"):
        tampered.recheck()


def test_no_derivation_has_a_symbol_of_its_own():
    *steps, last = SECOND_MOMENT.steps
    placeholder = Symbol("sqrt(2*pi)", positive=True)
    leaking = replace(last, after=(SECOND_MOMENT.result.subs(sigma, sigma * placeholder),))
    with pytest.raises(DerivationError, match=r"has \{sqrt\(2\*pi\)\}, which"):
        Derivation(SECOND_MOMENT.hypotheses, (*steps, leaking))


@pytest.mark.parametrize("end", [S.One, -S.One, sigma])
def test_recheck_notices_ends_that_were_moved(end):
    (left, right) = SECOND_MOMENT.steps[0].after
    moved = (
        DefiniteIntegral(left.function, (x, -oo, end)),
        DefiniteIntegral(right.function, (x, end, oo)),
    )
    with pytest.raises(DerivationError, match="split_at_kink"):
        altered(SECOND_MOMENT, 0, after=moved).recheck()


def test_recheck_notices_a_step_that_starts_elsewhere():
    tampered = altered(SECOND_MOMENT, 3, before=SECOND_MOMENT.steps[0].before)
    with pytest.raises(DerivationError, match=r"step 4 .* does not start where"):
        tampered.recheck()


def test_a_step_without_a_check_does_not_hold():
    step = SECOND_MOMENT.steps[0]
    assert Step(step.rule, step.before, step.after, ()).failed


def test_a_wrong_rule_stops_the_engine(monkeypatch):
    from elu_sym.gaussian import engine

    def complete_square(terms, law):
        return tuple(2 * term for term in terms)

    wrong = replace(engine.RULES[2], apply=complete_square)
    rules = (*engine.RULES[:2], wrong, *engine.RULES[3:])
    monkeypatch.setattr(engine, "RULES", rules)
    with pytest.raises(DerivationError, match="complete_square"):
        engine.derive_expectation(Elu(X, alpha), X)


def test_atoms_are_checked_too():
    second_derivative = EluDerivative(x, alpha).diff(x).subs(x, X)
    derivation = derive_expectation(second_derivative, X)
    derivation.recheck()
    without_atom = tuple(term for term in derivation.steps[0].after if term.has(x))
    assert without_atom != derivation.steps[0].after
    with pytest.raises(DerivationError, match="split_at_kink"):
        altered(derivation, 0, after=without_atom).recheck()


@pytest.mark.parametrize("position", [0, 3])
def test_a_boundary_term_stands_for_no_integral(position):
    """It has the form of one; where a piece or a substitution is checked it proves nothing."""
    after = SECOND_MOMENT.steps[position].after
    first = after[0].atoms(DefiniteIntegral).pop()
    changed = after[0].xreplace({first: BoundaryTerm(*first.args)})
    with pytest.raises(DerivationError, match=RULE_NAMES[position]):
        altered(SECOND_MOMENT, position, after=(changed, *after[1:])).recheck()


def test_text_and_latex_show_every_step():
    derivation = derive_expectation(Celu(X, alpha), X)
    text, printed = derivation.to_text(), derivation.to_latex()
    for name in RULE_NAMES:
        assert name in text
        assert name.replace("_", r"\_") in printed
    assert "FAILED" not in text
    assert printed.startswith(r"\begin{align*}")
    assert derivation._repr_latex_() == printed


def test_a_boundary_term_prints_its_ends():
    term = BoundaryTerm(z, (z, S.Zero, S.One))
    assert str(term) == "[z for z from 0 to 1]"


def test_an_identity_rechecks_its_parts():
    mean = derive_expectation(Elu(X, alpha), X)
    parts = {"second_moment": SECOND_MOMENT, "mean": mean}
    variance = IdentityDerivation("variance", parts, lambda second, first: second - first**2)
    variance.recheck()
    assert variance.identity == "variance = -mean**2 + second_moment"
    broken = altered(mean, 2, after=tuple(2 * term for term in mean.steps[2].after))
    with pytest.raises(DerivationError, match=r"mean: step 3 \(complete_square\)"):
        IdentityDerivation("variance", {**parts, "mean": broken}, variance.combine).recheck()


def test_a_tampered_identity_result_is_noticed():
    mean = derive_expectation(Elu(X, alpha), X)
    tampered = IdentityDerivation("twice", {"mean": mean}, lambda first: 2 * first)
    tampered.__dict__["result"] = 3 * mean.result
    with pytest.raises(DerivationError, match="twice = 2"):
        tampered.recheck()
