"""The stored times are whole and readable; what they are is no business of a test."""

import json
import re

import pytest
from bench.derivations import RESULTS, SECTIONS, Measurement, ratios, table, text_of, write


@pytest.fixture(scope="module")
def results():
    return json.loads(RESULTS.read_text(encoding="utf-8"))


def test_every_section_has_every_entry(results):
    assert set(results) == {*SECTIONS, "ratios"}
    for section, measurements in SECTIONS.items():
        assert set(results[section]["entries"]) == set(measurements)


@pytest.mark.parametrize("section", SECTIONS)
def test_each_entry_says_what_was_measured_and_under_what_limit(results, section):
    for name, measurement in SECTIONS[section].items():
        entry = results[section]["entries"][name]
        assert entry["what"] == measurement.what
        assert entry["runs"] == measurement.runs
        assert entry["limit_processor_seconds"] == measurement.limit
        if entry["finished"]:
            assert entry["processor_seconds"] > 0
            assert entry["seconds"] > 0


def test_what_the_project_does_has_finished(results):
    assert all(entry["finished"] for entry in results["derivations"]["entries"].values())


@pytest.mark.parametrize("section", SECTIONS)
def test_the_machine_is_named_and_the_host_is_not(results, section):
    machine = results[section]["machine"]
    assert machine["cores"] > 0
    assert set(machine) == {*("cores", "load_average", "processor", "python", "system", "versions")}
    assert all(machine[key] for key in ("processor", "python", "system"))
    assert all(re.match(r"\d+\.", version) for version in machine["versions"].values())
    assert not re.search(r"(?<![\w./<])(?:/[\w.+-]+){2,}", text_of(results))


def test_the_ratios_follow_from_the_times(results):
    assert results["ratios"] == ratios(results)


def test_the_file_is_what_the_script_would_write(results, tmp_path):
    path = tmp_path / "results.json"
    write(results, path)
    assert path.read_bytes() == RESULTS.read_bytes()
    assert [entry.name for entry in tmp_path.iterdir()] == ["results.json"]


def test_the_table_has_a_line_for_each_entry(results):
    printed = table(results)
    for section, measurements in SECTIONS.items():
        assert all(measurement.what in printed for measurement in measurements.values()), section


def test_a_process_that_takes_too_long_is_ended_and_said_to_be():
    assert Measurement("a loop", "while True: pass", limit=1).run() == {"finished": False}


def test_a_process_that_fails_is_an_error():
    with pytest.raises(Exception, match="returned non-zero exit status"):
        Measurement("a failure", "raise SystemExit(3)").run()


def test_a_short_process_is_timed():
    found = Measurement("a sum", "total = sum(range(9))", describe='found["total"] = total').run()
    assert found["finished"]
    assert found["total"] == 36
    assert found["processor_seconds"] >= 0
