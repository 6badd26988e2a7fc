"""What the claims of mean field theory rest on, and the mutants that turn them over."""

from collections.abc import Callable

import pytest
from sympy import Rational, S

from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.meanfield import preservation
from elu_sym.claims.rules.measured import RatioInEveryRun, RatioOnAverage, Sample
from elu_sym.experiments import depth
from elu_sym.symbols import alpha, sigma


@pytest.mark.parametrize(
    "mutant",
    [
        lambda: preservation.mean_at_zero(
            preservation.gap() * Rational(101, 100), preservation.gap_positive().integrand
        ),
        lambda: preservation.mean_at_zero(
            preservation.curvature()
            - preservation.by_variance(preservation.slope_square()) * sigma**2,
            alpha**2 * preservation.LEFT,
        ),
        lambda: preservation.mean_at_zero(
            preservation.square() - sigma**2 / 2, preservation.LEFT * preservation.ELU
        ),
    ],
)
def test_a_wrong_integrand_proves_nothing(mutant: Callable[[], Assertion]) -> None:
    assert mutant().check().holds is not True


def test_the_price_does_not_depend_on_the_sign_of_the_gap_alone() -> None:
    """Turning the gap round turns the verdict."""
    turned = preservation.mean_at_zero(-preservation.gap(), -preservation.gap_positive().integrand)
    step = turned.check()
    assert step.holds is False
    assert step.witness is not None


EXACT = (("rule", "exact"), ("layer", "100"), ("width", "1024"))


@pytest.mark.parametrize("kind", [RatioOnAverage, RatioInEveryRun])
def test_a_range_beside_the_data_is_contradicted(kind) -> None:
    sample = Sample("second_moment", EXACT)
    assert kind(sample, S.One, Rational(1, 100), Rational(100)).check().holds is True
    assert kind(sample, S.One, Rational(2), None).check().holds is False
    assert kind(sample, S.One, None, Rational(1, 10)).check().holds is False


def test_an_end_inside_the_interval_decides_nothing() -> None:
    sample = Sample("square_deviation", EXACT)
    assert RatioOnAverage(sample, Rational(100), None, Rational(1)).check().holds is None


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        (Sample("second_moment", (("rule", "none"),)), "there are no records"),
        (Sample("second_moment", (("rule", "He"), ("width", "64"))), "is there twice"),
        (
            Sample("loss", (("rule", "He"), ("learning_rate", "0.03"), ("step", "200"))),
            "it diverged",
        ),
        (Sample("gradient_50", (("rule", "He"), ("layer", "100"))), "or there is none"),
    ],
)
def test_what_cannot_be_compared_is_named(sample: Sample, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sample.by_run()


def test_another_table_gives_another_verdict(tmp_path) -> None:
    """The records are read, not remembered: with the rules exchanged the claim falls."""
    text = depth.RESULTS.read_text(encoding="utf-8")
    exchanged = text.replace(",He,", ",*,").replace(",exact,", ",He,").replace(",*,", ",exact,")
    table = tmp_path / "depth.csv"
    table.write_text(exchanged, encoding="utf-8")
    for path, expected in ((None, True), (table, False)):
        chosen = [("layer", "100"), ("width", "1024")]
        he, exact = (
            Sample("second_moment", (("rule", rule), *chosen), path) for rule in ("He", "exact")
        )
        assert RatioOnAverage(he, exact, Rational(40), None).check().holds is expected


def test_a_comparison_without_a_bound_is_none() -> None:
    with pytest.raises(ValueError, match="without a bound"):
        RatioInEveryRun(Sample("second_moment", EXACT), S.One, None, None)


def test_runs_without_partners_are_named() -> None:
    few = Sample("second_moment", (("rule", "He"), ("layer", "100"), ("width", "4096")))
    with pytest.raises(ValueError, match="no partner"):
        RatioOnAverage(few, Sample("second_moment", EXACT), None, S.One).pairs()
    assert RatioOnAverage(few, S.One, None, S.One).check().holds is None, "four seeds are too few"
