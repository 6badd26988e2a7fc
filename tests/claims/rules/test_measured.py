"""Assertions about runs: true, false and open ones."""

import re

import pytest
from sympy import Integer, Rational, S

from elu_sym.certify.witness import Evidence
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules.measured import (
    DifferenceInEveryRun,
    MeasuredDifference,
    RatioInEveryRun,
    RatioOnAverage,
    Sample,
)
from elu_sym.experiments import depth, smooth_ride, tables
from elu_sym.experiments.smooth_ride import Record, run
from elu_sym.symbols import learning_rate, seed

HALF = Rational(1, 2)


def claim_of(*assertions) -> Claim:
    return Claim("test.experiment", "A statement.", lambda: assertions, source="the tests")


def overshoot(low, high, **options):
    return MeasuredDifference("residual", "overshoot", "ELU(1)", low, high, **options)


def test_an_interval_inside_the_range_is_evidence() -> None:
    step = overshoot(Integer(-1), -HALF).check()
    assert step.holds is True
    assert step.evidence is Evidence.EXPERIMENT
    assert re.search(r"99.9 % interval \[-0\.\d+, -0\.\d+\] from 40 pairs", step.detail)
    assert claim_of(step.assertion).check().verdict is Verdict.MEASURED


@pytest.mark.parametrize("bounds", [(-HALF, None), (None, Rational(-99, 100)), (-HALF, HALF)])
def test_an_interval_outside_the_range_contradicts_but_shows_no_run(bounds) -> None:
    step = overshoot(*bounds).check()
    assert (step.holds, step.witness) == (False, {})
    assert claim_of(step.assertion).check().verdict is Verdict.UNKNOWN


ABOVE, BELOW = Rational(-39, 50), Rational(-17, 20)  # inside the interval, beside the estimate


@pytest.mark.parametrize("bounds", [(None, ABOVE), (None, BELOW), (ABOVE, None), (BELOW, None)])
def test_an_interval_across_a_bound_is_open(bounds) -> None:
    step = overshoot(*bounds).check()
    assert step.holds is None
    assert "an end of the range is inside" in step.detail


@pytest.mark.parametrize("rule", [MeasuredDifference, DifferenceInEveryRun])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("parity", "overshoot", "ELU(1)", None, HALF), "no records of parity"),
        (("sine", "overshoot", "GELU", None, HALF), "no records of sine with GELU"),
        (("sine", "overshoot", "ELU(1)", None, HALF, (Rational(1, 7),)), "0.001, 0.003"),
        (("sine", "overshoot", "ELU(1)", None, HALF, (Rational(6, 100),)), "has no overshoot"),
    ],
)
def test_what_the_records_do_not_say_is_open(rule, arguments, message) -> None:
    step = rule(*arguments).check()
    assert step.holds is None
    assert message in step.detail


def test_a_comparison_without_a_bound_is_refused() -> None:
    with pytest.raises(ValueError, match="without a bound"):
        overshoot(None, None)


def test_a_measure_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="measure = 'speed'; the measures are velocity_sign"):
        MeasuredDifference("sine", "speed", "ELU(1)", None, HALF)


def test_the_witness_is_a_run_that_can_be_repeated() -> None:
    assertion = DifferenceInEveryRun(
        "residual", "velocity_sign_changes", "ELU(1)", None, Integer(0)
    )
    witness = assertion.check().witness
    elu, relu = (
        run("residual", name, float(witness[learning_rate]), int(witness[seed]))
        for name in ("ELU(1)", "ReLU")
    )
    assert elu.velocity_sign_changes > relu.velocity_sign_changes


def table(tmp_path, *pairs, measure="overshoot", reached=("1", "1")):
    """A table with one pair of runs a seed: the value of ReLU, that of ELU."""
    path = tmp_path / "table.csv"
    rows = []
    for number, pair in enumerate(pairs):
        for name, value, there in zip(("ReLU", "ELU(1)"), pair, reached, strict=True):
            run_ = Record("sine", str(number), "0.1", name, "0", "9", reached=there)
            rows.append(run_._replace(**{measure: value}))
    tables.write(rows, Record, path)
    return path


def every_run(path, low, high, measure="overshoot"):
    return DifferenceInEveryRun("sine", measure, "ELU(1)", low, high, table=path).check()


def test_every_run_is_compared_exactly(tmp_path) -> None:
    path = table(tmp_path, ("0.3", "0.15"), ("2", "1"))
    assert every_run(path, None, -HALF).holds is False
    assert every_run(path, None, -HALF + Rational(1, 10**9)).holds is True
    assert every_run(path, -HALF, None).holds is False
    assert every_run(path, -HALF - Rational(1, 10**9), None).holds is True
    step = every_run(path, None, Integer(0))
    assert (step.evidence, step.detail) == (Evidence.EXPERIMENT, "all 2 pairs of runs agree")


def test_the_exception_is_the_witness(tmp_path) -> None:
    path = table(tmp_path, ("2", "1"), ("2", "3"), ("2", "4"))
    step = every_run(path, None, Integer(0))
    assert step.witness == {seed: 1, learning_rate: Rational(1, 10)}
    assert step.detail == "in this run 3 with ELU(1), 2 with ReLU"


def test_without_a_unit_there_is_no_range(tmp_path) -> None:
    path = table(tmp_path, ("0", "0"))
    assert every_run(path, None, Integer(0)).holds is False
    assert every_run(path, Integer(0), None).holds is False
    negative = table(tmp_path, ("-1", "2"), measure="final_loss")
    step = every_run(negative, None, Integer(0), "final_loss")
    assert step.holds is None
    assert "is no unit" in step.detail


@pytest.mark.parametrize("reached", [("0", "1"), ("1", "0"), ("0", "0")])
def test_a_censored_run_is_no_exception_and_no_support(tmp_path, reached) -> None:
    path = table(tmp_path, ("9", "9"), measure="steps_to_tolerance", reached=reached)
    step = every_run(path, None, Integer(0), "steps_to_tolerance")
    assert step.holds is None
    assert step.detail == "1 of 1 pairs of runs are censored"


def test_a_run_without_a_partner_is_open(tmp_path) -> None:
    path = table(tmp_path, ("2", "1"), ("2", "1"))
    tables.write(smooth_ride.read(path)[:-1], Record, path)
    step = every_run(path, None, Integer(0))
    assert step.holds is None
    assert "has one run, not two" in step.detail


def test_sentences_say_what_is_compared() -> None:
    assertion = overshoot(-HALF, None, rates=(Integer(3),))
    assert assertion.to_text() == (
        "residual at learning rate 3: -1/2 < relative difference in total rise of the loss,"
        " ELU(1) less ReLU, on average over seeds"
    )
    assert r"- \frac{1}{2} < \text{ relative difference in total rise" in assertion.to_latex()
    diverged = DifferenceInEveryRun("digits", "diverged", "ELU(2)", None, HALF)
    assert diverged.to_text() == (
        "digits: difference in fraction of diverged runs, ELU(2) less ReLU < 1/2, in every run"
    )
    assert "relative" not in diverged.to_latex()


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
