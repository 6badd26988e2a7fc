"""The claims of the smooth ride: their runs, their bounds, and what shuffled labels leave."""

import random
import re

import pytest

from elu_sym.claims.chapters import smooth_ride as chapter
from elu_sym.claims.chapters.smooth_ride import networks, residual
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.kernel.recorded import CONFIDENCE
from elu_sym.claims.measured import recorded_in
from elu_sym.experiments import smooth_ride, tables
from elu_sym.experiments.smooth_ride import Record
from elu_sym.symbols import learning_rate, seed

CLAIMS = {claim.id: claim for claim in (*residual.CLAIMS, *networks.CLAIMS)}
MEASURED = [claim for claim in CLAIMS.values() if claim.expected is Verdict.MEASURED]


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=lambda claim: claim.id)
def test_claim_has_the_verdict_that_it_expects(claim: Claim) -> None:
    outcome = claim.check()
    assert outcome.is_expected, outcome.to_text()
    outcome.recheck()


FALSE = [false for claim in CLAIMS.values() for false in claim.false_claims]


@pytest.mark.parametrize("claim", FALSE, ids=lambda claim: claim.id)
def test_neighbour_is_contradicted_by_a_run(claim: Claim) -> None:
    outcome = claim.check()
    assert outcome.verdict is Verdict.CONTRADICTED, outcome.to_text()
    assert set(outcome.witness) == {seed, learning_rate}


def test_every_claim_has_a_neighbour() -> None:
    assert all(claim.neighbours for claim in CLAIMS.values())


def test_the_number_of_bounds_is_the_one_that_is_written() -> None:
    atoms = [atom for claim in CLAIMS.values() for atom in recorded_in(claim.formal.formula)]
    count = sum(atom[1] in ("seeds", "differing-seeds") for atom in atoms)
    text = " ".join((chapter.__doc__ or "").split())
    single, bounds = re.search(r"with ([\d.]+) % for each of (\d+) bounds", text).groups()
    together = re.search(r"all of them are right with ([\d.]+) %", text).group(1)
    assert (float(single), int(bounds)) == (100 * CONFIDENCE, count)
    assert float(together) / 100 <= 1 - count * (1 - CONFIDENCE)


@pytest.mark.parametrize("claim", MEASURED, ids=lambda claim: claim.id)
def test_claim_does_not_hold_when_the_activations_are_shuffled(
    claim: Claim, tmp_path, monkeypatch
) -> None:
    shuffle = random.Random(0)
    groups: dict[tuple[str, ...], list[Record]] = {}
    for record in smooth_ride.read(smooth_ride.NEW_RESULTS):
        groups.setdefault((record.problem, record.seed, record.learning_rate), []).append(record)
    table = tmp_path / "shuffled.csv"
    shuffled = []
    for group in groups.values():
        names = [record.activation for record in group]
        shuffle.shuffle(names)
        shuffled += [
            record._replace(activation=name) for record, name in zip(group, names, strict=True)
        ]
    tables.write(shuffled, Record, table)
    monkeypatch.setattr(smooth_ride, "NEW_RESULTS", table)
    outcome = claim.check()
    if claim.id == "smooth_ride.digits_sign_changes":
        # That labels do not matter is what this claim says.
        assert outcome.verdict is Verdict.MEASURED
    else:
        assert outcome.verdict is not Verdict.MEASURED, outcome.to_text()
