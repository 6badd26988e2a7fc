"""Another definition of ELU moves all of networks and layer_audit, or is refused by name."""

import json
from pathlib import Path

import definition_checks
import pytest
from mutants import DEFINITION, mutated_copy, run_in

pytest.importorskip("matplotlib", reason="the picture of an audit is among what is checked")

PROGRAM = Path(definition_checks.__file__).read_text(encoding="utf-8")

REFUSED = {
    # Its scale and its alpha are solved for with ELU's own pieces.
    "2*alpha*(exp(x) - 1)": {
        *("self_normalization.selu_parameters", "self_normalization.selu_fixed_point"),
        *("selu_equations.precise_parameters", "selu_equations.precise_jacobian"),
    },
    # No exponential that saturates: what needs no more than the formulas of the book is left.
    "alpha*x*exp(x)": definition_checks.CHECKS.keys()
    - {
        *("initialization.gain", "initialization.weight_variance"),
        *("initialization.layer_gain", "initialization.layer_scale"),
        *("published_constants.PUBLISHED_CONSTANTS", "estimates.function_values"),
        *("estimates.value_of", "initialized_layers.SecondMoment"),
        "hermite_series.exact_hermite_coefficient",
    },
}


FIRST, *MORE = REFUSED


@pytest.mark.parametrize(
    "definition", [FIRST, *(pytest.param(each, marks=pytest.mark.deep) for each in MORE)]
)
def test_every_public_name_moves_with_the_definition_or_refuses(
    definition: str, tmp_path: Path
) -> None:
    folder = mutated_copy(tmp_path, definition)
    found = json.loads(run_in(folder, PROGRAM, "generate"))
    refused = {name for name, outcome in found.items() if outcome.startswith("refused: ")}
    assert refused == REFUSED[definition]
    assert all("activation = elu: its pieces, Elu in" in found[name] for name in refused)
    compared = {name for name, outcome in found.items() if outcome == "compared"}
    assert compared == definition_checks.CHECKS.keys() - refused


def test_every_public_name_is_compared_under_the_shipped_definition(tmp_path: Path) -> None:
    found = json.loads(run_in(mutated_copy(tmp_path, DEFINITION), PROGRAM))
    assert {name for name, outcome in found.items() if outcome == "compared"} == set(
        definition_checks.CHECKS
    )
