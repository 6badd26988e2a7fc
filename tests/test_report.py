"""The report passes when everything holds, and fails for every reason there is to fail."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sympy import Symbol

import elu_sym
from elu_sym import CLAIMS, mean, variance, verify
from elu_sym.assertion import Assertion
from elu_sym.certify.witness import Witness
from elu_sym.claim import Claim, Verdict
from elu_sym.proofs.inference import Equality
from elu_sym.report import FormulaReport, Report, witnesses_of
from elu_sym.symbols import alpha, x


def report_of(claim: Claim) -> Report:
    return Report((claim.check(),), ())


def test_every_claim_is_proved():
    report = verify(list(CLAIMS))
    assert report.passed
    assert {outcome.verdict for outcome in report.claims} == {Verdict.PROVED}
    assert all(entry["witnesses"] for entry in report.to_json()["claims"])


def test_an_undecided_claim_fails_the_run():
    # True, but the rule compares expressions and does not know that x is its own logarithm.
    mystery = Symbol("mystery", real=True)
    from sympy import Function

    unknown = Function("g")(mystery)
    claim = Claim("test.unknown", "g = g + 0 g.", lambda: [Equality(unknown, alpha)], "nobody")
    report = report_of(claim)
    assert report.claims[0].verdict is Verdict.UNKNOWN
    assert not report.passed
    assert "UNKNOWN" in report.to_text()
    assert "VERIFICATION FAILED" in report.to_text()


def test_a_false_claim_fails_the_run_unless_it_is_expected_to():
    claim = Claim("test.false", "x is alpha x.", lambda: [Equality(x, alpha * x)], "nobody")
    assert report_of(claim).claims[0].verdict is Verdict.REFUTED
    assert not report_of(claim).passed
    assert "but PROVED is expected" in report_of(claim).to_text()
    assert report_of(replace(claim, expected=Verdict.REFUTED)).passed


def test_a_rejecting_witness_fails_the_run():
    good, bad = Witness("heat", True, "", 0.0), Witness("arb", False, "the balls are apart", 0.0)
    assert Report((), (FormulaReport(mean, (good,)),)).passed
    report = Report((), (FormulaReport(mean, (good, bad)),))
    assert not report.passed
    assert "the balls are apart" in report.to_text()


def test_a_formula_without_witnesses_fails_the_run():
    assert not Report((), (FormulaReport(mean, ()),)).passed


@pytest.mark.parametrize("formula", [mean, variance], ids=lambda formula: formula.id)
def test_the_witnesses_of_a_formula(formula):
    witnesses = witnesses_of(formula)
    assert all(witness.passed for witness in witnesses)
    kinds = {witness.kind for witness in witnesses}
    assert {"derivation", "heat", "arb", "montecarlo"} <= kinds


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
    with pytest.raises(ValueError, match=r"'regularity\.smooth' is no claim and no formula"):
        verify(["regularity.smooth"])


UPPER, PRODUCT = "upper_partial_moment(1, mu, sigma)", "partial_mean_product(mu, sigma, alpha)"
GENERATED_MUTANTS = [
    ("mean", f"{UPPER} - lower", f"{UPPER} + lower"),
    ("variance", f"2*{PRODUCT}", PRODUCT),
]


@pytest.mark.parametrize(("name", "old", "new"), GENERATED_MUTANTS)
def test_a_changed_generated_function_makes_verify_exit_1(tmp_path, name, old, new):
    package = Path(elu_sym.__file__).parent
    shutil.copytree(package, tmp_path / "elu_sym", ignore=shutil.ignore_patterns("__pycache__"))
    generated = tmp_path / "elu_sym" / "numeric" / "_generated.py"
    text = generated.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    generated.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "elu_sym", "verify", "--only", name, "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    (formula,) = json.loads(done.stdout)["formulas"]
    verdicts = {witness["kind"]: True for witness in formula["witnesses"]}
    for witness in formula["witnesses"]:
        verdicts[witness["kind"]] &= witness["passed"]
    # The derivation and the heat equation do not see the numbers; the other two do.
    assert verdicts["derivation"]
    assert verdicts["heat"]
    assert not verdicts["arb"]
    assert not verdicts["montecarlo"]


def test_an_assertion_that_raises_is_no_proof():
    class Broken(Assertion):
        rule = "nothing"

        def to_text(self):
            return "broken"

        def to_latex(self):
            return "broken"

        def decide(self):
            raise RuntimeError("no")

    claim = Claim("test.broken", "It breaks.", lambda: [Broken()], "nobody")
    assert report_of(claim).claims[0].verdict is Verdict.UNKNOWN
