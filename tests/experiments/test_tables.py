"""A table reads back as it was written, is whole or not there, and is taken up where it stopped."""

import math
import os
import re
import shutil
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from elu_sym.experiments import depth, smooth_ride, tables
from elu_sym.numeric.function import implementation


class Row(NamedTuple):
    """A row of a table as the experiments have them."""

    width: str
    seed: str
    value: str


def fake(key: tables.Key) -> list[Row]:
    return [Row(*key, str(number)) for number in range(3)]


KEYS = [("64", str(seed)) for seed in range(4)]


def measure_fake(path, block=fake, processes=1):
    pytest.importorskip("tqdm")
    pytest.importorskip("threadpoolctl")
    return tables.measure_blocks(path, Row, KEYS, block, False, processes)


def test_an_interrupted_call_is_taken_up_where_it_stopped(tmp_path) -> None:
    whole = measure_fake(tmp_path / "whole.csv").read_bytes()
    path = tmp_path / "again.csv"
    path.write_text("old")
    done: list[str] = []

    def block(key, limit):
        if len(done) == limit:
            raise KeyboardInterrupt
        done.append(key[1])
        return fake(key)

    with pytest.raises(KeyboardInterrupt):
        measure_fake(path, lambda key: block(key, 2))
    assert path.read_text() == "old"
    (part,) = tmp_path.glob("again.csv.*.part")
    with part.open("a") as stream:  # a block that was cut off
        stream.write("64,2,0\n64,2")
    assert measure_fake(path, lambda key: block(key, 9)).read_bytes() == whole
    assert done == ["0", "1", "2", "3"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["again.csv", "whole.csv"]


def test_a_part_of_other_code_is_not_taken(tmp_path, monkeypatch) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "experiment.py").write_text("one")
    monkeypatch.setattr(tables, "SOURCES", sources)
    path = tmp_path / "table.csv"

    def fail(key):
        if key[1] == "1":
            raise KeyboardInterrupt
        return fake(key)

    with pytest.raises(KeyboardInterrupt):
        measure_fake(path, fail)
    (sources / "experiment.py").write_text("two")
    done: list[str] = []
    measure_fake(path, lambda key: done.append(key[1]) or fake(key))
    assert done == ["0", "1", "2", "3"]


def test_the_digest_is_of_the_code_of_every_experiment(tmp_path, monkeypatch) -> None:
    kept = tables._digest()
    shutil.copytree(tables.SOURCES, tmp_path / "sources")
    monkeypatch.setattr(tables, "SOURCES", tmp_path / "sources")
    assert tables._digest() == kept
    sources = sorted(tables.SOURCES.rglob("*.py"))
    assert {depth.RESULTS.stem, smooth_ride.RESULTS.stem} < {path.stem for path in sources}
    # What is measured is computed by the formulas, too.
    assert {"_generated", "mills", "gains"} < {path.stem for path in sources}
    for source in sources[::10]:
        text = source.read_text()
        source.write_text(f"{text}# another version")
        assert tables._digest() != kept, source.name
        source.write_text(text)


def test_the_digest_is_of_the_compiled_module_and_of_libraries(tmp_path, monkeypatch) -> None:
    kept, built = tables._digest(), tmp_path / "_compiled.so"
    found = {kept}
    for build in (b"one", b"another"):
        built.write_bytes(build)
        monkeypatch.setattr(tables, "compiled_module", lambda: SimpleNamespace(__file__=str(built)))
        found.add(tables._digest())
    monkeypatch.setattr(tables, "compiled_module", lambda: None)
    found.add(tables._digest())
    monkeypatch.setattr(tables, "version", lambda name: "1.2.3")
    found.add(tables._digest())
    assert len(found) == 4 + (implementation() == "C")


def block_of(key) -> bytes:
    return tables._block(fake(key), Row)


WHOLE = b"".join(map(block_of, KEYS))
ONE = len(block_of(KEYS[0]))


class Other(NamedTuple):
    """A row of another table with as many columns."""

    width: str
    seed: str
    other: str


DAMAGED = {
    "a flipped bit": (WHOLE[: ONE + 5] + b"3" + WHOLE[ONE + 6 :], 1),
    "a zeroed page": (WHOLE[: 2 * ONE] + bytes(len(WHOLE) - 2 * ONE), 2),
    "no text": (WHOLE[: 3 * ONE] + b"\xff" + WHOLE[3 * ONE :], 3),
    "cut off in the rows": (WHOLE[: ONE + 7], 1),
    "cut off in the digest": (WHOLE[: 4 * ONE - 3], 3),
    "cut off at the end": (WHOLE[: 4 * ONE - 1], 3),
    "another table": (tables._block([Other(*row) for row in fake(KEYS[0])], Other), 0),
    "more columns": (b"1,2,3,4,5\n" + WHOLE, 0),
    "empty lines": (b"\n\n\n" + WHOLE, 0),
    "a block twice": (block_of(KEYS[0]) + WHOLE[:ONE], 1),
    "blocks that nobody asked for": (block_of(("65", "0")) + WHOLE[:ONE], 1),
    "in another order": (block_of(KEYS[3]) + block_of(KEYS[1]), 2),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_what_is_damaged_is_measured_again(tmp_path, case) -> None:
    content, kept = DAMAGED[case]
    expected = measure_fake(tmp_path / "whole.csv").read_bytes()
    path = tmp_path / "table.csv"
    (tmp_path / f"table.csv.{tables._digest()}.part").write_bytes(content)
    done: list[tables.Key] = []

    def stop_at_the_last(key):
        if len(done) == len(KEYS) - kept - 1:
            raise KeyboardInterrupt
        done.append(key)
        return fake(key)

    if kept < 3:  # what is taken up once is taken up again
        with pytest.raises(KeyboardInterrupt):
            measure_fake(path, stop_at_the_last)
    assert measure_fake(path, lambda key: done.append(key) or fake(key)).read_bytes() == expected
    assert len(done) == len(KEYS) - kept
    assert sorted(each.name for each in tmp_path.iterdir()) == ["table.csv", "whole.csv"]


def test_a_second_run_is_told_of_the_first(tmp_path, capsys) -> None:
    told = []

    def block(key):
        if not told:
            told.append(True)
            table = tables.Table(tmp_path / "table.csv", Row, KEYS, fake)
            assert tables.run_command("fake", "what", [table], []) == 2
        return fake(key)

    measure_fake(tmp_path / "table.csv", block)
    assert re.fullmatch(
        r".*\.fake: error: .*table\.csv\..*\.part: another process is writing it\n",
        capsys.readouterr().err,
    )
    assert [each.name for each in tmp_path.iterdir()] == ["table.csv"]


def test_an_interrupted_command_says_how_to_go_on(tmp_path, capsys) -> None:
    def interrupted(key):
        raise KeyboardInterrupt

    pytest.importorskip("tqdm")
    pytest.importorskip("threadpoolctl")
    stored = [tables.Table(tmp_path / "table.csv", Row, KEYS, interrupted)]
    assert tables.run_command("fake", "what", stored, []) == 130
    assert ".fake: interrupted; the same call goes on from here\n" in capsys.readouterr().err


def test_a_table_is_asked_for_when_those_before_it_are_written(tmp_path, capsys) -> None:
    pytest.importorskip("tqdm")
    pytest.importorskip("threadpoolctl")

    def stored():
        yield tables.Table(tmp_path / "first.csv", Row, KEYS, fake)
        rows = tables.read(tmp_path / "first.csv", Row)
        yield tables.Table(tmp_path / "second.csv", Row, [rows[-1][:2]], fake)

    assert tables.run_command("fake", "what", stored(), []) == 0
    assert capsys.readouterr().out == "wrote 12 rows into first.csv\nwrote 3 rows into second.csv\n"


def test_the_table_does_not_depend_on_the_number_of_processes(tmp_path) -> None:
    one = measure_fake(tmp_path / "one.csv").read_bytes()
    two = measure_fake(tmp_path / "two.csv", processes=2).read_bytes()
    assert one == two


def test_a_table_reads_back(tmp_path) -> None:
    rows, path = fake(("64", "7")), tmp_path / "table.csv"
    path.write_text("old")
    tables.write(rows, Row, path)
    assert tables.read(path, Row) == rows
    assert path.read_text().splitlines()[0] == "width,seed,value"
    assert [each.name for each in tmp_path.iterdir()] == ["table.csv"]


def test_an_interrupted_write_leaves_the_old_table(tmp_path, monkeypatch) -> None:
    path = tmp_path / "table.csv"
    path.write_text("old")

    def interrupted(*paths: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        tables.write(fake(("64", "7")), Row, path)
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["table.csv"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda path: tables.digits(math.nan), "a measure is nan"),
        (lambda path: tables.from_text("a,b\n", Row), "the columns are"),
        (lambda path: tables.from_text("", Row), "the columns are"),
        (lambda path: tables.from_text(tables.to_text([], Row) + "1,2\n", Row), "line 2 has 2"),
        (lambda path: measure_fake(path, processes=0), "processes = 0"),
        (lambda path: tables.measure_blocks(path, Row, [], fake), "at least one seed"),
    ],
)
def test_bad_arguments_are_named(call, message, tmp_path) -> None:
    with pytest.raises(ValueError, match=message):
        call(tmp_path / "table.csv")
