import pytest
from sympy import Rational, erfc, exp, sqrt
from textbook import MEAN

from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.certify.mutants import mutants
from elu_sym.symbols import alpha, mu, sigma

t = mu / sigma


def forms(expression, kind):
    return {mutant.expression for mutant in mutants(expression) if mutant.kind == kind}


@pytest.mark.parametrize(
    ("kind", "expression", "mutant"),
    [
        ("sign", mu + alpha * sigma, mu - alpha * sigma),
        ("sign", exp(mu + sigma), exp(mu - sigma)),
        ("sign", exp(mu * sigma), exp(-mu * sigma)),
        ("integer", mu**2, mu**3),
        ("integer", 3 * mu, 2 * mu),
        ("integer", mu / 2, mu / 3),
        ("integer", Rational(3, 2) * mu, 2 * mu),
        ("factor", mu + alpha, mu + 2 * alpha),
        ("factor", exp(mu * sigma), exp(2 * mu * sigma)),
        ("symbol", mu * exp(alpha), mu * exp(mu)),
        ("dropped term", mu + alpha + sigma, mu + sigma),
        ("square", mu * sigma, mu * sigma**2),
        ("square", mu * sigma**2, mu * sigma),
        ("square", NormalCdf(t), NormalCdf(mu / sigma**2)),
        ("complement", mu * NormalCdf(t), mu * (1 - NormalCdf(t))),
        ("complement", mu * erfc(t), mu * (2 - erfc(t))),
        ("shift", NormalCdf(t), NormalCdf(t + sigma)),
        ("shift", exp(mu), exp(mu + 1)),
    ],
)
def test_every_kind_of_change_is_made(kind, expression, mutant):
    assert mutant in forms(expression, kind)


def test_one_occurrence_changes_at_a_time():
    expression = mu * exp(mu)
    assert forms(expression + alpha, "symbol") >= {
        alpha * exp(mu) + alpha,
        mu * exp(alpha) + alpha,
    }
    assert alpha * exp(alpha) + alpha not in forms(expression + alpha, "symbol")


def test_no_mutant_is_the_original_and_none_comes_twice():
    found = [mutant.expression for mutant in mutants(MEAN)]
    assert MEAN not in found
    assert len(found) == len(set(found)) > 80


def test_all_kinds_occur_in_the_mean():
    kinds = {mutant.kind for mutant in mutants(MEAN)}
    assert kinds == {
        "sign",
        "integer",
        "factor",
        "symbol",
        "dropped term",
        "square",
        "complement",
        "shift",
    }


def test_what_is_not_finite_is_left_out():
    for mutant in mutants(sqrt(2) * mu / (sigma - 1)):
        assert mutant.expression.is_finite is not False


def test_the_change_is_told():
    (change,) = [m.change for m in mutants(mu + sigma) if m.expression == mu + sigma**2]
    assert change == "sigma -> sigma**2"
