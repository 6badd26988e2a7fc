"""What is claimed of an experiment, as it is written down before the new seeds are run.

    python tests/shared/registration.py smooth_ride 110

writes the file of an experiment with a number of new seeds. Whoever words a claim anew writes it
anew, and with it come other seeds, on which everything that is claimed of the experiment is tested.
"""

import json
import sys
from hashlib import sha256

from elu_sym.claims.chapters import CLAIMS
from elu_sym.claims.claim import THEOREMS
from elu_sym.claims.kernel.recorded import CONFIDENCE, EXPERIMENTS
from elu_sym.claims.measured import recorded_in
from elu_sym.claims.printing import in_words
from elu_sym.experiments.registered import FOLDER
from elu_sym.generate.whole_files import write_whole


def assertions(experiment: str) -> dict[str, list[str]]:
    """By id of a claim what is asserted of the runs of an experiment, in words."""
    found: dict[str, list[str]] = {}
    # What is expected to be a theorem rests on no experiment.
    for claim in (claim for claim in CLAIMS.values() if claim.expected not in THEOREMS):
        for atom in recorded_in(claim.formal.formula):
            if experiment in atom:
                found.setdefault(claim.id, []).append(in_words(atom))
    return found


def registration(experiment: str, seeds: int) -> dict[str, object]:
    """The content of the file."""
    seen = EXPERIMENTS[experiment].RESULTS
    return {
        "seen": {seen.name: sha256(seen.read_text(encoding="utf-8").encode()).hexdigest()},
        "seeds": seeds,
        "bound": f"Clopper and Pearson, one-sided, {CONFIDENCE}",
        "assertions": assertions(experiment),
    }


if __name__ == "__main__":
    name, count = sys.argv[1:]
    text = json.dumps(registration(name, int(count)), indent=1) + "\n"
    write_whole(FOLDER / f"{name}.registered.json", text)
