"""Cells compare two calls, and a bar that is missed has a reason; a clock of our own counts."""

import pytest
from bench import cells


class Steps:
    """A clock that only the calls move."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def call(self, seconds):
        self.now += seconds


@pytest.mark.parametrize("seconds", [1e-6, 1e-3, 10.0])
def test_the_ratio_is_that_of_the_calls(seconds):
    clock = Steps()
    names = {"call": clock.call, "seconds": seconds}
    cell = cells.Cell("call(3 * seconds)", "call(seconds)", names, 2.0)
    found = cells.compare(cell, clock=clock)
    assert found["ratio"] == pytest.approx(3, rel=1e-3)
    assert found["theirs"] == pytest.approx(1e9 * seconds, rel=1e-3)
    assert found["bar"] == 2.0


def test_a_slow_turn_does_not_count():
    clock, calls = Steps(), []

    def ours():
        calls.append(1)
        clock.call(100.0 if len(calls) == 4 else 1.0)

    names = {"ours": ours, "theirs": lambda: clock.call(2.0)}
    cell = cells.Cell("ours()", "theirs()", names)
    found = cells.compare(cell, seconds=1.0, clock=clock)
    assert len(calls) == 2 + cells.TURNS[0]
    assert found["ratio"] == 0.5


@pytest.fixture
def bars(monkeypatch):
    monkeypatch.setattr(cells, "REASONS", {"a: slow*": "It is slow.", "b: *": "Nothing has b."})
    section = {
        "slow": cells.entry(2.0, 1.0, 1.5),
        "slower": cells.unmeasured(1.5),
        "fast": cells.entry(1.0, 1.0, 1.0),
        "odd": cells.entry(3.0, 1.0, 1.0),
        "shown": cells.entry(9.0, 1.0, None),
    }
    return cells.judged(cells.limited("a", section))


def test_bars_hold_or_are_missed_for_a_reason(bars):
    assert {name: each["verdict"] for name, each in bars.items()} == {
        "a: slow": "misses",
        "a: slower": "not measured",
        "a: fast": "holds",
        "a: odd": "misses",
    }
    assert bars["a: slow"]["why"] == bars["a: slower"]["why"] == "It is slow."
    assert "why" not in bars["a: fast"]


def test_a_miss_without_a_reason_and_a_reason_without_a_miss_are_seen(bars):
    assert cells.unexplained(bars) == ["a: odd"]
    assert cells.superfluous(bars) == ["b: *"]


def test_two_reasons_for_one_miss_are_seen(bars, monkeypatch):
    monkeypatch.setattr(cells, "REASONS", {"a: *": "One.", "a: odd": "Two."})
    assert cells.unexplained(bars) == ["a: odd"]


def test_the_lines_say_what_is_missed(bars):
    found = {"x": cells.entry(2e6, 1e6, 1.5), "y": cells.entry(1e3, 2e3, 1.5)}
    found |= {"z": cells.unmeasured(1.0), "w": cells.entry(8, 40, 16, ratio=8, unit="bytes")}
    _, x, y, z, w = cells.lines(found)
    assert x.split() == ["x", "2", "ms", "1", "ms", "2", "1.5", "MISSES"]
    assert y.split() == ["y", "1", "µs", "2", "µs", "0.5", "1.5"]
    assert z.split() == ["z", "1", "not", "measured"]
    assert w.split() == ["w", "8", "bytes", "40", "bytes", "8", "16"]
