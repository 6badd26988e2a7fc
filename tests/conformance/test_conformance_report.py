"""Rows, the report, the command, and what is stored."""

import json
import subprocess
import sys

import numpy as np
import pytest

from elu_sym.__main__ import main
from elu_sym.algebra.rounding import FLOAT16, FLOAT32, FLOAT64
from elu_sym.conformance import ConformanceReport, conformance
from elu_sym.conformance.conformance_report import COLUMNS, worst
from elu_sym.conformance.graded_checks import MEANINGS, SAMPLES
from elu_sym.conformance.grades import Grade
from elu_sym.conformance.implementations import IMPLEMENTATIONS, ORDERS, Implementation, Missing
from elu_sym.conformance.measured_rows import STORED, Row, measured, merged, read
from elu_sym.conformance.reproduction import snippet
from elu_sym.experiments import tables
from elu_sym.experiments.library_functions import instruction_set, version

BLANK = Row(*[""] * len(Row._fields))
ROWS = read()
PARTS = [(each.library, each.mode) for each in IMPLEMENTATIONS]


def stored(**chosen: str) -> list[Row]:
    return [row for row in ROWS if all(getattr(row, key) == chosen[key] for key in chosen)]


def one(**chosen: str) -> Row:
    (row,) = stored(**chosen)
    return row


# What is stored.


def test_the_stored_rows_are_complete() -> None:
    assert list(dict.fromkeys((row.library, row.mode) for row in ROWS)) == PARTS
    keys = [row[:10] + row[11:12] for row in ROWS]
    assert len(set(keys)) == len(keys)
    for row in ROWS:
        assert row.check in MEANINGS or row.grade == Grade.NOT_RUN
        assert row.grade in set(Grade)
        assert row.of in ORDERS
        assert "/" not in row.found + row.platform
        assert row.version[0].isdigit()
    assert {(row.library, row.mode) for row in stored(grade="not run")} <= {("torch", "cuda")}
    for library, mode in PARTS:
        if mode != "cuda":
            samples = stored(library=library, mode=mode, check="sample", of="value")
            assert [float(row.where) for row in samples] == SAMPLES[0].tolist()


def test_a_grade_follows_from_the_error() -> None:
    precisions = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 53}
    for row in ROWS:
        if row.check in ("rounding", "near 0", "large x") and row.error:
            limits = [0.5, 1.0, 4.0, 2.0 ** (precisions[row.format] / 2), np.inf]
            error = float(row.error)
            grade = ["exact", "1 ulp", "4 ulp", "degraded", "wrong"].index(row.grade)
            assert error <= limits[grade] * (1 + 1e-5)  # it is rounded in the table
            assert grade == 0 or error >= limits[grade - 1] * (1 - 1e-5)


def test_the_error_is_that_of_the_numbers_beside_it() -> None:
    float32 = stored(format="float32", check="near 0", function="elu", alpha="1")
    assert len(float32) > 10
    for row in float32:
        found, exact = float(row.found), float(row.exact)
        # |elu(x)| < |x|, and floats are closer below a power of two.
        spacing = float(np.spacing(np.nextafter(np.float32(abs(exact)), np.float32(0))))
        error = abs(found - exact) / spacing
        assert error == pytest.approx(float(row.error), rel=0.01, abs=0.01)


def relative_error(row: Row) -> float:
    return abs(float(row.found) / float(row.exact) - 1)


@pytest.mark.parametrize("mode", ["eager", "function"])
def test_tensorflow_loses_the_digits_near_0(mode: str) -> None:
    """Issue 116943 of TensorFlow: elu(-1e-7) is 19 % off, and elu(-1e-8) is 0."""
    chosen = {"library": "tensorflow", "version": "2.21.0", "mode": mode, "of": "value"}
    values = {f"{float(row.where):.0e}": row for row in stored(check="sample", **chosen)}
    assert 0.19 < relative_error(values["-1e-07"]) < 0.20
    assert float(values["-1e-08"].found) == 0.0
    assert one(check="near 0", format="float32", function="elu", **chosen).grade == "wrong"


def test_xla_does_not() -> None:
    row = one(library="tensorflow", mode="xla", check="near 0", format="float32", function="elu")
    assert row.grade in ("1 ulp", "4 ulp")


@pytest.mark.parametrize("mode", ["eager", "jit"])
def test_the_derivative_of_jax_dies(mode: str) -> None:
    """Issue 39795 of JAX: in float64 the derivative is 0 from about -37 down."""
    chosen = {"library": "jax", "version": "0.10.2", "mode": mode, "function": "elu"}
    row = one(check="tail", of="derivative", format="float64", **chosen)
    assert (row.grade, float(row.found)) == ("wrong", 0.0)
    assert -38 < float(row.where) < -36.7
    assert float(row.exact) == pytest.approx(np.exp(float(row.where)))
    row = one(check="tail", of="derivative", format="float32", **chosen)
    assert -18 < float(row.where) < -17


def test_inductor_loses_the_digits_that_eager_keeps() -> None:
    """Issues 189801 and 189803 of PyTorch."""
    chosen = {"library": "torch", "check": "near 0", "format": "float32", "function": "elu"}
    assert one(mode="eager", **chosen).grade in ("1 ulp", "4 ulp")
    assert one(mode="compile", **chosen).grade == "wrong"


def test_the_gradient_of_tinygrad_is_nan_for_large_x() -> None:
    """Pull request 17852 of tinygrad, after version 0.14.0."""
    chosen = {"library": "tinygrad", "format": "float32", "function": "elu", "alpha": "1"}
    row = one(mode="CPU", check="large x", of="derivative", **chosen)
    assert (row.version, row.grade, row.found) == ("0.14.0", "wrong", "nan")
    assert float(row.where) > 88
    zero = stored(mode="CPU", check="zero", of="derivative", **chosen)
    assert {row.found for row in zero} == {"0.0"}


def again(rows: list[Row]) -> list[Row]:
    """Rows without what depends on the version of a library or the machine."""
    return [row._replace(version="", platform="") for row in rows]


def same_machine(library: str) -> bool:
    row = stored(library=library)[0]
    return (row.version, row.platform) == (version(library), instruction_set(library))


def test_the_stored_rows_of_numpy_are_measured_again() -> None:
    if not same_machine("numpy"):
        pytest.skip("the stored rows are of another version or processor")
    for implementation in IMPLEMENTATIONS[1:3]:  # which give values alone: a second, and not three
        found = list(measured(implementation, [FLOAT16]))
        kept = stored(library="numpy", mode=implementation.mode, format="float16")
        assert again(found) == again(kept)


@pytest.mark.deep
@pytest.mark.parametrize("implementation", IMPLEMENTATIONS, ids=str)
def test_the_stored_rows_are_measured_again(implementation: Implementation) -> None:
    pytest.importorskip(implementation.library)
    if implementation.mode == "cuda":
        pytest.skip("why it does not run depends on how PyTorch was built")
    found = list(measured(implementation))
    if not found or not same_machine(implementation.library):
        pytest.skip("the stored rows are of another backend, version or processor")
    assert again(found) == again(stored(library=implementation.library, mode=implementation.mode))


@pytest.mark.deep
@pytest.mark.parametrize("part", ["torch eager", "jax eager", "jax jit", "torch compile"])
def test_a_program_shows_what_the_row_says(part: str) -> None:
    library, _, mode = part.partition(" ")
    pytest.importorskip(library)
    if not same_machine(library):
        pytest.skip("the stored rows are of another version or processor")
    rows = [row for row in stored(library=library, mode=mode, format="float32") if row.where]
    rows = [row for row in rows if row.check in ("near 0", "tail", "zero") and row.alpha == "1"]
    for row in rows[:: 1 if mode == "eager" else 3]:
        done = subprocess.run(
            [sys.executable, "-c", snippet(row)], capture_output=True, text=True, check=True
        )
        # Not every length of an array has the same code: within a few units.
        assert float(done.stdout) == pytest.approx(float(row.found), rel=1e-6, abs=0)


# Rows.


def implementation(evaluate) -> Implementation:
    return Implementation("numpy", "test", evaluate)


def test_what_a_library_says_is_kept_in_one_line() -> None:
    def refusing(call):
        if call.alpha == 1.0 and call.order == 0:
            return lambda x: np.where(x > 0, x, np.expm1(x))
        raise RuntimeError("no such\n   thing " + "long " * 50)

    rows = list(measured(implementation(refusing), [FLOAT64]))
    refused = [row for row in rows if row.grade == "refused"]
    assert {row.found[:27] for row in refused} == {"RuntimeError: no such thing"}
    assert all(len(row.found) <= 90 and row.check == "rounding" for row in refused)


def test_what_does_not_run_is_one_row() -> None:
    def broken(call):
        raise OSError("no device in '/opt/some where/libdevice.so'")

    (row,) = measured(implementation(broken), [FLOAT32])
    assert (row.grade, row.check) == ("not run", "")
    assert row.found == "OSError: no device in 'some libdevice.so'"


def test_what_is_missing_has_no_row() -> None:
    def missing(call):
        raise Missing

    assert list(measured(implementation(missing), [FLOAT32])) == []


# The report.


def test_the_report_of_what_is_stored() -> None:
    report = ConformanceReport(tuple(ROWS))
    assert sum(report.counts.values()) == len(report.checks) < len(ROWS)
    assert repr(report).startswith(f"<ConformanceReport of {len(report.checks)} checks of 7 ")
    lines = report.to_text().split("\n")
    assert len(lines) == len(PARTS) + 4
    assert lines[0].split("  ")[-1].strip() == "alpha<=0"
    assert "not run: AssertionError" in report.to_text()
    assert max(map(len, lines)) < 160
    html = report._repr_html_()
    assert html.count("<tr>") == len(PARTS) + 1
    assert "alpha&lt;=0" in html


def test_a_cell_is_the_worst_grade() -> None:
    row = BLANK._replace(library="jax", mode="jit", of="value", check="rounding")
    rows = [row._replace(grade=grade) for grade in ("exact", "degraded", "4 ulp")]
    assert ConformanceReport(tuple(rows)).grades("jax", "jit")["value"] == "degraded"
    assert worst([]) == ""
    for name, chosen in COLUMNS.items():
        assert any(map(chosen, ROWS)), name


def test_an_issue_has_what_a_maintainer_needs() -> None:
    text = ConformanceReport(tuple(ROWS)).to_issue("tensorflow")
    assert text.startswith("# ELU, CELU and SELU in tensorflow 2.21.0\n")
    assert "## eager, value, near 0: wrong" in text
    assert "```python\nimport tensorflow as tf\nfunction = lambda x: tf.nn.elu(x, 1.0)" not in text
    assert "function = lambda x: tf.nn.elu(x)" in text
    assert "| elu 1 | float32 |" in text
    for block in text.split("```python\n")[1:]:
        compile(block.split("```")[0], "snippet", "exec")
    with pytest.raises(ValueError, match="nothing is known of 'mxnet'; there is numpy, torch,"):
        ConformanceReport(tuple(ROWS)).to_issue("mxnet")


def test_every_program_is_one() -> None:
    for row in ROWS:
        if row.where and row.library != "numpy":
            compile(snippet(row), "snippet", "exec")
    assert snippet(stored(library="numpy", check="zero")[0]) == ""


# The command and the function.


def test_without_a_library_its_stored_rows_are_shown(monkeypatch, capsys) -> None:
    monkeypatch.setitem(sys.modules, "jax", None)
    assert main(["conformance", "--library", "numpy", "jax", "--format", "float16"]) == 0
    shown = capsys.readouterr()
    assert "jax is not measured" in shown.err
    assert "its stored rows are shown" in shown.err
    assert "jax 0.10.2 jit *" in shown.out
    assert "* as stored, not measured now." in shown.out


def test_the_command_shows_what_is_stored(capsys) -> None:
    assert main(["conformance", "--stored"]) == 0
    assert capsys.readouterr().out.count("\n") == len(PARTS) + 4
    assert main(["conformance", "--stored", "--report", "jax"]) == 0
    assert capsys.readouterr().out.startswith("# ELU, CELU and SELU in jax 0.10.2")


def test_the_command_writes_what_it_measured(tmp_path, capsys) -> None:
    path = tmp_path / "rows.csv"
    arguments = ["conformance", "--library", "numpy", "--format", "float16", "--output", str(path)]
    assert main(arguments) == 0
    first = path.read_bytes()
    rows = read(path)
    assert {row.library for row in rows} == {"numpy"}
    other = BLANK._replace(library="jax", mode="jit")
    tables.write([rows[0]._replace(points="0"), other], Row, path)
    assert main(arguments) == 0
    assert read(path) == [*rows, other]
    tables.write(merged(read(path), [])[: len(rows)], Row, path)
    assert path.read_bytes() == first
    assert "wrote" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--library", "mxnet"), "no library 'mxnet' is known; there is numpy, torch, jax"),
        (("--format", "int8"), "no format 'int8' is known; there is float64, float32"),
        (("--write", "--output", "x.csv"), "not allowed with argument"),
        (("--library", "numpy", "--format", "float16", "--write"), "--write keeps all formats"),
    ],
)
def test_a_bad_argument_is_one_line(arguments, message, capsys) -> None:
    assert main(["conformance", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_the_stored_table_is_not_touched_by_a_bad_call() -> None:
    assert read(STORED) == ROWS


def test_the_function_measures_what_is_asked_for() -> None:
    report = conformance(["numpy"], ["float16"], stored=None)
    assert {row.format for row in report.rows} == {"float16"}
    assert report.fresh == {("numpy", mode) for mode in ("exp", "expm1", "max-min", "clamped")}
    assert report.messages == ()
    # What is to be typed is right everywhere, and each of the others is not.
    assert report.grades("numpy", "clamped")["0, -0"] == "exact"
    assert set(report.grades("numpy", "clamped").values()) == {"", "exact", "1 ulp", "4 ulp"}
    assert report.grades("numpy", "max-min")["near 0"] == "wrong"
    assert json.dumps(report.counts)


def test_without_flint_nothing_is_measured(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "flint", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'elu_sym\[verify\]'"):
        conformance(["numpy"])


def test_the_command_line_does_without_it() -> None:
    code = (
        "import sys; from elu_sym.__main__ import _parser; _parser(); print('sympy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
