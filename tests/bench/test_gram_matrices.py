"""The stored measurement is whole and within the limit; nothing is measured here."""

import json
import re

import pytest
from bench import gram_matrices
from bench.derivations import text_of


@pytest.fixture(scope="module")
def results():
    return json.loads(gram_matrices.RESULTS.read_text(encoding="utf-8"))


def test_every_matrix_was_computed_within_the_limit(results):
    assert (results["inputs"], results["depth"]) == (10**4, 3)
    assert set(results["entries"]) == set(gram_matrices.KERNELS)
    assert gram_matrices.exceeded(results) == []
    for name, (kind, _) in gram_matrices.KERNELS.items():
        entry = results["entries"][name]
        assert entry["limit_megabytes"] == gram_matrices.limit(10**4, kind, entry["threads"])
        # The matrix alone takes as much: a smaller peak would not be that of the process.
        assert entry["peak_megabytes"] > 800


@pytest.mark.parametrize("flaw", [{"peak_megabytes": 1e5}, {"shape": [10, 10]}])
def test_what_exceeds_the_limit_is_found(results, flaw):
    name = "NNGP of ELU"
    entries = results["entries"] | {name: results["entries"][name] | flaw}
    assert gram_matrices.exceeded(results | {"entries": entries}) == [name]


def test_the_machine_is_named_and_the_host_is_not(results):
    assert all(results["machine"][key] for key in ("cores", "processor", "python", "system"))
    assert not re.search(r"(?<![\w./<])(?:/[\w.+-]+){2,}", text_of(results))
