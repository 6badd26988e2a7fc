"""Assertions about runs: true, false and open ones, and how often their bounds are right."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.stats import binom, norm
from sympy import Rational, S

from elu_sym.certify.witness import Evidence
from elu_sym.claims.chapters import CLAIMS
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules import measured
from elu_sym.claims.rules.measured import (
    CONFIDENCE,
    EXPERIMENTS,
    InEveryRun,
    Sample,
    ShareOfSeeds,
    share_above,
)
from elu_sym.experiments import depth, smooth_ride, tables
from elu_sym.experiments.smooth_ride import Record, run
from elu_sym.symbols import learning_rate, seed

HALF, THIRD = S.Half, Rational(1, 3)

SHARES = [
    each for claim in CLAIMS.values() for each in claim.assertions if isinstance(each, ShareOfSeeds)
]
"""Every statement about a share that a claim makes."""


def claim_of(*assertions) -> Claim:
    return Claim("test.experiment", "A statement.", lambda: assertions, source="the tests")


def runs(activation, measure="overshoot", rates=("0.1",), problem="sine", table=None):
    """A sample of the smooth ride."""
    chosen = ("problem", (problem,)), ("activation", (activation,)), ("learning_rate", rates)
    return Sample("smooth_ride", measure, chosen, table)


def of_table(path, low, high, rule=InEveryRun, measure="overshoot", **options):
    """ELU beside ReLU in a table."""
    pair = (runs(name, measure, table=path) for name in ("ELU(1)", "ReLU"))
    return rule(*pair, low, high, **options).check()


def table(tmp_path, *pairs, measure="overshoot"):
    """A table with one pair of runs a seed: the value of ReLU, that of ELU."""
    path = tmp_path / "table.csv"
    rows = []
    for number, pair in enumerate(pairs):
        for name, value in zip(("ReLU", "ELU(1)"), pair, strict=True):
            run_ = Record("sine", str(number), "0.1", name, "0", "9", reached="1")
            rows.append(run_._replace(**{measure: value}))
    tables.write(rows, Record, path)
    return path


class TestBound:
    """The bound is below the probability as often as is said."""

    def coverage(self, bounds, probability: float) -> float:
        """How often, exactly, the bound of a count among so many seeds is below a probability."""
        counts = np.arange(len(bounds))
        right = np.array(bounds) <= probability
        return float(np.sum(binom.pmf(counts, len(bounds) - 1, probability)[right]))

    @staticmethod
    @cache
    def bounds(seeds: int) -> list[float]:
        return [share_above(count, seeds) for count in range(seeds + 1)]

    @staticmethod
    def normal_bounds(seeds: int) -> list[float]:
        """What a normal approximation gives instead."""
        shares = np.arange(seeds + 1) / seeds
        return list(shares - norm.ppf(CONFIDENCE) * np.sqrt(shares * (1 - shares) / seeds))

    @pytest.mark.parametrize("seeds", [1, 40, 110])
    def test_whatever_the_probability_is(self, seeds: int) -> None:
        bounds, normal = self.bounds(seeds), self.normal_bounds(seeds)
        grid = np.linspace(0, 1, 2001)[1:-1]
        assert min(self.coverage(bounds, p) for p in grid) >= CONFIDENCE
        assert min(self.coverage(normal, p) for p in grid) < 0.9, "the check cannot fail"

    def test_no_bound_is_much_larger_than_it_must_be(self) -> None:
        """One count more, and the bound would be wrong too often."""
        bounds = self.bounds(40)
        larger = [*bounds[1:], 1.0]
        assert max(1 - self.coverage(larger, p - 1e-9) for p in bounds[1:]) > 1 - CONFIDENCE
        assert bounds[0] == 0
        assert bounds[40] == pytest.approx((1 - CONFIDENCE) ** (1 / 40), rel=1e-12)

    @pytest.mark.parametrize("share", SHARES, ids=ShareOfSeeds.to_text)
    def test_with_the_stored_pairs_as_the_population(self, share: ShareOfSeeds) -> None:
        inside = share.inside()
        found = np.mean(inside)
        for seeds in (40, len(inside)):
            assert self.coverage(self.bounds(seeds), found) >= CONFIDENCE

    @pytest.mark.parametrize("experiment", EXPERIMENTS)
    def test_all_together_with_the_stored_pairs_as_the_population(self, experiment: str) -> None:
        """Seeds are drawn again, the same ones for all statements, 10,000 times."""
        chosen = [each for each in SHARES if each.sample.experiment == experiment]
        flags = [each.inside() for each in chosen if not each.differing]
        inside = np.array(flags, dtype=np.int16)
        draws = np.random.default_rng(0).integers(inside.shape[1], size=(10_000, 40))
        counts = np.array([row[draws].sum(axis=1) for row in inside])

        def right(bounds: list[float]) -> float:
            below = np.array(bounds)[counts] <= inside.mean(axis=1, keepdims=True)
            return float(np.mean(np.all(below, axis=0)))

        assert right(self.bounds(40)) >= 1 - len(chosen) * (1 - CONFIDENCE)
        assert right(self.normal_bounds(40)) < 0.9, "the replay cannot fail"

    def test_all_bounds_of_all_claims_are_right_with_99_percent(self) -> None:
        assert len(SHARES) * (1 - CONFIDENCE) <= 0.01


def test_a_share_above_what_is_said_is_evidence(tmp_path) -> None:
    path = table(tmp_path, *[("2", "0.9")] * 39, ("2", "1.1"))
    step = of_table(path, None, HALF, ShareOfSeeds, more_than=HALF)
    assert step.holds is True
    assert step.evidence is Evidence.EXPERIMENT
    assert (
        step.detail == f"39 of 40 seeds; the share is above {share_above(39, 40):.3f} with 99.99 %"
    )
    assert claim_of(step.assertion).check().verdict is Verdict.MEASURED


@pytest.mark.parametrize(("low", "high"), [(HALF, None), (None, Rational(9, 20)), (THIRD, HALF)])
def test_a_share_that_does_not_reach_what_is_said_is_open(low, high, tmp_path) -> None:
    path = table(tmp_path, *[("2", "0.9")] * 20, *[("2", "1.1")] * 20)
    step = of_table(path, low, high, ShareOfSeeds, more_than=HALF)
    assert step.holds is None
    assert "which does not reach 1/2" in step.detail
    assert claim_of(step.assertion).check().verdict is Verdict.UNKNOWN


def test_the_smallest_share_that_is_borne_out(tmp_path) -> None:
    """Of 40 seeds 32 bear out more than half, with 99.99 %, and 31 do not."""
    for count, expected in ((32, True), (31, None)):
        path = table(tmp_path, *[("2", "0.9")] * count, *[("2", "1.1")] * (40 - count))
        step = of_table(path, None, HALF, ShareOfSeeds, more_than=HALF)
        assert step.holds is expected
        tail = binom.sf(count - 1, 40, 0.5)  # so many or more, were it half of all seeds
        assert bool(tail < 1e-4) is bool(expected)


def test_seeds_for_which_the_two_agree_do_not_count_in_a_sign_test(tmp_path) -> None:
    path = table(tmp_path, *[("0", "0.2")] * 20, *[("0", "0")] * 60, measure="overshoot")
    of_all = of_table(path, S.One, None, ShareOfSeeds, more_than=HALF)
    assert (of_all.holds, of_all.detail[:11]) == (None, "20 of 80 se")
    of_differing = of_table(path, S.One, None, ShareOfSeeds, more_than=HALF, differing=True)
    assert (of_differing.holds, of_differing.detail[:11]) == (True, "20 of 20 se")
    assert of_differing.assertion.to_text().endswith("of all seeds for which the two differ")


def test_measures_are_averaged_over_the_runs_of_a_seed(tmp_path) -> None:
    path = tmp_path / "table.csv"
    values = {"ReLU": ("1", "9"), "ELU(1)": ("2", "2")}
    rows = [
        Record("sine", "7", rate, name, "0", "9", overshoot=value)
        for name, pair in values.items()
        for rate, value in zip(("0.1", "1.0"), pair, strict=True)
    ]
    tables.write(rows, Record, path)
    pair = [runs(name, rates=("0.1", "1.0"), table=path) for name in ("ELU(1)", "ReLU")]
    assert ShareOfSeeds(*pair, None, HALF, HALF).inside() == [True]  # 4 beside 10
    assert ShareOfSeeds(pair[0], S(2), None, Rational(101, 100), HALF).inside() == [True]
    step = InEveryRun(*pair, None, HALF).check()
    assert step.witness == {seed: 7, learning_rate: Rational(1, 10)}


def test_the_witness_is_a_run_that_can_be_repeated() -> None:
    pair = (
        runs(name, "velocity_sign_changes", ("1.0", "3.0"), "residual")
        for name in ("ELU(1)", "ReLU")
    )
    witness = InEveryRun(*pair, None, S.One).check().witness
    elu, relu = (
        run("residual", name, float(witness[learning_rate]), int(witness[seed]))
        for name in ("ELU(1)", "ReLU")
    )
    assert elu.velocity_sign_changes > relu.velocity_sign_changes


def test_every_run_is_compared_exactly(tmp_path) -> None:
    path = table(tmp_path, ("0.3", "0.15"), ("2", "1"))
    above, below = HALF + Rational(1, 10**9), HALF - Rational(1, 10**9)
    for low, high, expected in (
        (None, HALF, False),
        (None, above, True),
        (HALF, None, False),
        (below, None, True),
        (below, above, True),
    ):
        assert of_table(path, low, high).holds is expected
    step = of_table(path, None, S.One)
    assert (step.evidence, step.detail) == (Evidence.EXPERIMENT, "all 2 runs agree")


def test_the_exception_is_the_witness(tmp_path) -> None:
    path = table(tmp_path, ("2", "1"), ("2", "3"), ("2", "4"))
    step = of_table(path, None, S.One)
    assert step.witness == {seed: 1, learning_rate: Rational(1, 10)}
    assert step.detail == "in this run 3 and 2"


def test_a_run_that_diverged_is_in_no_range(tmp_path) -> None:
    for pair in (("2", ""), ("", "1"), ("", "")):
        path = table(tmp_path, *[("2", "1")] * 39, pair)
        assert of_table(path, None, S(9)).witness == {seed: 39, learning_rate: Rational(1, 10)}
        step = of_table(path, None, S(9), ShareOfSeeds, more_than=HALF)
        assert step.detail.startswith("39 of 40")


def test_0_may_be_what_is_divided_by_and_a_negative_number_may_not(tmp_path) -> None:
    path = table(tmp_path, ("0", "0"))
    assert of_table(path, None, S.One).holds is False
    assert of_table(path, S.One, None).holds is False
    assert of_table(table(tmp_path, ("0", "0.2")), S.One, None).holds is True
    negative = table(tmp_path, ("-1", "2"), measure="final_loss")
    for rule, options in ((InEveryRun, {}), (ShareOfSeeds, {"more_than": HALF})):
        step = of_table(negative, None, S.One, rule, "final_loss", **options)
        assert step.holds is None
        assert "-1.0 is what is divided by; it must not be negative" in step.detail


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: InEveryRun(runs("ReLU"), S.One, None, None), "without a bound"),
        (lambda: runs("ReLU", "speed"), "measure = 'speed'; the measures are velocity_sign"),
        (lambda: replace(runs("ReLU"), chosen=()), "give values of problem, activation, learning"),
        (
            lambda: replace(runs("ReLU"), chosen=(*runs("ReLU").chosen, ("step", ("1",)))),
            "give values of problem, activation, learning_rate",
        ),
    ],
)
def test_what_says_nothing_is_refused(make, message) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("rule", [InEveryRun, ShareOfSeeds])
@pytest.mark.parametrize(
    ("sample", "message"),
    [
        (runs("ReLU", problem="parity"), "there are no runs of"),
        (runs("GELU"), "there are no runs of"),
        (runs("ReLU", rates=("0.001", "0.007")), r"runs of .* are missing, of the seeds \["),
    ],
)
def test_what_the_records_do_not_say_is_open(rule, sample, message) -> None:
    options = {"more_than": HALF} if rule is ShareOfSeeds else {}
    step = rule(sample, S.One, None, S.One, **options).check()
    assert step.holds is None
    with pytest.raises(ValueError, match=message):
        sample.by_run()


def test_a_run_that_is_there_twice_or_has_no_partner_is_seen(tmp_path) -> None:
    path = table(tmp_path, ("2", "1"), ("2", "1"))
    rows = smooth_ride.read(path)
    tables.write(rows[:-1], Record, path)
    step = of_table(path, None, S.One)
    assert (step.holds, "[('1',)] have no partner" in step.detail) == (None, True)
    tables.write([*rows, rows[-1]], Record, path)
    step = of_table(path, None, S.One)
    assert (step.holds, "('1',) is there twice" in step.detail) == (None, True)


def test_sentences_say_what_is_compared() -> None:
    pair = [runs(name, rates=("0.1", "1.0")) for name in ("ELU(1)", "ReLU")]
    share = ShareOfSeeds(*pair, HALF, S(2), more_than=Rational(3, 4))
    assert share.to_text() == (
        "1/2 < total rise of the loss, ELU(1) / ReLU < 2; problem sine; learning_rate 0.1, 1.0;"
        " for more than 3/4 of all seeds"
    )
    assert r"\frac{1}{2} < \text{ total rise of the loss, ELU(1) / ReLU }" in share.to_latex()
    every = InEveryRun(runs("ReLU", "diverged"), S.One, None, HALF)
    assert every.to_text() == (
        "fraction of diverged runs / 1 < 1/2; problem sine; activation ReLU; learning_rate 0.1;"
        " in every run"
    )


def test_another_table_gives_another_verdict(tmp_path) -> None:
    """The records are read, not remembered: with the rules exchanged the claim falls."""
    text = depth.NEW_RESULTS.read_text(encoding="utf-8")
    exchanged = text.replace(",He,", ",*,").replace(",exact,", ",He,").replace(",*,", ",exact,")
    path = tmp_path / "depth.csv"
    path.write_text(exchanged, encoding="utf-8")
    where = ("layer", ("100",)), ("width", ("1024",)), ("inputs", depth.INPUTS)
    for source, expected in ((None, True), (path, None)):
        he, exact = (
            Sample("depth", "second_moment", (("rule", (rule,)), *where), source)
            for rule in ("He", "exact")
        )
        assert ShareOfSeeds(he, exact, S(30), None, HALF).check().holds is expected


def test_every_measure_of_a_sample_is_in_its_table() -> None:
    for each in SHARES:
        assert each.sample.measure in type(EXPERIMENTS[each.sample.experiment].read()[0])._fields
    assert set(measured.RUN) == set(EXPERIMENTS)
