"""The report passes when everything holds, and fails for every reason there is to fail."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import elu_sym
from elu_sym import mean, verify
from elu_sym.algebra.rounding import FLOAT64
from elu_sym.certify.witness import Evidence, Witness
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.formulas import equal, for_all
from elu_sym.claims.kernel.measured_thresholds import Reference
from elu_sym.claims.measured import thresholds_within
from elu_sym.claims.report import (
    ClaimReport,
    FormulaReport,
    Report,
)
from elu_sym.claims.statement import Statement, borne_out, contradicted, refuted
from elu_sym.claims.tactics import ALGEBRA, auto, counterexample, intro, tactic
from elu_sym.numeric.function import implementation
from elu_sym.symbols import alpha, x

SAME = Statement(for_all(x, equal(x, x)), intro(ALGEBRA))


def report_of(claim: Claim) -> Report:
    return Report((ClaimReport(claim.check(), tuple(c.check() for c in claim.false_claims)),), ())


def test_claims_are_reported_by_chapters_with_witnesses_neighbours_and_time():
    report = verify(["regularity", "shape.convex"])
    assert report.passed
    verdicts = [claim.outcome.verdict for claim in report.claims]
    assert verdicts == [Verdict.PROVED] * 6 + [Verdict.REFUTED]
    for entry in report.to_json()["claims"]:
        assert entry["witnesses"]
        assert entry["neighbours"]
        assert entry["seconds"] >= 0
        assert entry["passed"]
        assert (entry["witness"] is None) == (entry["verdict"] == "PROVED")
        assert all(neighbour["witness"] for neighbour in entry["neighbours"])
    assert entry["witness"] == {"alpha": "2", "x": "1", "y": "-1", "w": "1/2"}
    assert entry["finding"].startswith("its negation has a proof of ")
    assert report.to_json()["passed"]
    assert report.to_json()["counts"] == report.counts
    assert (report.counts["claims"], report.counts["refuted"]) == (7, 11)
    text = report.to_text()
    assert text.index("--- Regularity ---") < text.index("--- Shape ---")
    assert "fails at alpha = 2, x = 1, y = -1, w = 1/2\n" in text
    assert "derivation: its negation has a proof of " in text
    assert text.endswith(report.summary())
    assert report.summary().splitlines()[:2] == [
        "7 of 7 claims as expected (6 PROVED, 1 REFUTED),",
        "11 of 11 false neighbours as expected (11 REFUTED),",
    ]


def test_formulas_of_two_inputs_have_a_section_of_their_own():
    report = verify(["relu.mean", "relu.input_covariance", "relu_elu.distance"])
    assert report.passed
    text = report.to_text()
    assert text.index("--- Formulas ---") < text.index("--- Formulas of two inputs ---")
    assert "CERTIFIED relu_elu.distance: the mean of the squared difference of relu(X)" in text
    assert report.counts["certified"] == report.counts["formulas"] == 3
    entry = report.to_json()["formulas"][1]
    assert [witness["kind"] for witness in entry["witnesses"]] == ["derivation", "limits", "arb"]


def test_a_neighbour_that_is_true_fails_the_run():
    claim = Claim("test.claim", "x.", SAME, "me", neighbours={"x is x.": SAME})
    report = report_of(claim)
    assert report.claims[0].outcome.verdict is Verdict.PROVED
    assert not report.passed
    assert "NOT REFUTED (PROVED): x is x." in report.to_text()
    assert "0 of 1 false neighbours as expected (1 PROVED)" in report.to_text()


def test_a_neighbour_of_a_measured_claim_is_contradicted_and_no_other_one():
    exp = "numpy", ("exp",), (FLOAT64,), Reference.EACH_ROUNDED
    atom, false = (thresholds_within(*exp, least=least, greatest=2, cases=1) for least in (0, 1))
    fields = {"source": "me", "neighbours": {"At least 1.": contradicted(false)}}
    measured = Claim("test.claim", "x.", borne_out(atom), expected=Verdict.MEASURED, **fields)
    report = report_of(measured)
    assert report.passed
    assert report.claims[0].refuted == 1
    assert report.to_json()["claims"][0]["witnesses"][0]["kind"] == "experiment"
    assert "1 of 1 claims as expected (1 MEASURED)" in report.summary()
    # The same neighbour beside a theorem would have to be refuted.
    report = report_of(Claim("test.claim", "x is x.", SAME, **fields))
    assert report.claims[0].outcome.is_expected
    assert not report.passed
    assert "NOT REFUTED (CONTRADICTED): At least 1." in report.to_text()


def test_a_neighbour_whose_proof_is_rejected_fails_the_run():
    true = refuted(for_all(x, equal(x, x)), counterexample(x=1))
    assert not report_of(Claim("test.claim", "x.", SAME, "me", neighbours={"x is x.": true})).passed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(([],), "only is empty"), ((["mean"], 0), "processes = 0: give at least 1")],
)
def test_nothing_verified_is_an_error(arguments, message):
    with pytest.raises(ValueError, match=message):
        verify(*arguments)


def test_an_undecided_claim_fails_the_run():
    claim = Claim("test.unknown", "x.", Statement(for_all(x, equal(x, alpha)), auto()), "nobody")
    report = report_of(claim)
    assert report.claims[0].outcome.verdict is Verdict.UNKNOWN
    assert not report.passed
    assert "UNKNOWN" in report.to_text()
    assert "VERIFICATION FAILED" in report.to_text()


def test_a_false_claim_fails_the_run_unless_it_is_expected_to():
    false = refuted(for_all(x, alpha, equal(x, alpha * x)), counterexample(x=1, alpha=2))
    claim = Claim("test.false", "x is alpha x.", false, "nobody")
    assert report_of(claim).claims[0].outcome.verdict is Verdict.REFUTED
    assert not report_of(claim).passed
    assert "but PROVED is expected" in report_of(claim).to_text()
    assert report_of(replace(claim, expected=Verdict.REFUTED)).passed


def test_a_rejecting_witness_fails_the_run():
    good, bad = (
        Witness(Evidence.HEAT, True, "", 0.0),
        Witness(Evidence.ENCLOSURE, False, "the balls are apart", 0.0),
    )
    assert Report((), (FormulaReport(mean, (good,)),)).passed
    report = Report((), (FormulaReport(mean, (good, bad)),))
    assert not report.passed
    assert "the balls are apart" in report.to_text()
    assert "the balls are apart" in report.summary()


def test_a_formula_that_raises_fails_the_run_and_hides_no_other(monkeypatch):
    def raises(formula):
        raise KeyError("no such primitive")

    monkeypatch.setattr("elu_sym.book.certificates.witnesses_of", raises)
    report = verify(["mean", "regularity.continuous"])
    assert not report.passed
    assert report.claims[0].passed
    assert "FAILED" in report.summary()
    assert "raises KeyError: 'no such primitive'" in report.summary()


def test_a_formula_without_witnesses_fails_the_run():
    assert not Report((), (FormulaReport(mean, ()),)).passed


@pytest.mark.deep
def test_processes_change_nothing():
    names = ["relu.mean", "relu.derivative_mean"]
    alone, shared = verify(names), verify(names, processes=2)
    assert [
        [(witness.kind, witness.passed, witness.detail) for witness in report.witnesses]
        for report in alone.formulas
    ] == [
        [(witness.kind, witness.passed, witness.detail) for witness in report.witnesses]
        for report in shared.formulas
    ]


def test_the_json_is_plain_data():
    report = verify(["regularity.monotone"])
    assert json.loads(json.dumps(report.to_json())) == report.to_json()


def test_an_unknown_id_is_refused():
    with pytest.raises(
        ValueError, match=r"'regularity\.smooth' is no claim, no chapter and no formula"
    ):
        verify(["regularity.smooth"])


DIFFERENCE = "partial_moment_difference(1, law, alpha, 1)"
PRODUCT = "partial_mean_product(law, alpha, 1)"
GENERATED_MUTANTS = [
    ("mean", f"return {DIFFERENCE}", f"return -{DIFFERENCE}"),
    ("variance", f"2*{PRODUCT}", PRODUCT),
]


def verified_in(folder, name):
    done = subprocess.run(
        [sys.executable, "-m", "elu_sym", "verify", "--only", name, "--json"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    (formula,) = json.loads(done.stdout)["formulas"]
    return formula["witnesses"]


def copy_of_the_package(folder, ignored):
    package = Path(elu_sym.__file__).parent
    shutil.copytree(package, folder / "elu_sym", ignore=shutil.ignore_patterns(*ignored))
    return folder / "elu_sym" / "numeric"


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.deep
@pytest.mark.parametrize(("name", "old", "new"), GENERATED_MUTANTS)
def test_a_changed_generated_function_makes_verify_exit_1(tmp_path, name, old, new):
    # Without the compiled module, so that the changed function is what users call.
    numeric = copy_of_the_package(tmp_path, ["__pycache__", "_compiled*"])
    edit(numeric / "_generated.py", old, new)
    verdicts = {}
    for witness in verified_in(tmp_path, name):
        verdicts[witness["kind"]] = verdicts.get(witness["kind"], True) and witness["passed"]
    # The derivation and the heat equation do not see the numbers; the other two do.
    assert verdicts["derivation"]
    assert verdicts["heat"]
    assert not verdicts["arb"]
    assert not verdicts["montecarlo"]


@pytest.mark.skipif(implementation() != "C", reason="the compiled module was not built")
@pytest.mark.deep
def test_a_changed_c_function_makes_verify_exit_1(tmp_path):
    numeric = copy_of_the_package(tmp_path, ["__pycache__", "_compiled*"])
    edit(numeric / "compiled" / "mills.h", "number(1.0) / (x[k]", "number(1.001) / (x[k]")
    # Every other formula is left to NumPy: compiling them would take long, and show nothing.
    sources = numeric.with_name("generate") / "compiled_sources.py"
    edit(sources, '"") == "law":', '"") == "law" and name == "variance":')
    shutil.copy(Path(elu_sym.__file__).parent.parent / "setup.py", tmp_path)
    command = [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    failed = [
        (witness["kind"], witness["detail"].partition(":")[0])
        for witness in verified_in(tmp_path, "variance")
        if not witness["passed"]
    ]
    assert ("arb", "C") in failed
    assert ("arb", "NumPy") not in failed


def test_a_proof_that_raises_is_none():
    def broken(goal, context):
        raise RuntimeError("no")

    claim = Claim("test.broken", "It breaks.", replace(SAME, proof=tactic(broken)), "nobody")
    assert report_of(claim).claims[0].outcome.verdict is Verdict.UNKNOWN
    assert "the proof raises RuntimeError: no" in report_of(claim).to_text()
