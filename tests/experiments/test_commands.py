"""The commands of the experiments measure what is stored, block by block, and say so."""

import pickle
from importlib import import_module

import pytest

from elu_sym.experiments import smooth_ride, tables

MODULES = {
    "smooth_ride": 2,
    "depth": 2,
    "depth_training": 2,
    "elu_or_relu": 3,
    "convolutional_training": 3,
    "propagated_noise": 1,
    "gaussian_processes": 1,
    "deep_blocks": 1,
    "centering_training": 2,
}
"""The modules with such a command, and how many tables each one has."""


def main_of(name):
    return import_module(f"elu_sym.experiments.{name}").main


@pytest.mark.parametrize("name", MODULES)
def test_what_is_stored_is_what_would_be_measured(name, monkeypatch, capsys) -> None:
    paths = []

    def measured(path, kind, keys, block, processes):
        assert processes == 3
        assert pickle.loads(pickle.dumps(block)) == block  # other processes are given it
        rows = tables.read(path, kind)
        assert tables.to_text(rows, kind).encode() == path.read_bytes()
        blocks = dict.fromkeys(row[: len(keys[0])] for row in rows)
        assert list(blocks) == list(keys)
        paths.append(path)

    monkeypatch.setattr(tables, "measure_blocks", measured)
    assert main_of(name)(["--processes", "3"]) == 0
    assert len(set(paths)) == MODULES[name]
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in said] == [path.name for path in paths]
    assert all(line.startswith("wrote ") for line in said)


@pytest.mark.parametrize("name", MODULES)
def test_the_command_says_what_it_is_for(name, capsys) -> None:
    with pytest.raises(SystemExit) as leaving:
        main_of(name)(["--help"])
    assert leaving.value.code == 0
    assert f"python -m elu_sym.experiments.{name}" in capsys.readouterr().out


def test_the_command_names_a_bad_argument(tmp_path, capsys) -> None:
    pytest.importorskip("tqdm")
    table = tables.Table(tmp_path / "table.csv", smooth_ride.Record, [("sine", "0")], list)
    assert tables.run_command("smooth_ride", "what", [table], ["--processes", "0"]) == 2
    assert "processes = 0: give at least 1" in capsys.readouterr().err


def test_the_command_names_what_is_missing(monkeypatch, capsys) -> None:
    def missing(*_, processes):
        raise ModuleNotFoundError("no tqdm here")

    monkeypatch.setattr(tables, "measure_blocks", missing)
    assert smooth_ride.main([]) == 2
    assert "no tqdm here" in capsys.readouterr().err
