"""CITATION.cff says of the package what the package and its changelog say of it."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import elu_sym

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CHANGES = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))

# Version 1.2.0 of the Citation File Format: what must be there, and what may be there besides.
REQUIRED = {"authors", "cff-version", "message", "title"}
ALLOWED = REQUIRED | {
    *("abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords"),
    *("license", "license-url", "preferred-citation", "references", "repository"),
    *("repository-artifact", "repository-code", "type", "url", "version"),
}


def disagreements(citation: dict[str, Any], version: str, changes: str) -> list[str]:
    """The keys that are missing, unknown, or say something else than the package."""
    latest = re.search(r"^## (\S+) \((\d{4}-\d\d-\d\d)\)$", changes, re.MULTILINE)
    assert latest, "the first heading of CHANGELOG.md is no version with its date"
    told = {
        "cff-version": "1.2.0",
        "title": PROJECT["name"].replace("-", "_"),
        "abstract": PROJECT["description"],
        "authors": PROJECT["authors"],
        "license": PROJECT["license"],
        "keywords": PROJECT["keywords"],
        "version": version,
        "date-released": latest[2],
    }
    said = citation | {"date-released": str(citation.get("date-released"))}
    wrong = {key for key, value in told.items() if said.get(key) != value}
    if latest[1] != version:
        wrong.add("CHANGELOG.md")
    return sorted(wrong | REQUIRED - citation.keys() | citation.keys() - ALLOWED)


def test_the_citation_is_that_of_this_version():
    assert disagreements(CITATION, elu_sym.__version__, CHANGES) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"version": "0.1.0"}, "version"),
        ({"version": 0.2}, "version"),
        ({"date-released": "2026-01-01"}, "date-released"),
        ({"authors": [{"name": "Somebody"}]}, "authors"),
        ({"homepage": "https://example.org"}, "homepage"),
    ],
)
def test_a_citation_of_something_else_is_noticed(change, found):
    assert disagreements(CITATION | change, elu_sym.__version__, CHANGES) == [found]


def test_a_citation_without_a_message_or_of_a_new_version_is_noticed():
    silent = {key: value for key, value in CITATION.items() if key != "message"}
    assert disagreements(silent, elu_sym.__version__, CHANGES) == ["message"]
    changes = "# Changes\n\n## 0.3.0 (2030-01-01)\n\n" + CHANGES
    assert disagreements(CITATION, elu_sym.__version__, changes) == [
        "CHANGELOG.md",
        "date-released",
    ]
