"""A table reads back as it was written, is whole or not there, and is taken up where it stopped."""

import math
import os
import shutil
from argparse import ArgumentParser
from typing import NamedTuple

import pytest

from elu_sym.experiments import depth, smooth_ride, tables


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
    sources = sorted(tables.SOURCES.glob("*.py"))
    assert {depth.RESULTS.stem, smooth_ride.RESULTS.stem} < {path.stem for path in sources}
    for source in sources:
        text = source.read_text()
        source.write_text(f"{text}# another version")
        assert tables._digest() != kept, source.name
        source.write_text(text)


def test_an_interrupted_command_says_how_to_go_on(capsys) -> None:
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as exit_:
        tables.run_command(ArgumentParser(prog="measure"), interrupted, Row)
    assert exit_.value.code == 130
    assert capsys.readouterr().err == "measure: interrupted; the same call goes on from here\n"


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
