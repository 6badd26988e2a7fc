"""What is stored is whole, and every bar that is missed has its reason; nothing is timed."""

import copy
import json
import re
from pathlib import Path

import pytest
from bench import cells, cuda, footprint, hand_written, numpy_cells, speed, sweeps
from bench.derivations import text_of, write


@pytest.fixture(scope="module")
def results():
    return speed.read()


@pytest.fixture(scope="module")
def whole(results):
    return speed.with_cuda(results)


def test_every_section_is_there(results):
    assert set(results) == {*speed.SECTIONS, "opponents", "bars"}


@pytest.mark.parametrize("section", [*speed.SECTIONS, "cuda"])
def test_the_machine_is_named_and_the_host_is_not(whole, section):
    machine = whole[section]["machine"]
    assert machine["cores"] > 0
    assert set(machine) == {*("cores", "load_average", "processor", "python", "system", "versions")}
    assert all(machine[key] for key in ("processor", "python", "system"))
    assert not re.search(r"(?<![\w./<])(?:/[\w.+-]+){2,}", text_of(whole[section]))
    assert whole[section]["implementation"] == "C"


@pytest.mark.parametrize("section", speed.CELLS)
def test_cells_are_positive(results, section):
    for cell in results[section]["cells"].values():
        assert set(cell) == {"ours", "theirs", "ratio", "bar", "unit"}
        assert min(cell["ours"], cell["theirs"], cell["ratio"]) > 0
        # The ratio is a median of its own.
        assert 0.5 < cell["ratio"] * cell["theirs"] / cell["ours"] < 2


@pytest.mark.parametrize("section", ["arrays", "populations", "numbers", "threads", "fallback"])
def test_the_stored_cells_are_those_that_are_measured(results, section, monkeypatch):
    def nothing(planned, *arguments, **named):
        return {name: cells.entry(1.0, 1.0, cell.bar) for name, cell in planned.items()}

    monkeypatch.setattr(numpy_cells, "compare_all", nothing)
    monkeypatch.setattr(numpy_cells, "MILLION", 100)
    planned = speed.CELLS[section]()["cells"]
    stored = results[section]["cells"]
    assert {name: cell["bar"] for name, cell in stored.items()} == {
        name: cell["bar"] for name, cell in planned.items()
    }


def test_every_size_of_the_table_is_there(results):
    for quantity in numpy_cells.QUANTITIES:
        for size in numpy_cells.SIZES.values():
            assert results["arrays"]["cells"][f"{quantity}, {size}, float64"]["bar"] is not None


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_libraries_have_both_ways_in_both_precisions_on_one_and_two_threads(results, library):
    for quantity in ("mean", "second_moment", "variance"):
        for way in ("forward", "gradient"):
            for dtype in ("float64", "float32"):
                for threads in ("1 thread", "2 threads"):
                    cell = results[library]["cells"][f"{quantity}, {way}, {dtype}, {threads}"]
                    assert cell["bar"] is not None


def test_a_gpu_has_the_cells_that_are_asked_for(whole):
    stored = whole["cuda"]["cells"]
    assert {name: cell["bar"] for name, cell in stored.items()} == cuda.bars()


def test_without_a_gpu_it_says_so_and_leaves_what_is_stored(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(cuda, "measure", lambda: None)
    path = tmp_path / "cuda.json"
    cuda.main(["--store", str(path)])
    assert "There is no GPU" in capsys.readouterr().out
    first = path.read_text(encoding="utf-8")
    assert all(each["ratio"] is None for each in json.loads(first)["cells"].values())
    path.write_text("{}", encoding="utf-8")
    cuda.main(["--store", str(path)])
    assert path.read_text(encoding="utf-8") == "{}"


def test_the_opponents_are_stored_as_they_were_measured(results):
    assert results["opponents"] == Path(hand_written.__file__).read_text(encoding="utf-8")


def test_the_bars_follow_from_the_measurements(results, whole):
    assert results["bars"] == whole["bars"]


def test_every_bar_that_is_missed_has_its_reason(results):
    assert cells.unexplained(results["bars"]) == []


def test_every_reason_has_a_bar_that_is_missed(results):
    assert cells.superfluous(results["bars"]) == []


def test_memory_and_imports_hold_their_bars(results):
    found = [name for name in results["bars"] if name.startswith(("memory", "imports"))]
    assert len(found) == 5
    assert all(results["bars"][name]["verdict"] == "holds" for name in found)


def test_slower_measurements_miss_their_bars(whole):
    slower = copy.deepcopy({name: whole[name] for name in (*speed.SECTIONS, "cuda")})
    for name in speed.CELLS:
        for cell in slower[name]["cells"].values():
            cell["ratio"] = 1e6
    for sizes in slower["memory"]["entries"].values():
        for entry in sizes.values():
            entry["beyond"] = 3.0
    slower["imports"]["entries"]["scipy_special"]["processor_seconds"] /= 1e3
    for entry in slower["two_inputs"]["entries"].values():
        entry["unit"]["ns"] = entry["gauss_hermite_25"]["ns"] = 1e-3
    found = speed.bars(slower)
    assert found.keys() == whole["bars"].keys()
    assert all(each["verdict"] != "holds" for name, each in found.items() if "cuda" not in name)


def test_memory_has_every_large_call(results):
    assert results["memory"]["elements"] == footprint.LARGE
    found = results["memory"]["entries"]
    assert {(quantity, name) for quantity, each in found.items() for name in each} == set(
        footprint.LARGE_CALLS
    )
    for quantity, name in footprint.LARGE_CALLS:
        outputs = 3 if quantity == "moments" else 1
        assert found[quantity][name]["output"] == pytest.approx(outputs * 0.745, rel=1e-3)


def test_imports_have_every_process(results):
    found = results["imports"]["entries"]
    assert set(found) == set(footprint.IMPORTS)
    assert all(found[name]["what"] == each.what for name, each in footprint.IMPORTS.items())


def test_sweeps_have_every_size_with_every_number_of_workers(results):
    found = results["sweeps"]["entries"]
    assert set(found["sweep"]) == set(map(str, sweeps.SIZES))
    assert set(found["monte_carlo"]) == {str(sweeps.SAMPLES)}
    for sizes in found.values():
        for times in sizes.values():
            assert set(times) == set(map(str, sweeps.WORKERS))
            assert all(time > 0 for time in times.values())


def test_the_file_is_what_the_script_would_write(results, tmp_path):
    path = tmp_path / "speed.json"
    write(results, path)
    assert path.read_bytes() == speed.RESULTS.read_bytes()
    assert [entry.name for entry in tmp_path.iterdir()] == ["speed.json"]


def test_the_table_has_every_section_opponent_and_missed_bar(whole):
    printed = speed.table(whole)
    assert all(f"{section}: " in printed for section in (*speed.SECTIONS, "cuda"))
    assert Path(hand_written.__file__).name in printed
    for name, each in whole["bars"].items():
        assert (f"{name}: " in printed) == (each["verdict"] != "holds")


def test_sections_that_are_not_measured_stay(monkeypatch, tmp_path, capsys):
    stored = tmp_path / "speed.json"
    stored.write_bytes(speed.RESULTS.read_bytes())
    before = json.loads(stored.read_text(encoding="utf-8"))
    monkeypatch.setattr(speed, "RESULTS", stored)
    monkeypatch.setitem(speed.SECTIONS, "memory", lambda: {"elements": 1, "entries": {}})
    speed.main(["--only", "memory"])
    after = json.loads(stored.read_text(encoding="utf-8"))
    assert after["memory"]["elements"] == 1
    assert {name: each for name, each in after.items() if name not in ("memory", "bars")} == {
        name: each for name, each in before.items() if name not in ("memory", "bars")
    }
    assert not any(name.startswith("memory") for name in after["bars"])
    assert "bars hold" in capsys.readouterr().out


def test_a_section_whose_library_is_missing_stays(monkeypatch, tmp_path, capsys):
    stored = tmp_path / "speed.json"
    stored.write_bytes(speed.RESULTS.read_bytes())
    monkeypatch.setattr(speed, "RESULTS", stored)
    monkeypatch.setitem(speed.LIBRARIES, "numba", "a_library_that_nobody_has")
    speed.main(["--only", "numba"])
    assert stored.read_bytes() == Path(speed.__file__).with_name("speed.json").read_bytes()
    assert "is not installed" in capsys.readouterr().err


def test_the_digits_cost_what_the_arrays_do(results):
    """A section that is older than the code tells of other code."""
    entries = results["accuracy"]["entries"]["network"]
    found = entries["shipped"]["seconds"] / entries["hand_written"]["seconds"]
    of_arrays = results["arrays"]["cells"]["moments, 10^5, float64"]["ratio"]
    assert 1 / 3 < found / of_arrays < 3
