"""Thresholds by bisection, the libraries that are there, and the table."""

import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sympy import Integer, Rational

from elu_sym.algebra.rounding import (
    BFLOAT16,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    FORMATS,
    QUANTITIES,
    SELU_ALPHA,
)
from elu_sym.experiments import tables
from elu_sym.experiments.library_functions import LIBRARIES, instruction_set, version
from elu_sym.experiments.library_thresholds import (
    ELEMENTS,
    RESULTS,
    Measurement,
    main,
    measurements,
    one_at_a_time,
    read,
    threshold,
)

Doubles = NDArray[np.float64]
MINUS_ONE = Integer(-1)


@pytest.mark.parametrize("numbers", FORMATS, ids=lambda numbers: numbers.name)
def test_bisection_finds_every_kind_of_threshold(numbers) -> None:
    first, last = numbers.rank(-numbers.greatest), -1
    for rank in (first, first + 1, first // 2, numbers.rank(Rational(-1)), -3, last):
        limit = float(numbers.at(rank))
        found, around, monotone = threshold(
            lambda points, limit=limit: np.where(points <= limit, -1.0, 0.0), MINUS_ONE, numbers
        )
        assert (found, monotone) == (rank, True)
        assert ELEMENTS // 2 <= around <= ELEMENTS


def test_neighbours_that_disagree_are_seen() -> None:
    limit, hole = FLOAT32.rank(Rational(-5)), FLOAT32.rank(Rational(-5)) - 7

    def ragged(points: Doubles) -> Doubles:
        return np.where((points <= -5.0) & (points != FLOAT32.double_at(hole)), -1.0, 0.0)

    assert threshold(ragged, MINUS_ONE, FLOAT32)[::2] == (limit, False)

    def outlier(points: Doubles) -> Doubles:
        above = FLOAT32.double_at(limit + 100)
        return np.where((points <= -5.0) | (points == above), -1.0, 0.0)

    assert threshold(outlier, MINUS_ONE, FLOAT32)[::2] == (limit + 100, False)


@pytest.mark.parametrize(
    ("value", "message"),
    [(0.0, "has not the value -1 at -65504"), (-1.0, "has the value -1 at 0")],
)
def test_a_function_that_has_no_threshold_is_an_error(value: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        threshold(lambda points: np.full_like(points, value), MINUS_ONE, FLOAT16)


def test_numpy_has_two_functions_in_three_formats() -> None:
    rows = list(measurements("numpy"))
    assert [(row.format, row.function) for row in rows] == [
        (name, function)
        for name in ("float64", "float32", "float16")
        for function in ("exp", "expm1")
    ]
    for row in rows:
        assert row.monotone == "yes"
        assert row.version == np.__version__
        assert row.instruction_set == instruction_set("numpy")
        # What another processor does is not known, but it is no other function.
        assert abs(float(Rational(row.threshold)) - float(Rational(row.each_rounded))) < 1


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_a_backend_computes_elu_and_its_derivative(library: str) -> None:
    pytest.importorskip(library)
    for numbers in FORMATS:
        height = numbers.round(SELU_ALPHA)
        functions = LIBRARIES[library](numbers, height)
        assert set(functions) == set(QUANTITIES)
        points = np.array([-2.0, -1.0, -0.5, 1.0])
        expected = {
            "exp": np.exp(points),
            "expm1": np.expm1(points),
            "elu": np.where(points < 0, float(height) * np.expm1(points), points),
            "elu_derivative": np.where(points < 0, float(height) * np.exp(points), 1.0),
        }
        for name, function in functions.items():
            values = function(points)
            assert values.dtype == np.float64
            assert np.allclose(values, expected[name], rtol=2.0 ** (2 - numbers.precision))
            # The results are numbers of the format: nothing was computed in a wider one.
            exact = [Rational(value) for value in values.tolist()]
            assert [numbers.round(value) for value in exact] == exact


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_a_backend_in_a_short_format(library: str) -> None:
    pytest.importorskip(library)
    rows = list(measurements(library, [BFLOAT16]))
    assert [row.function for row in rows] == [
        "exp",
        "expm1",
        *["elu"] * (6 if library == "torch" else 3),
        *["elu_derivative"] * 3,
    ]
    heights = ["1/2", "1", str(BFLOAT16.round(SELU_ALPHA))]
    for elements, function in (("4096", "elu"), ("4096", "elu_derivative")):
        found = [row for row in rows if (row.elements, row.function) == (elements, function)]
        assert [row.alpha for row in found] == heights
    assert all(row.monotone == "yes" for row in rows)
    assert {row.version for row in rows} == {version(library)}


def test_points_are_handed_over_singly() -> None:
    sizes: list[int] = []

    def evaluate(points: Doubles) -> Doubles:
        sizes.append(len(points))
        return 2 * points

    points = np.array([1.0, 2.0, 3.0])
    assert one_at_a_time(evaluate)(points).tolist() == [2.0, 4.0, 6.0]
    assert sizes == [1, 1, 1]


def test_jax_keeps_its_settings() -> None:
    jax = pytest.importorskip("jax")
    before = jax.config.jax_enable_x64
    values = LIBRARIES["jax"](FLOAT64, Integer(1))["expm1"](np.array([-1e-12]))
    assert values[0] == np.expm1(-1e-12)
    assert jax.config.jax_enable_x64 == before


def test_the_rows_of_a_library_that_is_missing_are_kept_with_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for library in ("torch", "jax"):
        monkeypatch.setitem(sys.modules, library, None)
    path = tmp_path / "table.csv"
    assert main(["--output", str(path)]) == 0
    shown = capsys.readouterr()
    assert "torch is not measured" in shown.err
    assert "jax is not measured" in shown.err
    assert {row.library for row in read(path)} == {"numpy"}
    kept = [row for row in read() if row.library == "torch"][:2]
    tables.write(kept, Measurement, path)
    assert main(["--output", str(path)]) == 0
    assert [row for row in read(path) if row.library != "numpy"] == kept


def test_a_row_of_the_table_comes_back(tmp_path: Path) -> None:
    rows, path = read(), tmp_path / "table.csv"
    tables.write(rows[3:5], Measurement, path)
    assert read(path) == rows[3:5]
    tables.write(rows, Measurement, path)
    assert path.read_bytes() == RESULTS.read_bytes()
    assert list(tmp_path.iterdir()) == [path]


def test_another_table_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("library,format\nnumpy,float64\n", encoding="utf-8")
    with pytest.raises(ValueError, match="the columns are"):
        read(path)
    path.write_text(
        ",".join(Measurement._fields) + "\nnumpy,float64\n",
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match="line 2 has 2 fields instead of 14"):
        read(path)


def test_the_stored_table_is_complete_and_names_no_machine() -> None:
    rows = read()
    assert [row.library for row in rows] == ["numpy"] * 6 + ["torch"] * 44 + ["jax"] * 32
    keys = [row._replace(threshold="", neighbours="", monotone="") for row in rows]
    assert len(set(keys)) == len(rows)
    for row in rows:
        assert all(isinstance(field, str) for field in row)
        assert int(row.neighbours) == ELEMENTS
        assert "/" not in row.instruction_set
        assert isinstance(row, Measurement)
