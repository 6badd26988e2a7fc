"""The claims are measured on seeds that follow from their words, and on no others."""

import json

import pytest

from elu_sym.claims.kernel.recorded import EXPERIMENTS
from elu_sym.experiments import registered
from elu_sym.experiments.registered import registered_seeds
from tests.shared.registration import registration

NOT_BORNE_OUT = frozenset(
    f"meanfield.relu_catches_up: {line}"
    for line in (
        "errors on held-out images / 1 < 25; activation ELU(1); rule second_moment;"
        " learning_rate 0.03; step 3000; for more than 1/2 of all seeds",
        "errors on held-out images / 1 < 25; activation ReLU; rule second_moment;"
        " learning_rate 0.01; step 3000; for more than 1/2 of all seeds",
        "1/3 < errors on held-out images, ELU(1) 0.03 / ReLU 0.01 < 3; rule second_moment;"
        " step 3000; for more than 1/2 of all seeds",
    )
)
"""What was written down and the new seeds do not bear out; it is no claim. Of the one that is here
the first part alone is borne out: for the others 19 of 25 seeds are too few."""


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_the_claims_are_what_was_written_down(experiment: str) -> None:
    text = (registered.FOLDER / f"{experiment}.registered.json").read_text(encoding="utf-8")
    written = json.loads(text)
    kept = {
        name: [line for line in lines if f"{name}: {line}" not in NOT_BORNE_OUT]
        for name, lines in written["assertions"].items()
    }
    expected = written | {"assertions": {name: lines for name, lines in kept.items() if lines}}
    assert registration(experiment, written["seeds"]) == expected


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_they_are_measured_on_the_seeds_that_follow_and_that_nobody_had_seen(experiment) -> None:
    module = EXPERIMENTS[experiment]
    new, seen = (
        {int(row.seed) for row in module.read(path)}
        for path in (module.NEW_RESULTS, module.RESULTS)
    )
    assert new == set(registered_seeds(experiment))
    assert not new & seen
    assert min(seen) == 0


@pytest.mark.parametrize(
    "change", [("1/2", "1/3"), ('"seeds": 80', '"seeds": 81'), ("more", "less")]
)
def test_another_claim_has_other_seeds(change, tmp_path, monkeypatch) -> None:
    text = (registered.FOLDER / "depth_training.registered.json").read_text(encoding="utf-8")
    assert change[0] in text
    before = registered_seeds("depth_training")
    monkeypatch.setattr(registered, "FOLDER", tmp_path)
    (tmp_path / "depth_training.registered.json").write_text(text.replace(*change, 1))
    assert not set(registered_seeds("depth_training")) & set(before)


def test_another_ending_of_lines_has_not(tmp_path, monkeypatch) -> None:
    text = (registered.FOLDER / "depth.registered.json").read_text(encoding="utf-8")
    before = registered_seeds("depth")
    monkeypatch.setattr(registered, "FOLDER", tmp_path)
    (tmp_path / "depth.registered.json").write_bytes(text.replace("\n", "\r\n").encode())
    assert registered_seeds("depth") == before
