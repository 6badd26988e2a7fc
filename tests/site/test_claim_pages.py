import re

import claim_pages
import pytest
from claim_findings import found_of

from elu_sym.claims.chapters import CHAPTERS, CLAIMS
from elu_sym.claims.chapters.retired import RETIRED

PROVED = "regularity.c1_iff_alpha_1"


@pytest.fixture(scope="module")
def found():
    """What is found of one claim, in the place of what is found of every one."""
    return found_of(PROVED)


@pytest.fixture
def written(found, tmp_path, monkeypatch):
    def write(**changes):
        changed = {name.replace("__", "."): each for name, each in changes.items()}
        every = dict.fromkeys(CLAIMS, found) | changed
        monkeypatch.setattr(claim_pages, "found_of_claims", lambda: every)
        claim_pages.write(tmp_path / "claims")
        return {path.stem: path.read_text("utf-8") for path in tmp_path.glob("claims/*.md")}

    return write


def test_every_claim_and_every_retired_id_has_a_page(written):
    pages = written()
    assert pages.keys() == {"index", "map", *CLAIMS, *RETIRED}
    for name in (*CLAIMS, *RETIRED):
        assert f"]({name}.md)" in pages["index"]
        assert f"\n# {name}\n" in pages[name]
    for title in CHAPTERS.values():
        assert f"## {title}\n" in pages["index"]


def test_a_retired_id_leads_to_its_successor(written):
    pages = written()
    assert "[shape.distance_to_relu](shape.distance_to_relu.md)" in pages["shape.below_relu"]
    assert "](../formulas/elu.mean.md)" in pages["moments.mean"]


def test_what_is_found_is_what_the_kernel_finds(found):
    assert (found["verdict"], found["passed"]) == ("PROVED", True)
    assert [each["verdict"] for each in found["neighbours"]] == ["REFUTED", "REFUTED"]
    assert found["neighbours"][0]["where"] == "at alpha = 1"
    assert found["steps"] == sum(found["rules"].values()) == 16
    assert found["definitions"] == ["elu"]
    assert found["words"] == [CLAIMS[PROVED].formal.to_text()]


def test_the_page_says_it(written):
    page = written()[PROVED]
    assert "PROVED: the kernel accepts a proof" in page
    assert "is expected" not in page
    assert "| If and only if alpha = 1.01. | REFUTED | at alpha = 1 |" in page
    assert f"python -m elu_sym explain {PROVED}" in page


def test_another_verdict_than_expected_is_shown(found, written):
    failed = found | {"verdict": "UNKNOWN", "where": ""}
    neighbour = found["neighbours"][0] | {"verdict": "UNKNOWN"}
    failed |= {"neighbours": [neighbour, *found["neighbours"][1:]]}
    pages = written(regularity__c1_iff_alpha_1=failed)
    assert "**PROVED is expected.**" in pages[PROVED]
    assert "UNKNOWN **(unexpected)**" in pages[PROVED]
    assert "| UNKNOWN | 1 |" in pages["index"]
    of = 2 * len(CLAIMS)
    assert f"{of - 1} of {of} were found out" in pages["index"]


def test_a_long_proof_is_cut_and_its_length_said():
    long = found_of("moments.poincare")
    text = "\n\n".join(claim_pages._proof(long))
    assert long["lines"] > 60
    assert f"its first 60 of {long['lines']:,} lines" in text
    assert len(re.search(r"```python\n(.*?)\n```", text, re.S)[1].splitlines()) == 60


def test_an_experiment_is_named_with_its_records():
    measured = found_of("smooth_ride.fewer_sign_changes")
    assert measured["verdict"] == "MEASURED"
    assert measured["experiments"] == ["smooth_ride"]
    assert measured["findings"]
    assert set(measured["latex"]) == {""}
    assert "$$" not in "".join(claim_pages._formula(measured))


def test_claims_with_the_same_lemma_are_named(found):
    every = {"a": found | {"lemmas": ["1", "2"]}, "b": found | {"lemmas": ["2"]}}
    every["c"] = found | {"lemmas": ["3"]}
    assert claim_pages._with_same_lemmas("a", every) == {"b": 1}
