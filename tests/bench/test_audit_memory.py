"""The stored measurement is whole and within the limit; nothing is measured here."""

import json
import re

import pytest
from bench import audit_memory
from bench.derivations import text_of


@pytest.fixture(scope="module")
def results():
    return json.loads(audit_memory.RESULTS.read_text(encoding="utf-8"))


def test_every_file_was_read_within_the_limit(results):
    assert results["rows"] == 10**7
    assert results["limit_megabytes"] == audit_memory.LIMIT == 500.0
    assert set(results["entries"]) == set(audit_memory.FILES)
    assert audit_memory.exceeded(results) == []
    # An interpreter with NumPy alone takes more: a smaller peak would not be that of the process.
    assert all(entry["peak_megabytes"] > 20 for entry in results["entries"].values())


@pytest.mark.parametrize("flaw", [{"peak_megabytes": 500.1}, {"count": 9_999_999}])
def test_what_exceeds_the_limit_is_found(results, flaw):
    name = "parquet, float64"
    entries = results["entries"] | {name: results["entries"][name] | flaw}
    assert audit_memory.exceeded(results | {"entries": entries}) == [name]


def test_the_machine_is_named_and_the_host_is_not(results):
    assert all(results["machine"][key] for key in ("cores", "processor", "python", "system"))
    assert not re.search(r"(?<![\w./<])(?:/[\w.+-]+){2,}", text_of(results))
