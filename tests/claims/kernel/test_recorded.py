"""The rule about records: what they bear out, contradict or leave open, and that it shows."""

import dataclasses
import pickle
from fractions import Fraction
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy.stats import binom, norm
from sympy import Rational, S

from elu_sym.algebra.rounding import FLOAT64
from elu_sym.claims.chapters import CLAIMS
from elu_sym.claims.claim import Claim, ProofError, Verdict
from elu_sym.claims.export import exported
from elu_sym.claims.formulas import both, term
from elu_sym.claims.kernel import RULES, Open, RejectedError, Theorem, prove, recorded
from elu_sym.claims.kernel.language import free_variables, renamed, substitute
from elu_sym.claims.kernel.measured_thresholds import Reference
from elu_sym.claims.kernel.proof import check
from elu_sym.claims.kernel.recorded import (
    CONFIDENCE,
    EXPERIMENTS,
    RUN,
    by_run,
    seeds_inside,
    share_above,
)
from elu_sym.claims.measured import (
    PHRASES,
    Sample,
    in_every_run,
    recorded_in,
    share_of_seeds,
    thresholds_within,
)
from elu_sym.claims.statement import RECORDED, Statement, borne_out, contradicted
from elu_sym.claims.tactics import first_of
from elu_sym.experiments import depth, smooth_ride, tables
from elu_sym.experiments.smooth_ride import Record, run
from elu_sym.symbols import learning_rate, seed

HALF, THIRD = S.Half, Rational(1, 3)
MORE_THAN_HALF = partial(share_of_seeds, more_than=HALF)

SHARES = {
    f"{claim.id} {number}": atom
    for claim in CLAIMS.values()
    for number, atom in enumerate(recorded_in(claim.formal.formula), start=1)
    if atom[1] in ("seeds", "differing-seeds")
}
"""Every atom about a share that a claim makes."""


class Judged(NamedTuple):
    """What the records say of an atom: that it is so, that it is not so, or neither."""

    holds: bool | None
    detail: str
    place: dict[Any, Any]


def judged(atom) -> Judged:
    for holds, goal in ((True, atom), (False, ("not", atom))):
        try:
            (finding,) = prove(goal, RECORDED).findings
        except RejectedError as error:
            reason = str(error)
        else:
            assert (finding.atom, finding.holds) == (atom, holds)
            return Judged(holds, finding.detail, dict(finding.place))
    return Judged(None, reason, {})


def runs(activation, measure="overshoot", rates=("0.1",), problem="sine"):
    """A sample of the smooth ride."""
    chosen = ("problem", (problem,)), ("activation", (activation,)), ("learning_rate", rates)
    return Sample("smooth_ride", measure, chosen)


def beside(low, high, says=in_every_run, measure="overshoot", **options):
    """ELU beside ReLU."""
    return says(*(runs(name, measure) for name in ("ELU(1)", "ReLU")), low, high, **options)


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Writes the table that is read: one pair of runs a seed, the value of ReLU and that of ELU."""

    def write(*pairs, measure="overshoot"):
        rows = []
        for number, pair in enumerate(pairs):
            for name, value in zip(("ReLU", "ELU(1)"), pair, strict=True):
                record = Record("sine", str(number), "0.1", name, "0", "9", reached="1")
                rows.append(record._replace(**{measure: value}))
        path = tmp_path / "table.csv"
        tables.write(rows, Record, path)
        monkeypatch.setattr(smooth_ride, "NEW_RESULTS", path)
        monkeypatch.setattr(recorded, "registered_seeds", lambda experiment: range(len(pairs)))
        return path

    return write


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

    @pytest.mark.parametrize("atom", SHARES.values(), ids=SHARES)
    def test_with_the_stored_pairs_as_the_population(self, atom) -> None:
        inside = seeds_inside(atom)
        found = np.mean(inside)
        for seeds in (40, len(inside)):
            assert self.coverage(self.bounds(seeds), found) >= CONFIDENCE

    @pytest.mark.parametrize("experiment", EXPERIMENTS)
    def test_all_together_with_the_stored_pairs_as_the_population(self, experiment: str) -> None:
        """Seeds are drawn again, the same ones for all statements, 10,000 times."""
        chosen = [atom for atom in SHARES.values() if atom[2] == experiment]
        flags = [seeds_inside(atom) for atom in chosen if atom[1] == "seeds"]
        inside = np.array(flags, dtype=np.int16)
        draws = np.random.default_rng(0).integers(inside.shape[1], size=(10_000, 40))
        counts = np.array([row[draws].sum(axis=1) for row in inside])

        def right(bounds: list[float]) -> float:
            below = np.array(bounds)[counts] <= inside.mean(axis=1, keepdims=True)
            return float(np.mean(np.all(below, axis=0)))

        error = len(chosen) * (1 - CONFIDENCE)
        assert right(self.bounds(40)) >= 1 - error
        assert right(self.normal_bounds(40)) < max(0.9, 1 - 100 * error), "the replay cannot fail"

    def test_all_bounds_of_all_claims_are_right_with_99_percent(self) -> None:
        assert len(SHARES) * (1 - CONFIDENCE) <= 0.01


# --- Shares of seeds -------------------------------------------------------------------------


def test_a_share_above_what_is_said_is_borne_out(table) -> None:
    table(*[("2", "0.9")] * 39, ("2", "1.1"))
    found = judged(beside(None, HALF, MORE_THAN_HALF))
    bound = share_above(39, 40)
    assert found == (True, f"39 of 40 seeds; the share is above {bound:.3f} with 99.99 %", {})


@pytest.mark.parametrize(("low", "high"), [(HALF, None), (None, HALF), (THIRD, HALF)])
def test_a_share_that_does_not_reach_what_is_said_is_open(low, high, table) -> None:
    table(*[("2", "0.9")] * 20, *[("2", "1.1")] * 20)
    atom = beside(low, high, MORE_THAN_HALF)
    assert judged(atom).holds is None
    assert "which does not reach 1/2" in judged(atom).detail


def test_the_smallest_share_that_is_borne_out_and_the_largest_that_is_contradicted(table) -> None:
    """Of 40 seeds 32 bear out more than half, with 99.99 %, and 31 do not; 8 contradict it."""
    for count, expected in ((32, True), (31, None), (20, None), (9, None), (8, False), (0, False)):
        table(*[("2", "0.9")] * count, *[("2", "1.1")] * (40 - count))
        assert judged(beside(None, HALF, MORE_THAN_HALF)).holds is expected
        above = binom.sf(count - 1, 40, 0.5)  # so many or more, were it half of all seeds
        below = binom.cdf(count, 40, 0.5)
        assert (bool(above < 1e-4), bool(below < 1e-4)) == (expected is True, expected is False)


def test_the_bound_of_a_share_that_is_contradicted_is_the_one_of_the_others(table) -> None:
    table(*[("2", "0.9")] * 8, *[("2", "1.1")] * 32)
    bound = 1 - share_above(32, 40)
    detail = f"8 of 40 seeds; the share is below {bound:.3f} with 99.99 %"
    assert judged(beside(None, HALF, MORE_THAN_HALF)) == (False, detail, {})


def test_seeds_for_which_the_two_agree_do_not_count_in_a_sign_test(table) -> None:
    table(*[("0", "0.2")] * 20, *[("0", "0")] * 60)
    of_all = judged(beside(1, None, MORE_THAN_HALF))
    assert (of_all.holds, of_all.detail[:11]) == (False, "20 of 80 se")
    of_differing = judged(beside(1, None, MORE_THAN_HALF, differing=True))
    assert (of_differing.holds, of_differing.detail[:11]) == (True, "20 of 20 se")
    table(*[("0", "0")] * 60)
    assert judged(beside(1, None, MORE_THAN_HALF, differing=True)).holds is None


def test_measures_are_averaged_over_the_runs_of_a_seed(table) -> None:
    values = {"ReLU": ("1", "9"), "ELU(1)": ("2", "2")}
    rows = [
        Record("sine", "0", rate, name, "0", "9", overshoot=value)
        for name, pair in values.items()
        for rate, value in zip(("0.1", "1.0"), pair, strict=True)
    ]
    tables.write(rows, Record, table(("1", "1")))
    pair = [runs(name, rates=("0.1", "1.0")) for name in ("ELU(1)", "ReLU")]
    assert seeds_inside(MORE_THAN_HALF(*pair, None, HALF)) == [True]  # 4 beside 10
    assert seeds_inside(MORE_THAN_HALF(pair[0], 2, None, Rational(101, 100))) == [True]
    found = judged(in_every_run(*pair, None, HALF))
    assert found.place == {seed: 0, learning_rate: Rational(1, 10)}


# --- Every run -------------------------------------------------------------------------------


def test_the_witness_is_a_run_that_can_be_repeated() -> None:
    pair = (
        runs(name, "velocity_sign_changes", ("1.0", "3.0"), "residual")
        for name in ("ELU(1)", "ReLU")
    )
    place = judged(in_every_run(*pair, None, 1)).place
    elu, relu = (
        run("residual", name, float(place[learning_rate]), int(place[seed]))
        for name in ("ELU(1)", "ReLU")
    )
    assert elu.velocity_sign_changes > relu.velocity_sign_changes


def test_every_run_is_compared_exactly(table) -> None:
    table(("0.3", "0.15"), ("2", "1"))
    above, below = HALF + Rational(1, 10**9), HALF - Rational(1, 10**9)
    for low, high, expected in (
        (None, HALF, False),
        (None, above, True),
        (HALF, None, False),
        (below, None, True),
        (below, above, True),
    ):
        assert judged(beside(low, high)).holds is expected
    assert judged(beside(None, 1)) == (True, "all 2 runs agree", {})


def test_the_exception_is_the_witness(table) -> None:
    table(("2", "1"), ("2", "3"), ("2", "4"))
    where = {seed: 1, learning_rate: Rational(1, 10)}
    assert judged(beside(None, 1)) == (False, "in this run 3 and 2", where)


def test_a_run_that_diverged_is_in_no_range(table) -> None:
    for pair in (("2", ""), ("", "1"), ("", "")):
        table(*[("2", "1")] * 39, pair)
        assert judged(beside(None, 9)).place == {seed: 39, learning_rate: Rational(1, 10)}
        assert judged(beside(None, 9, MORE_THAN_HALF)).detail.startswith("39 of 40")


def test_0_may_be_what_is_divided_by_and_a_negative_number_may_not(table) -> None:
    table(("0", "0"))
    assert judged(beside(None, 1)).holds is False
    assert judged(beside(1, None)).holds is False
    table(("0", "0.2"))
    assert judged(beside(1, None)).holds is True
    table(("-1", "2"), measure="final_loss")
    for says in (in_every_run, MORE_THAN_HALF):
        found = judged(beside(None, 1, says, "final_loss"))
        assert found.holds is None
        assert "-1.0 is what is divided by; it must not be negative" in found.detail


# --- What the records do not say -------------------------------------------------------------


@pytest.mark.parametrize("says", [in_every_run, MORE_THAN_HALF])
@pytest.mark.parametrize(
    ("sample", "message"),
    [
        (runs("ReLU", problem="parity"), "there are no runs of"),
        (runs("GELU"), "there are no runs of"),
        (runs("ReLU", rates=("0.001", "0.007")), r"runs of .* are missing, of the seeds \["),
        (runs("ReLU")._replace(chosen=()), "give values of problem, activation, learning"),
        (
            runs("ReLU")._replace(chosen=(*runs("ReLU").chosen, ("step", ("1",)))),
            "give values of problem, activation, learning_rate",
        ),
        (
            runs("ReLU")._replace(chosen=(*runs("ReLU").chosen[:2], ("learning_rate", "0.1"))),
            "give values of problem, activation, learning_rate",
        ),
    ],
)
def test_what_the_records_do_not_say_is_open(says, sample, message) -> None:
    assert judged(says(sample, 1, None, 1)).holds is None
    with pytest.raises(ValueError, match=message):
        by_run(*sample)


def test_a_run_that_is_missing_or_there_twice_or_of_another_seed_is_seen(table) -> None:
    path = table(("2", "1"), ("2", "1"))
    rows = smooth_ride.read(path)
    for changed, reason in (
        (rows[:-1], "are missing, of the seeds ['1']"),
        (rows[:-2], "are missing, of the seeds ['1']"),
        (rows[2:], "are missing, of the seeds ['0']"),
        ([*rows, rows[-1]], "('1',) is there twice"),
        ([*rows, *(row._replace(seed="2") for row in rows[:2])], "the seeds ['2'] are not among"),
    ):
        tables.write(changed, Record, path)
        found = judged(beside(None, 1))
        assert found.holds is None
        assert reason in found.detail


def test_runs_at_other_learning_rates_are_no_partners() -> None:
    first, second = (
        runs(name, rates=("0.001", rate)) for name, rate in (("ELU(1)", "0.003"), ("ReLU", "0.01"))
    )
    found = judged(in_every_run(first, second, None, 1))
    assert (found.holds, "have no partner" in found.detail) == (None, True)


TRUE = ("<", 0, 1)
SHOWN = ("combine", ((1, -1),))
NUMPY = "numpy", ("exp", "expm1"), (FLOAT64,), Reference.EACH_ROUNDED
ATOM = thresholds_within(*NUMPY, least=0, greatest=0, cases=2)
"""What the records bear out."""


@pytest.mark.parametrize(
    "formula",
    [
        TRUE,
        ("not", TRUE),
        ("recorded",),
        ("recorded", "anything"),
        ("recorded", "runs"),
        ("recorded", "seeds", *ATOM[2:]),
        ("recorded", "runs", "depth", "rule", (), 1, None, 1),
        ("recorded", "runs", "width", "loss", (), 1, None, 1),
        (*beside(None, 1)[:6], ("/", 1, 0), None, 1),
        (*beside(None, 1)[:6], "x", None, 1),
        (*beside(None, 1)[:6], 1, None, ("exp", 1)),
        ATOM[:-2],
        (*ATOM, 4096),
        (*ATOM[:5], "the threshold", *ATOM[6:]),
        both(ATOM, ATOM),
        (*ATOM[:3], "expm1", *ATOM[4:]),  # of which exp is a part
        (*ATOM[:4], "float64", *ATOM[5:]),
    ],
    ids=str,
)
def test_what_is_no_atom_about_records_is_neither_borne_out_nor_contradicted(formula) -> None:
    assert judged(formula).holds is None


@pytest.mark.parametrize("measure", ["seed", "learning_rate", "count", "_fields"])
def test_what_was_given_is_no_measure(measure, table) -> None:
    """All of the registered seeds are large numbers, and not more than half of all seeds are."""
    table(*[("2", "1")] * 40)
    for says in (in_every_run, MORE_THAN_HALF):
        atom = says(runs("ReLU"), 1, -1, None)
        assert judged(atom).holds is True
        assert judged((*atom[:3], measure, *atom[4:])).holds is None


def test_an_atom_has_no_variables() -> None:
    for atom in (ATOM, beside(None, 1), *SHARES.values()):
        assert free_variables(atom) == frozenset()
        assert substitute(atom, "runs", 1) == renamed(atom, {"runs": "#0"}) == atom


def test_every_measure_is_in_its_table() -> None:
    for _, _, experiment, measure, *_ in SHARES.values():
        assert measure in type(EXPERIMENTS[experiment].read()[0])._fields
        assert measure in PHRASES
    assert set(RUN) == set(EXPERIMENTS)


# --- Mutants ---------------------------------------------------------------------------------


@pytest.mark.parametrize("atom", list(SHARES.values())[::4], ids=list(SHARES)[::4])
def test_a_share_that_is_raised_to_its_bound_is_not_borne_out(atom) -> None:
    inside = seeds_inside(atom)
    bound = Fraction(share_above(sum(inside), len(inside)))
    *others, share = atom
    assert Fraction(str(Rational(*share[1:]))) < bound
    below = bound - Fraction(1, 10**9)
    for value, expected in ((below, True), (bound, None)):
        raised = (*others, ("/", value.numerator, value.denominator))
        assert judged(raised).holds is expected


@pytest.mark.parametrize("atom", list(SHARES.values())[::8], ids=list(SHARES)[::8])
def test_no_share_is_borne_out_in_another_range_by_other_seeds_or_without_a_run(
    atom, monkeypatch
) -> None:
    module, chosen = EXPERIMENTS[atom[2]], atom[4]
    rows = module.read(module.NEW_RESULTS)

    def holds(kept, seeds=None) -> bool | None:
        monkeypatch.setattr(module, "read", lambda path: kept)
        if seeds is not None:
            monkeypatch.setattr(recorded, "registered_seeds", lambda experiment: seeds)
        return judged(atom).holds

    last = rows[-1].seed
    meant = (row for row in rows if all(getattr(row, name) in v for name, v in chosen))
    gone = next(meant)
    assert holds(rows) is True
    *others, _, _, share = atom
    for ends in ((10**9, None), (None, 0)):
        assert judged((*others, *ends, share)).holds is not True
    assert holds([row for row in rows if row is not gone]) is None
    assert holds([row for row in rows if row.seed != last]) is None
    # Were the last one all that there is, it would bear out nothing.
    assert holds([row for row in rows if row.seed == last], seeds=[last]) is None


def test_another_table_gives_another_verdict(tmp_path, monkeypatch) -> None:
    """The records are read, not remembered: with the rules exchanged the claim falls."""
    text = depth.NEW_RESULTS.read_text(encoding="utf-8")
    exchanged = text.replace(",He,", ",*,").replace(",exact,", ",He,").replace(",*,", ",exact,")
    path = tmp_path / "depth.csv"
    path.write_text(exchanged, encoding="utf-8")
    where = ("layer", ("100",)), ("width", ("1024",)), ("inputs", depth.INPUTS)
    he, exact = (
        Sample("depth", "second_moment", (("rule", (rule,)), *where)) for rule in ("He", "exact")
    )
    atom = MORE_THAN_HALF(he, exact, 30, None)
    assert judged(atom).holds is True
    monkeypatch.setattr(depth, "NEW_RESULTS", path)
    assert judged(atom).holds is False


# --- What rests on an experiment shows it ------------------------------------------------------

USED = ("use", 0, (("by", RECORDED),), ("fact", 1))
HIDDEN: dict[str, tuple[Any, Any]] = {
    "as it stands": (ATOM, RECORDED),
    "in a list": (ATOM, ["recorded"]),
    "found by a tactic": (ATOM, Open(lambda goal, context: RECORDED)),
    "found at the second try": (ATOM, first_of(lambda: ("fact", 0), lambda: RECORDED)),
    "have": (TRUE, ("have", ATOM, RECORDED, SHOWN)),
    "have, deep inside": (TRUE, ("have", TRUE, ("have", ATOM, RECORDED, SHOWN), SHOWN)),
    "cases": (TRUE, ("cases", ATOM, SHOWN, ("have", ATOM, RECORDED, SHOWN))),
    "split": (both(TRUE, ATOM), ("split", SHOWN, RECORDED)),
    "choose": (("or", TRUE, ATOM), ("witness", 1, RECORDED)),
    "assume": (("=>", TRUE, ATOM), ("assume", RECORDED)),
    "as the negation of a negation": (("not", ("not", ATOM)), RECORDED),
    "a negation used": (("=>", ("not", ATOM), ("<", 0, 0)), ("assume", USED)),
    "contradict": (ATOM, ("contradict", USED)),
    "generalize": (("forall", "x", ATOM), ("generalize", "x", RECORDED)),
    "generalize to a law": (("forall-law", "p", ATOM), ("generalize", "p", RECORDED)),
    "witness": (("exists", "x", ATOM), ("witness", 0, RECORDED)),
    "obtain": (
        TRUE,
        ("have", ("exists", "x", ATOM), ("witness", 0, RECORDED), ("obtain", 0, "y", SHOWN)),
    ),
    "use": (
        TRUE,
        (
            *("have", ("=>", ATOM, TRUE), ("assume", SHOWN)),
            ("use", 0, (("by", RECORDED),), ("fact", 1)),
        ),
    ),
    "either": (
        TRUE,
        (
            *("have", ("or", ATOM, TRUE), ("witness", 0, RECORDED)),
            ("cases", 0, SHOWN, ("fact", 1)),
        ),
    ),
    "replace": (
        ("forall", "x", ("=>", ("=", "x", 0), ATOM)),
        ("generalize", "x", ("assume", ("replace", 0, "hole", ATOM, RECORDED))),
    ),
}


@pytest.mark.parametrize(("formula", "proof"), HIDDEN.values(), ids=HIDDEN)
def test_whatever_uses_an_experiment_is_measured(formula, proof) -> None:
    theorem = prove(formula, proof)
    assert theorem.is_measured
    assert [(each.atom, each.holds) for each in theorem.findings] == [(ATOM, True)]
    claim = Claim("test.hidden", "A sentence.", Statement(formula, proof), "the tests")
    outcome = claim.check()
    assert outcome.verdict is Verdict.MEASURED
    assert not outcome.is_expected
    (shown,) = outcome.to_json()["findings"]
    assert shown["formula"] == Statement(ATOM, None).to_text()
    with pytest.raises(ProofError, match=r"test\.hidden has no proof"):
        exported([outcome])


PROPER: dict[str, tuple[Any, Any]] = {
    "another statement": (TRUE, SHOWN),
    "as a hypothesis": (("=>", ATOM, ATOM), ("assume", ("fact", 0))),
    "by its name alone": (TRUE, ("have", ("or", ATOM, TRUE), ("witness", 1, SHOWN), SHOWN)),
    "in either case": (
        ("or", ATOM, ("not", ATOM)),
        ("cases", ATOM, ("witness", 0, ("fact", 0)), ("witness", 1, ("fact", 0))),
    ),
}


@pytest.mark.parametrize(("formula", "proof"), PROPER.values(), ids=PROPER)
def test_what_only_speaks_of_one_is_a_proper_theorem(formula, proof) -> None:
    assert not prove(formula, proof).is_measured


def test_a_theorem_forgets_nothing_of_another_one() -> None:
    assert prove(ATOM, RECORDED).is_measured
    assert not prove(TRUE, SHOWN).is_measured


def test_the_findings_of_a_theorem_cannot_be_removed() -> None:
    theorem = prove(ATOM, RECORDED)
    with pytest.raises(dataclasses.FrozenInstanceError):
        theorem.findings = ()  # type: ignore[misc]
    with pytest.raises(TypeError, match="a theorem is made by"):
        dataclasses.replace(theorem, findings=())
    with pytest.raises(TypeError, match="a theorem is made by"):
        Theorem(theorem.statement, theorem.proof, ())
    assert pickle.loads(pickle.dumps(theorem)) == theorem
    assert hash(theorem) == hash(prove(ATOM, RECORDED))


def test_a_tactic_takes_no_finding_away_and_adds_none() -> None:
    def forgetful(goal, context):
        context.findings.clear()
        return SHOWN

    assert prove(TRUE, ("have", ATOM, RECORDED, Open(forgetful))).is_measured

    def hesitant(goal, context):
        check(ATOM, context, RECORDED)
        return SHOWN

    assert not prove(TRUE, Open(hesitant)).is_measured


def test_the_verdict_is_not_that_of_the_caller() -> None:
    less = thresholds_within(*NUMPY, least=1, greatest=2, cases=2)
    for statement, verdict in (
        (borne_out(ATOM), Verdict.MEASURED),
        (contradicted(ATOM), Verdict.UNKNOWN),
        (contradicted(less), Verdict.CONTRADICTED),
        (borne_out(less), Verdict.UNKNOWN),
        (borne_out(ATOM, less), Verdict.UNKNOWN),
        (contradicted(ATOM, less), Verdict.CONTRADICTED),
        (contradicted(ATOM, ATOM), Verdict.UNKNOWN),
    ):
        for expected in set(Verdict) - {Verdict.UNKNOWN}:
            outcome = Claim("test.a", "A.", statement, "tests", expected=expected).check()
            assert outcome.verdict is verdict
            assert outcome.is_expected is (expected is verdict)


def test_a_broken_rule_is_seen_by_what_it_must_not_accept(monkeypatch) -> None:
    """Were the rule to forget its finding, the tests above would see it."""
    monkeypatch.setitem(RULES, "recorded", lambda goal, context: None)
    assert not prove(ATOM, RECORDED).is_measured
    with pytest.raises(AssertionError):
        test_whatever_uses_an_experiment_is_measured(*HIDDEN["have"])


def test_terms_of_an_atom_are_those_of_the_language() -> None:
    assert beside(THIRD, 2)[-2:] == (term(THIRD), 2) == (("/", 1, 3), 2)
