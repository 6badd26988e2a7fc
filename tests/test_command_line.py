"""The command line: exit codes, one line for an error, and never a traceback."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

import elu_sym
from elu_sym.__main__ import main
from elu_sym.claims.chapters import CLAIMS
from elu_sym.claims.claim import Verdict


@pytest.fixture
def run(capsys):
    def call(*arguments):
        code = main(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_moments(run):
    code, out, err = run("moments", "--mu", "0", "--sigma", "1", "--alpha", "1")
    assert (code, err) == (0, "")
    values = dict(line.split() for line in out.splitlines())
    assert abs(float(values["mean"]) - 0.160520572266556) < 1e-14
    assert abs(float(values["second_moment"]) - 0.644945417492924) < 1e-14
    assert abs(float(values["variance"]) - 0.619178563372141) < 1e-14


def test_moments_at_a_limit(run):
    code, out, _ = run("moments", "--mu=-inf", "--sigma", "1", "--alpha", "2")
    assert code == 0
    assert [float(line.split()[1]) for line in out.splitlines()] == [-2, 4, 0]


@pytest.mark.parametrize("value", ["-1e-3", "-.5", "-2", "-1_0", "-inf", "-Infinity"])
def test_a_negative_number_is_no_option(run, value):
    apart, together = run("moments", "--mu", value), run("moments", f"--mu={value}")
    assert apart == together
    assert apart[0] == 0
    assert apart[1].startswith(f"mean           {float(elu_sym.mean(float(value), 1.0))!r}")


def test_derive_prints_every_step(run):
    code, out, _ = run("derive", "mean")
    assert code == 0
    for rule in ("split_at_kink", "complete_square", "integrate_by_parts", "evaluate_tail"):
        assert rule in out
    code, out, _ = run("derive", "variance", "--latex")
    assert code == 0
    assert out.count(r"\begin{align*}") == 2
    code, out, _ = run("derive", "relu.joint_covariance")
    assert code == 0
    assert "joint_covariance = -first.mean*second.mean + kernel" in out


def test_derive_prints_every_case(run):
    code, out, _ = run("derive", "derivative_below")
    assert code == 0
    assert out.count("split_at_kink") == 4
    code, out, _ = run("derive", "relu.derivative_below", "--latex")
    assert code == 0
    assert out.count(r"\begin{align*}") == out.count("% level") == 2


def test_verify_one_claim_and_one_formula_as_json(run, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)  # another process would derive all of it again
    code, out, _ = run("verify", "--only", "regularity.range", "relu.mean", "--json")
    report = json.loads(out)
    assert code == 0
    (claim,) = report["claims"]
    assert (claim["id"], claim["verdict"], claim["expected"]) == (
        "regularity.range",
        "PROVED",
        "PROVED",
    )
    (formula,) = report["formulas"]
    assert formula["id"] == "relu.mean"
    assert {witness["kind"] for witness in formula["witnesses"]} >= {
        "derivation",
        "heat",
        "arb",
        "montecarlo",
    }
    for entry in (claim, formula):
        assert entry["seconds"] >= 0
        assert all(
            witness["passed"] and witness.keys() == {"kind", "passed", "detail"}
            for witness in entry["witnesses"]
        )


def test_explain_prints_the_proof_and_how_the_neighbours_fail(run):
    code, out, _ = run("explain", "regularity.range")
    assert code == 0
    assert out.startswith("regularity.range: ELU maps the real line onto (-alpha, oo)")
    for part in (
        "1. for all alpha > 0: ELU(x, alpha) -> -alpha as x -> -oo and ",
        "(for all y: (there is x with ELU(x, alpha) = y) if and only if -alpha < y)",
        "natural deduction: it has a proof of ",
        "Source: Clevert",
    ):
        assert part in out
    assert out.count("A false neighbour:") == out.count("REFUTED at") == 2


def test_explain_as_json_is_the_whole_proof(run):
    code, out, _ = run("explain", "shape.convex", "--json")
    explained = json.loads(out)
    assert code == 0
    assert (explained["id"], explained["verdict"]) == ("shape.convex", "REFUTED")
    assert explained["witness"] == {"alpha": "2", "x": "1", "y": "-1", "w": "1/2"}
    (formula,) = explained["parts"]
    assert formula.startswith("for all alpha > 0, x, y, w > 0: w < 1 implies ")
    assert explained["finding"].startswith("its negation has a proof of ")
    assert explained["findings"] == []
    assert explained["neighbours"][0]["verdict"] == "REFUTED"


def test_explain_names_the_successor_of_a_retired_claim(run, monkeypatch):
    monkeypatch.setitem(CLAIMS._retired, "shape.old", "shape.convex")
    code, _, error = run("explain", "shape.old")
    assert code == 2
    assert "'shape.old' is retired; shape.convex says as much" in error


def test_explain_fails_where_the_verdict_is_not_the_expected_one(run, monkeypatch):
    claim = replace(CLAIMS["shape.convex"], expected=Verdict.PROVED)
    monkeypatch.setitem(CLAIMS, claim.id, claim)
    assert run("explain", claim.id)[0] == 1


def test_explain_says_what_an_experiment_found_of_each_part(run):
    code, out, _ = run("explain", "smooth_ride.leaves_the_minimum")
    assert code == 0
    _, first, second, third, found, proof, verdict, *_ = out.splitlines()[1:]
    assert (first[:8], second[:8], third[:8]) == ("1. d/dx ", "2. d/dx ", "3. final")
    assert found == "   all 550 runs agree"
    assert proof == "natural deduction: it has a proof of 4 steps, which rests on an experiment"
    assert verdict.startswith("MEASURED. ")
    assert "CONTRADICTED at seed = " in out
    code, out, _ = run("explain", "smooth_ride.leaves_the_minimum", "--json")
    explained = json.loads(out)
    assert len(explained["parts"]) == 3
    (finding,) = explained["findings"]
    said = {"formula": explained["parts"][2], "holds": True}
    assert finding == said | {"detail": "all 550 runs agree"}


def test_explain_fails_where_a_neighbour_is_not_refuted(run, monkeypatch):
    claim = CLAIMS["shape.convex"]
    undecided = {"0 is 1.": replace(claim.formal, proof=("fact", 0))}
    monkeypatch.setitem(CLAIMS, claim.id, replace(claim, neighbours=undecided))
    assert run("explain", claim.id)[0] == 1


def test_without_arguments_the_commands_are_listed_with_a_line_each(run):
    code, out, err = run()
    assert (code, err) == (0, "")
    # Where the help of a long name stands, the versions of Python do not agree about.
    listed = re.findall(r"^    (\w+)(?: +\S|$)", out, flags=re.MULTILINE)
    assert listed == ["verify", "explain", "prove", "moments", "derive", "audit", "conformance"]


def test_the_version(run):
    assert run("--version")[:2] == (0, f"elu_sym {elu_sym.__version__}\n")


def test_verify_says_in_a_few_lines_what_holds_and_where_the_rest_is(run, tmp_path):
    names, file = ("regularity", "relu.derivative_mean"), tmp_path / "report.txt"
    code, short, _ = run("verify", "--only", *names, "--report", str(file))
    assert code == 0
    assert short.count("\n") <= 6
    assert short.endswith(f"The whole report: {file}\n")
    assert "CERTIFIED relu.derivative_mean" in file.read_text(encoding="utf-8")
    code, long, _ = run("verify", "--only", "regularity.range", "--verbose")
    assert code == 0
    assert long.startswith("--- Regularity ---\nPROVED   regularity.range")


def test_verify_leaves_nothing_for_others_to_tidy_up():
    # A process that had sampled a formula and was ended otherwise left a semaphore, and a warning.
    names = ("relu.derivative_mean", "regularity")
    found = subprocess.run(
        [sys.executable, "-m", "elu_sym", "verify", "--only", *names],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stderr == ""


WRONG = {
    "an unknown command": (("improve",), "invalid choice: 'improve'"),
    "an unknown option": (("moments", "--beta", "1"), "unrecognized arguments"),
    "text for a number": (("moments", "--mu", "one"), "invalid float value: 'one'"),
    "a negative sigma": (("moments", "--sigma", "-1"), "sigma = -1.0"),
    "an infinite sigma": (("moments", "--sigma", "inf"), "sigma = inf"),
    "alpha zero": (("moments", "--alpha", "0"), "alpha = 0.0"),
    "an unknown formula": (("derive", "average"), "no formula 'average'; there are mean"),
    "an unknown id": (
        ("verify", "--only", "regularity.smooth"),
        "no claim, no chapter and no formula",
    ),
    "an unknown claim": (("explain", "regularity.smooth"), "no claim 'regularity.smooth'"),
    "a claim without its chapter": (("explain", "greeks"), "there is options.greeks"),
    "a claim like no other": (
        ("explain", "qq"),
        "there is what python -m elu_sym verify --verbose lists",
    ),
    "a chapter like no other": (("verify", "--only", "q"), "there is construction, regularity,"),
    "a formula for a claim": (("explain", "mean"), "mean is a formula: python -m elu_sym derive"),
    "a formula of two inputs for a claim": (
        ("explain", "relu.distance"),
        "relu.distance is a formula: python -m elu_sym derive relu.distance",
    ),
    "no claim": (("explain",), "required: ID"),
    "no id": (("verify", "--only"), "expected at least one argument"),
    "dashes for a number": (("moments", "--sigma=--"), "argument --sigma: expected one argument"),
    "dashes for a file": (("audit", "x.npy", "--plot=--"), "argument --plot: expected one"),
    "an option for a number": (("moments", "--mu", "-x"), "argument --mu: expected one argument"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_bad_argument_is_one_line_and_exit_2(run, case):
    arguments, message = WRONG[case]
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.endswith("\n")
    assert err.count("\n") == 1
    assert message in err


@pytest.mark.parametrize(
    "command",
    [(), ("verify",), ("explain",), ("moments",), ("derive",), ("audit",), ("conformance",)],
)
def test_help_everywhere(run, command):
    code, out, _ = run(*command, "--help")
    assert code == 0
    assert "usage" in out


def test_a_missing_extra_is_one_line(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "flint", None)
    code, _, err = run("verify", "--only", "mean")
    assert code == 2
    assert "flint" in err
    assert "pip install 'elu_sym[verify]'" in err
    assert err.count("\n") == 1


def test_a_reader_who_leaves_early_causes_no_traceback():
    command = f'"{sys.executable}" -m elu_sym derive mean | head -1'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


TELL = """
import importlib, runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background ignores it
home, _, name = sys.argv.pop(1).rpartition(".")
home = importlib.import_module(home)
original = getattr(home, name)

def tell(*arguments):
    print("begun", flush=True)
    return original(*arguments)

setattr(home, name, tell)
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""
"""Runs a module as Python does, and tells when it calls a function."""


BEGIN = "elu_sym.generate.exit_codes._open_standard_streams"
"""What every command calls first."""

WORKERS = "elu_sym.experiments.processes.as_completed"
"""What is called when there are workers, who begin to import what they need."""


@pytest.mark.skipif(os.name != "posix", reason="these are signals of POSIX")
@pytest.mark.parametrize(
    "command",
    [
        (BEGIN, "elu_sym", "verify"),
        (WORKERS, "elu_sym", "verify"),
        (BEGIN, "elu_sym.generate"),
    ],
    ids="-".join,
)
@pytest.mark.deep
def test_an_interruption_is_one_line(command):
    # As a terminal does it: everything that the command started is interrupted, too.
    with subprocess.Popen(
        [sys.executable, "-c", TELL, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.1 if WORKERS in command else 2)
        os.killpg(process.pid, signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=100)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    assert process.returncode == 130
    assert re.fullmatch(r".*: interrupted\n", errors)


@pytest.mark.skipif(os.name != "posix", reason="the shell of POSIX closes streams so")
@pytest.mark.deep
def test_commands_do_without_standard_error(tmp_path):
    values = tmp_path / "values.csv"
    values.write_text("".join(f"{k}\n" for k in range(100)))
    for command in ("verify --only regularity mean", f'audit "{values}"'):
        call = f'"{sys.executable}" -m elu_sym {command} 2>&-'
        done = subprocess.run(call, shell=True, capture_output=True, text=True, check=False)
        assert done.returncode == 0
        assert done.stdout.count("\n") > 3
