"""The stages of the tests run to the last one, whatever fails, and are summed up."""

import pytest
import stages

PASSES = ("-c", "print('one more [ 50%]'); print('2 passed, 1 skipped in 0.01s')")
FAILS = ("-c", "print('= FAILURES ='); print('the reason'); print('1 failed'); raise SystemExit(3)")


@pytest.fixture
def run(monkeypatch, tmp_path, capsys):
    def run(*arguments, **named):
        monkeypatch.setattr(stages, "OUTPUTS", tmp_path / "outputs")
        monkeypatch.setattr(stages, "STAGES", named)
        code = stages.main(arguments)
        return code, capsys.readouterr().out

    return run


def test_a_stage_that_fails_stops_none_and_is_shown(run, tmp_path):
    code, text = run(first=PASSES, second=FAILS, third=PASSES)
    assert code == 1
    table = text[text.index("stage  ") :]
    results = {line.split()[0]: line for line in table.splitlines()}
    assert "passed, 1 skipped" in results["first"]
    assert "FAILED (3), 1 failed" in results["second"]
    assert "passed" in results["third"]
    assert results["all"].split()[1] == "7"
    assert results["all"].endswith("FAILED")
    assert "the reason" in text
    assert "the reason" in (tmp_path / "outputs" / "second.txt").read_text(encoding="utf-8")


def test_it_passes_when_all_do_and_says_how_far_it_is(run):
    code, text = run(first=PASSES, second=PASSES)
    assert code == 0
    assert " 50 %" in text
    assert "FAILED" not in text


def test_some_of_them_can_be_chosen(run):
    code, text = run("--only", "first", first=PASSES, second=FAILS)
    assert code == 0
    assert "FAILED" not in text


@pytest.mark.parametrize(("deep", "printed"), [((), "True"), (("--deep",), "False")])
def test_examples_are_the_same_on_every_run_but_the_deep_ones(run, tmp_path, deep, printed):
    run(*deep, first=("-c", "import os; print('CI' in os.environ)"))
    assert (tmp_path / "outputs" / "first.txt").read_text(encoding="utf-8").strip() == printed


def test_the_slowest_are_printed(run):
    lines = ["= slowest 20 durations =", "1.5s call a.py::b", "1 passed in 2s"]
    _, text = run(first=("-c", f"print({chr(10).join(lines)!r})"))
    assert "Slowest first:\n1.5s call a.py::b" in text
