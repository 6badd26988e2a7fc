"""Recorded values from files, and the command: what is right is read, what is wrong is one line."""

import argparse
import inspect
import json
import math
import os
import shutil
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from elu_sym import ACTIVATIONS
from elu_sym.__main__ import main
from elu_sym.layer_audit import audit, picture, recorded_values
from elu_sym.layer_audit.command import add_audit_command
from elu_sym.layer_audit.recorded_files import open_recorded
from elu_sym.layer_audit.recorded_values import ROWS

VALUES = np.random.default_rng(0).normal(-0.3, 1.4, ROWS + 4321)


@pytest.fixture
def run(capsys):
    """Call the command as the program does."""

    def call(*arguments):
        parser = argparse.ArgumentParser(prog="elu_sym")
        add_audit_command(parser.add_subparsers(dest="command", required=True))
        try:
            options = parser.parse_args(["audit", *map(str, arguments)])
            code = options.run(options)
        except (ValueError, TypeError, ModuleNotFoundError) as error:
            print(f"elu_sym audit: error: {error}", file=sys.stderr)
            code = 2
        except SystemExit as stopped:
            code = stopped.code
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def parquet_of(path, **options):
    pa = pytest.importorskip("pyarrow", reason="needs the extra dask")
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs the extra dask")

    def write(columns):
        parquet.write_table(pa.table(columns), path, **options)
        return path

    return write


def text_of(columns):
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(map(repr, map(float, row))) for row in rows)]
    return "\n".join(lines) + "\n"


def same(found, expected):
    """Whether two audits differ in what their values were taken from alone."""
    one, other = found.to_json(), expected.to_json()
    for plain in (one, other):
        del plain["source"], plain["selection"]
    return one == other


# What is read


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f8", "i1", "i8", "u4"])
@pytest.mark.parametrize("suffix", ["npy", "parquet"])
def test_every_type_is_read_as_the_array_is(tmp_path, dtype, suffix):
    path = tmp_path / f"layer.{suffix}"
    values = (VALUES if "f" in dtype else np.abs(10 * VALUES)).astype(dtype)
    if suffix == "npy":
        np.save(path, values)
    else:
        native = values.astype(values.dtype.newbyteorder("="))
        parquet_of(path)({"x": native})
    found = audit(path)
    assert same(found, audit(values))
    assert found.source == str(path)


@pytest.mark.parametrize("group", [1000, 100_000])
@pytest.mark.parametrize("compression", ["none", "snappy"])
def test_parquet_of_any_row_groups(tmp_path, group, compression):
    path = tmp_path / "layer.parquet"
    write = parquet_of(path, row_group_size=group, compression=compression)
    write({"a": VALUES, "b": [str(k) for k in range(VALUES.size)], "c": -VALUES})
    assert same(audit(path, column="c"), audit(-VALUES))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("header", [True, False])
def test_text_with_and_without_a_header(tmp_path, header, end):
    path = tmp_path / "layer.csv"
    text = text_of({"x": VALUES}) if header else text_of({"x": VALUES}).split("\n", 1)[1]
    path.write_text(text, encoding="utf-8-sig", newline=end)
    assert same(audit(path), audit(VALUES))


def test_text_with_quotes_and_other_columns(tmp_path):
    path = tmp_path / "layer.csv"
    lines = [
        f'"a, b {k}", {value!r} ,"{value}"' for k, value in enumerate(map(float, VALUES[:999]))
    ]
    path.write_text("name,x,again\n" + "\n".join(lines) + "\n")
    assert same(audit(path, column="x"), audit(VALUES[:999]))
    assert same(audit(path, column="again"), audit(VALUES[:999]))


def test_columns_of_every_format(tmp_path):
    table = np.stack([VALUES, 2 * VALUES], axis=1)
    expected = audit(2 * VALUES)
    for name, array in (("c", table), ("f", np.asfortranarray(table))):
        np.save(tmp_path / f"{name}.npy", array)
        assert same(audit(tmp_path / f"{name}.npy", column=1), expected)
    fields = np.zeros(VALUES.size, dtype=[("a", "f8"), ("b", "f8"), ("n", "i4")])
    fields["a"], fields["b"] = table.T
    np.save(tmp_path / "fields.npy", fields)
    assert same(audit(tmp_path / "fields.npy", column="b"), expected)
    (tmp_path / "t.csv").write_text(text_of({"a": VALUES, "b": 2 * VALUES}))
    assert same(audit(tmp_path / "t.csv", column="b"), expected)


SHAPES = [(700, 6), (150, 6, 5), (30, 6, 5, 7)]


@pytest.mark.parametrize("shape", SHAPES, ids=len)
@pytest.mark.parametrize("order", ["C", "F"])
def test_the_columns_of_an_array_are_its_units_and_channels(tmp_path, monkeypatch, shape, order):
    array = np.array(VALUES[: math.prod(shape)].reshape(shape), order=order)
    np.save(tmp_path / "a.npy", array)
    taken = np.sort(array[:, 4].ravel())
    for rows, size in ((ROWS, 1 << 25), (3, 1 << 25), (40, 1 << 10)):
        monkeypatch.setattr(recorded_values, "ROWS", rows)
        monkeypatch.setattr(recorded_values, "BYTES", size)
        opened = open_recorded(tmp_path / "a.npy", column=4)
        chunks = list(opened.chunks())
        np.testing.assert_array_equal(np.sort(np.concatenate(chunks)), taken)
        assert opened.count == taken.size
        assert max(chunk.size for chunk in chunks) <= rows
    for found in (audit(tmp_path / "a.npy", column=4), audit(array, column="4")):
        assert found.selection == "column '4' of 6"
        assert found.count == taken.size
        assert found.mean.value == pytest.approx(taken.mean(), rel=1e-13)
    for found in (audit(tmp_path / "a.npy", all_columns=True), audit(array)):
        assert found.selection == "6 columns pooled"
        assert found.count == array.size
    assert audit(array, all_columns=True) == audit(array)
    assert audit(array[:, :1]).selection == audit(array[:, 0].ravel()).selection == ""
    with pytest.raises(
        ValueError, match=r"^values: there is no column '6'; the columns are 0, 1, 2"
    ):
        audit(array, column=6)
    with pytest.raises(ValueError, match=r"^values: choose one column or all columns, not both$"):
        audit(array, column=1, all_columns=True)


def test_a_wrong_value_of_a_channel_has_its_place(tmp_path):
    table = np.ones((4, 5, 6))
    table[1, 2, 3] = np.nan
    for array in (table, np.asfortranarray(table)):
        np.save(tmp_path / "a.npy", array)
        with pytest.raises(ValueError, match=r"element \[1, 2, 3\]: nan"):
            audit(tmp_path / "a.npy", column=2)
        with pytest.raises(ValueError, match=r"^values\[1, 3\] = nan"):
            audit(array, column=2)
        audit(np.concatenate([array] * 5), column=1)


def test_all_columns_together(tmp_path):
    table = VALUES[:60_000].reshape(100, 20, 30)
    for name, array in (("c", table), ("f", np.asfortranarray(table))):
        np.save(tmp_path / f"{name}.npy", array)
        assert audit(tmp_path / f"{name}.npy", all_columns=True).count == table.size
    assert same(audit(tmp_path / "c.npy", all_columns=True), audit(table))
    (tmp_path / "t.csv").write_text(text_of({"a": VALUES[:100], "b": VALUES[100:200]}))
    found = audit(tmp_path / "t.csv", all_columns=True)
    assert same(found, audit(VALUES[:200]))
    path = parquet_of(tmp_path / "t.parquet")({"a": VALUES[:100], "b": VALUES[100:200]})
    assert same(audit(path, all_columns=True), audit(VALUES[:200]))


def test_the_file_is_not_changed_and_can_be_read_only(tmp_path):
    path = tmp_path / "layer.npy"
    np.save(path, VALUES)
    before = path.read_bytes()
    path.chmod(0o444)
    audit(path)
    assert path.read_bytes() == before


def test_a_file_is_read_in_pieces_however_wide_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(recorded_values, "BYTES", 1 << 17)
    table = VALUES[:60_000].reshape(100, 600)
    expected = audit(table[:, 7].copy())
    for name, array in (("c", table), ("f", np.asfortranarray(table))):
        np.save(tmp_path / f"{name}.npy", array)
        assert same(audit(tmp_path / f"{name}.npy", column=7), expected)
    assert same(audit(tmp_path / "c.npy", all_columns=True), audit(table))
    columns = {f"x{k}": column for k, column in enumerate(table.T)}
    (tmp_path / "t.csv").write_text(text_of(columns))
    assert same(audit(tmp_path / "t.csv", column="x7"), expected)


@pytest.mark.parametrize("suffix", ["npy", "csv"])
def test_memory_is_bounded_by_bytes_and_not_by_rows(tmp_path, monkeypatch, suffix):
    path, width = tmp_path / f"wide.{suffix}", 1000
    table = np.random.default_rng(0).normal(size=(2000, width)).round(3)
    if suffix == "npy":
        np.save(path, table)
    else:
        np.savetxt(path, table, fmt="%g", delimiter=",")
    size = path.stat().st_size
    monkeypatch.setattr(recorded_values, "BYTES", 1 << 18)
    opened = open_recorded(path, column=7)
    tracemalloc.start()
    try:
        count = sum(chunk.size for chunk in opened.chunks())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == len(table)
    assert peak < size / 3


class Watched(list):
    """A list that counts how often it is gone through."""

    times = 0

    def __iter__(self):
        self.times += 1
        return super().__iter__()


def test_many_columns_are_gone_through_once_and_read_in_groups(tmp_path, monkeypatch):
    pa = pytest.importorskip("pyarrow", reason="needs the extra dask")
    known = Watched(f"c{k}" for k in range(500))
    types = Watched(500 * [pa.float64()])
    recorded_values._check_paths(tmp_path, known, types, list(known))
    assert max(known.times, types.times) <= 3
    path = tmp_path / "t.parquet"
    columns = {f"c{k}": VALUES[k : k + 1000] for k in range(200)}
    parquet_of(path, row_group_size=300)(columns)
    parquet = pytest.importorskip("pyarrow.parquet")
    read, groups = parquet.ParquetFile.iter_batches, []

    def watched(self, *arguments, columns, **options):
        groups.append(len(columns))
        return read(self, *arguments, columns=columns, **options)

    monkeypatch.setattr(parquet.ParquetFile, "iter_batches", watched)
    values = np.concatenate(list(open_recorded(path, all_columns=True).chunks()))
    assert sorted(values) == sorted(np.concatenate(list(columns.values())))
    assert groups == [64, 64, 64, 8]


def grow(path):
    with path.open("ab") as stream:
        stream.write(b"1\n")


def write_in_place(path):
    with path.open("r+b") as stream:
        stream.seek(-9, 2)
        stream.write(b"1")


CHANGES = {
    "cut off": lambda path: os.truncate(path, 1000),
    "emptied": lambda path: os.truncate(path, 0),
    "grown": grow,
    "written to": write_in_place,
    "replaced": lambda path: shutil.copy(path, f"{path}.2") and os.replace(f"{path}.2", path),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("suffix", ["npy", "csv", "parquet"])
def test_a_file_that_changes_while_it_is_read_is_told(tmp_path, suffix, change):
    path = tmp_path / f"a.{suffix}"
    if suffix == "npy":
        np.save(path, VALUES)
    elif suffix == "csv":
        path.write_text(text_of({"x": VALUES}))
    else:
        parquet_of(path, row_group_size=1000)({"x": VALUES})
    os.utime(path, (1, 1))
    chunks = open_recorded(path).chunks()
    next(chunks)
    CHANGES[change](path)
    with pytest.raises(ValueError, match=r"a\.\w+: the file changed while it was read"):
        list(chunks)


# What is wrong


def saved(array, allow_pickle=False):
    def write(path):
        with path.open("wb") as stream:
            np.save(stream, array, allow_pickle=allow_pickle)

    return write


def cut(array, share):
    def write(path):
        saved(array)(path)
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])

    return write


def content(data):
    def write(path):
        path.write_bytes(data if isinstance(data, bytes) else data.encode())

    return write


def twice(path):
    saved(VALUES[:10])(path)
    path.write_bytes(2 * path.read_bytes())


def with_value(value, at=ROWS + 7):
    values = VALUES.copy()
    values[at] = value
    return values


LATE = "\n".join(["x", *map(str, with_value(np.nan).tolist())]).replace("nan", "{}") + "\n"

WRONG = {
    "npy empty file": ("a.npy", content(b""), "a.npy: the file is empty"),
    "npy magic": ("a.npy", content(b"\x93NUM"), "no whole .npy file"),
    "npy garbage": ("a.npy", content(b"\x80\x04K\x01." * 50), "no whole .npy file"),
    "npy header": ("a.npy", content(b"\x93NUMPY\x01\x00\x10\x00{'descr': '<f8'("), "no whole .npy"),
    "npy half": ("a.npy", cut(VALUES, 0.5), "no whole .npy file"),
    "npy cut by a byte": ("a.npy", cut(VALUES, 1 - 1e-6), "no whole .npy file"),
    "npy twice": ("a.npy", twice, "208 bytes follow the array"),
    "npy no values": ("a.npy", saved(np.empty(0)), "shape (0,) has no values"),
    "npy number": ("a.npy", saved(np.array(1.0)), "single number"),
    "npy complex": ("a.npy", saved(np.ones(2, complex)), "the array has the type complex128"),
    "npy boolean": ("a.npy", saved(np.ones(2, bool)), "has the type bool"),
    "npy text": ("a.npy", saved(np.array(["a"])), "has the type <U1"),
    "npy long double": ("a.npy", saved(np.ones(2, np.longdouble)), "has the type float128"),
    "npy objects": ("a.npy", saved(np.array([1, None]), True), "no whole .npy file: Array can't"),
    "npy nan": ("a.npy", saved(with_value(np.nan)), f"row {ROWS + 7}: nan is no finite number"),
    "npy columns": ("a.npy", saved(np.ones((9, 3))), "there are 3 columns, 0, 1, 2: choose one"),
    "npy many columns": ("a.npy", saved(np.ones((2, 99))), "18, 19 and 79 more: choose"),
    "npy three axes": (
        "a.npy",
        saved(np.ones((2, 2, 2))),
        "there are 2 columns, 0, 1: choose one column, or all",
    ),
    "npy records": ("a.npy", saved(np.ones(2, [("a", "f8"), ("b", "f4")])), "2 columns, a, b"),
    "npy record arrays": ("a.npy", saved(np.ones(2, [("a", "f8", 3)])), "records hold arrays"),
    "npy too large": (
        "a.npy",
        saved(with_value(1e90)),
        f"row {ROWS + 7}: 1e+90: give values up to",
    ),
    "npy too large record": (
        "a.npy",
        saved(with_value(1e90).view([("x", "f8")])),
        f"column 'x', row {ROWS + 7}: 1e+90: give values up to 1e+70",
    ),
    "csv too large": (
        "a.csv",
        content(LATE.format("-1e90")),
        f"column 'x', row {ROWS + 7} (line {ROWS + 9}): -1e+90: give values up to",
    ),
    "csv blank": ("blank.csv", content("\n \n\n"), "there are only blank lines and no values"),
    "csv byte order mark": ("a.csv", content(b"\xef\xbb\xbf"), "only blank lines and no values"),
    "csv blank first": ("a.csv", content("\n1\n2\n"), "line 1 is blank: begin with a header"),
    "npy one value": ("a.npy", saved(np.ones(1)), "1 values: an audit needs at least 100"),
    "csv empty": ("a.csv", content(""), "the file is empty"),
    "csv header alone": ("a.csv", content("x\n"), "the table has no rows"),
    "csv columns": ("a.csv", content("x,y\n1,2\n"), "there are 2 columns, x, y: choose one"),
    "csv text": ("a.csv", content("x\n1\n2\nhalf\n"), "column 'x', row 2 (line 4): 'half' is no"),
    "csv underscore": ("a.csv", content("x\n1\n1_0\n"), "row 1 (line 3): '1_0' is no number"),
    "csv nan": ("a.csv", content("x\n1\nnan\n"), "row 1 (line 3): nan is no finite number"),
    "csv infinite": ("a.csv", content("1\n2\n1e999\n"), "column '0', row 2 (line 3): inf is no"),
    "csv late": ("a.csv", content(LATE.format("?")), f"row {ROWS + 7} (line {ROWS + 9}): '?' is"),
    "csv blank line": ("a.csv", content("x\n1\n\n2\n"), "row 1 (line 3) has 0 fields instead of 1"),
    "csv missing": ("a.csv", content("x\n1\n \n2\n"), "row 1 (line 3) has 0 fields instead of 1"),
    "csv extra field": (
        "a.csv",
        content("x\n1\n2,3\n"),
        "row 1 (line 3) has 2 fields instead of 1",
    ),
    "csv half": ("a.csv", content("x\n0.25\n0.5"), "row 1, '0.5', ends without a line break"),
    "csv half header": ("a.csv", content("x"), "line 1, 'x', ends without a line break"),
    "csv binary": ("a.csv", content(b"\xff\xfe\x00\x01\n"), "no text in UTF-8"),
    "csv late binary": ("a.csv", content(b"x\n" + 9999 * b"1.0\n" + b"\xff\n"), "no text in UTF-8"),
    "csv no lines": ("a.csv", content("1" * (1 << 21)), "longer than a line of a table"),
    "csv quote": ("a.csv", content('x\n1\n"2\n'), "row 1 (line 3) is no line of a table"),
    "csv one value": ("a.csv", content("x\n1\n"), "1 values: an audit needs at least 100"),
    "parquet empty": ("a.parquet", content(b""), "the file is empty"),
    "parquet garbage": ("a.parquet", content(b"PAR1" + b"a" * 99), "no whole Parquet file"),
    "suffix": ("a.txt", content("1\n"), "suffix '.txt': give a file of .npy, .csv, .parquet"),
    "no suffix": ("a", content("1\n"), "suffix ''"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_bad_file_is_one_line_and_exit_2(tmp_path, run, case):
    name, write, message = WRONG[case]
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow", reason="needs the extra dask")
    write(tmp_path / name)
    code, out, err = run(tmp_path / name)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert name in err


def test_bad_tables_of_parquet(tmp_path, run):
    path = tmp_path / "a.parquet"
    write = parquet_of(path, row_group_size=1000)
    missing = list(VALUES[:5000])
    missing[4321] = None
    for columns, message in (
        ({"x": missing}, "column 'x', row 4321: the value is missing"),
        ({"x": with_value(-np.inf)}, f"column 'x', row {ROWS + 7}: -inf is no finite number"),
        ({"x": with_value(1e90)}, f"column 'x', row {ROWS + 7}: 1e+90: give values up to"),
        ({"x": ["a"]}, "column 'x' has the type string"),
        ({"x": [True]}, "column 'x' has the type bool"),
        ({"x": [[1.0]]}, "has the type list"),
        ({"x": np.empty(0)}, "the table has no rows"),
        ({"x": VALUES, "y": VALUES}, "there are 2 columns, x, y: choose one"),
    ):
        write(columns)
        code, out, err = run(path)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert message in err


def test_a_dot_in_a_name_of_parquet(tmp_path, run):
    path = tmp_path / "a.parquet"
    write = parquet_of(path)
    write({"a": [{"b": 1.0}, {"b": 2.0}], "a.b": VALUES[:2]})
    code, out, err = run(path, "--column", "a.b")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "a.parquet: column 'a.b' cannot be told from column 'a': rename it" in err
    write({"a": VALUES[:100], "a.b": VALUES[100:200]})
    assert same(audit(path, column="a.b"), audit(VALUES[100:200]))
    with pytest.raises(ValueError, match=r"column 'a' cannot be told from column 'a\.b'"):
        audit(path, column="a")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.999])
def test_half_written_parquet(tmp_path, run, share):
    path = parquet_of(tmp_path / "a.parquet")({"x": VALUES})
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    code, _, err = run(path)
    assert (code, err.count("\n")) == (2, 1)
    assert "no whole Parquet file" in err


def test_damaged_pages_of_parquet(tmp_path, run):
    write = parquet_of(tmp_path / "a.parquet", write_page_checksum=True, compression="snappy")
    path = write({"x": VALUES})
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    path.write_bytes(whole)
    code, _, err = run(path)
    assert (code, err.count("\n")) == (2, 1)
    assert "no whole Parquet file" in err


def test_mixed_formats_are_not_thrown_together(tmp_path):
    path = parquet_of(tmp_path / "a.parquet")({"x": VALUES, "y": VALUES.astype(np.float32)})
    with pytest.raises(ValueError, match="formats float32, float64: choose one"):
        audit(path, all_columns=True)


def test_wrong_columns(tmp_path, run):
    path = tmp_path / "a.csv"
    path.write_text("x,y,y\n1,2,3\n")
    for arguments, message in (
        (("--column", "z"), "there is no column 'z'; the columns are x, y, y"),
        (("--column", "0"), "there is no column '0'"),
        (("--column", "y"), "2 columns are called 'y'"),
        (("--column", "x", "--all-columns"), "not both"),
    ):
        code, out, err = run(path, *arguments)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert message in err


def test_places_in_arrays_of_several_axes(tmp_path):
    table = np.ones((4, 5, 6))
    table[1, 2, 3] = np.nan
    for array in (table, np.asfortranarray(table)):
        np.save(tmp_path / "a.npy", array)
        with pytest.raises(ValueError, match=r"element \[1, 2, 3\]: nan"):
            audit(tmp_path / "a.npy", all_columns=True)


def test_wrong_paths_and_arguments(tmp_path, run):
    np.save(tmp_path / "a.npy", VALUES)
    (tmp_path / "d.npy").mkdir()
    for arguments, message in (
        ((tmp_path / "none.npy",), "none.npy: No such file or directory"),
        ((tmp_path / "d.npy",), "this is a directory"),
        ((tmp_path / "a.npy", "--alpha", "0"), "alpha = 0.0"),
        ((tmp_path / "a.npy", "--alpha", "nan"), "alpha = nan"),
        (
            (tmp_path / "a.npy", "--activation", "ELU"),
            "activation = 'ELU' is none of 'elu', 'relu'",
        ),
        (
            (tmp_path / "a.npy", "--activation", "relu", "--alpha", "1"),
            "alpha = 1.0 is no parameter of relu, which has none",
        ),
        (
            (tmp_path / "a.npy", "--slope", "1"),
            "slope = 1.0 is no parameter of elu, which has alpha",
        ),
        ((tmp_path / "a.npy", "--confidence", "2"), "confidence = 2.0: give a number from"),
        ((tmp_path / "a.npy", "--plot", "a.pdf"), "ends in .png"),
        ((tmp_path / "a.npy", "--plot", tmp_path / "no" / "a.png"), "no such directory"),
    ):
        code, out, err = run(*arguments)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert message in err


# The command


def test_the_command_prints_the_audit(tmp_path, run):
    np.save(tmp_path / "a.npy", VALUES)
    code, out, err = run(tmp_path / "a.npy", "--alpha", "1.5")
    assert (code, err) == (0, "")
    assert out == audit(tmp_path / "a.npy", 1.5).to_text() + "\n"


def test_the_flags_are_the_arguments_of_the_function(tmp_path, run):
    """Every one by its name, but for the file and the bar, and how the result is put out."""
    parser = argparse.ArgumentParser()
    add_audit_command(parser.add_subparsers())
    (commands,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    flags = {
        option for action in commands.choices["audit"]._actions for option in action.option_strings
    }
    arguments = inspect.signature(audit).parameters.values()
    named = {p.name for p in arguments if p.kind is not p.VAR_KEYWORD} - {"values", "progress"}
    parameters = {name for each in ACTIVATIONS.values() for name in each.parameters}
    expected = {f"--{name.replace('_', '-')}" for name in named | parameters}
    assert flags == expected | {"--json", "--plot", "-h", "--help"}


@pytest.mark.parametrize(
    ("flags", "given"),
    [
        (("--activation", "selu"), {"activation": "selu"}),
        (("--activation", "selu", "--alpha", 2, "--scale", 1.1), {"alpha": 2.0, "scale": 1.1}),
        (("--activation", "leaky_relu", "--slope", "0.2"), {"slope": 0.2}),
        (("--activation", "relu", "--confidence", "0.8"), {"confidence": 0.8}),
        (("--activation", "celu", "--alpha", "2"), {"alpha": 2.0}),
    ],
)
def test_the_command_knows_every_activation(tmp_path, run, flags, given):
    np.save(tmp_path / "a.npy", VALUES)
    code, out, err = run(tmp_path / "a.npy", *flags)
    assert (code, err) == (0, "")
    found = audit(tmp_path / "a.npy", **{"activation": flags[1]} | given)
    assert out == found.to_text() + "\n"
    assert f"float64, {flags[1]}" in out


def test_the_help_tells_what_a_header_is(run):
    code, out, _ = run("--help")
    assert code == 0
    assert "a header of numbers counts as values" in " ".join(out.split())


def test_the_command_prints_json(tmp_path, run):
    (tmp_path / "a.csv").write_text(text_of({"x": VALUES, "y": VALUES}))
    code, out, err = run(tmp_path / "a.csv", "--column", "y", "--json")
    assert (code, err) == (0, "")
    plain = json.loads(out)
    assert plain == json.loads(json.dumps(audit(tmp_path / "a.csv", column="y").to_json()))
    assert math.isclose(plain["mean"]["value"], VALUES.mean(), rel_tol=1e-12)


def test_the_command_draws_a_picture(tmp_path, run):
    matplotlib_image = pytest.importorskip("matplotlib.image", reason="needs the extra notebooks")
    np.save(tmp_path / "a.npy", VALUES)
    code, out, err = run(tmp_path / "a.npy", "--plot", tmp_path / "a.png")
    assert (code, err) == (0, "")
    assert "E f(X)" in out
    pixels = matplotlib_image.imread(tmp_path / "a.png")
    assert pixels.shape[0] > 300
    assert pixels[..., :3].std() > 0.05
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npy", "a.png"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full disk")
def test_a_picture_that_cannot_be_written_leaves_the_audit(tmp_path, capsys):
    pytest.importorskip("matplotlib", reason="needs the extra notebooks")
    np.save(tmp_path / "a.npy", VALUES)
    (tmp_path / "a.png").symlink_to("/dev/full")
    assert main(["audit", str(tmp_path / "a.npy"), "--plot", str(tmp_path / "a.png")]) == 2
    out, err = capsys.readouterr()
    assert out == audit(tmp_path / "a.npy").to_text() + "\n"
    assert err == f"elu_sym audit: error: {tmp_path / 'a.png'}: No space left on device\n"


def test_what_the_picture_draws_are_the_laws():
    """Both densities against counts of the values themselves."""
    found = audit(VALUES, 1.5)
    f = np.where(VALUES < 0, 1.5 * np.expm1(np.minimum(VALUES, 0)), VALUES)
    for values, density in zip((VALUES, f), picture.densities(found), strict=True):
        counts, _ = np.histogram(values, density.edges)
        share = counts / VALUES.size
        widths = np.diff(density.edges)
        # A count at an edge may fall to either side where f rounds.
        assert np.abs(density.measured * widths - share).max() < 3 / VALUES.size
        # The law, by its own sampling error.
        expected = density.gaussian * widths
        error = np.sqrt(expected / VALUES.size)
        assert (np.abs(share - expected) < 6 * error + 1e-4).all()
        assert expected.sum() == pytest.approx(1, abs=1e-4)


def test_equal_values_have_no_picture(tmp_path):
    pytest.importorskip("matplotlib", reason="needs the extra notebooks")
    with pytest.raises(ValueError, match="nothing to draw"):
        picture.draw(audit(np.ones(100)), tmp_path / "a.png")


def test_missing_extras_are_one_line(tmp_path, run, monkeypatch):
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    np.save(tmp_path / "a.npy", VALUES)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    code, _, err = run(tmp_path / "a.parquet")
    assert (code, err.count("\n")) == (2, 1)
    assert "pip install 'elu_sym[dask]'" in err
    monkeypatch.setattr("elu_sym.layer_audit.command.find_spec", lambda name: None)
    code, out, err = run(tmp_path / "a.npy", "--plot", tmp_path / "a.png")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "pip install 'elu_sym[notebooks]'" in err


def test_arrays_and_text_need_no_extra_and_no_computer_algebra(tmp_path):
    np.save(tmp_path / "a.npy", VALUES)
    code = (
        "import sys\n"
        "for name in ('pyarrow', 'matplotlib', 'tqdm', 'torch', 'dask', 'flint'):\n"
        "    sys.modules[name] = None\n"
        "from elu_sym.layer_audit import audit\n"
        "audit(sys.argv[1], progress=True)\n"
        "assert 'sympy' not in sys.modules\n"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(tmp_path / "a.npy")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
