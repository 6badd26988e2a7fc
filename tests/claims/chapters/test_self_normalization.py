"""The self-normalizing theorem: its covers prove it; damaged or false ones do not."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from findings import found, witness
from sympy import Rational, S

from elu_sym.claims.chapters import CLAIMS
from elu_sym.claims.chapters.self_normalization import domains as snn_domains, stored_boxes
from elu_sym.claims.chapters.self_normalization.domains import (
    Domain,
    OnDomain,
    constants,
    self_normalizing,
    singular_value_below,
)
from elu_sym.claims.chapters.self_normalization.moment_map import Jacobian
from elu_sym.claims.chapters.self_normalization.statements import (
    GROWING,
    GROWING_WIDER,
    JOINTLY,
    MAIN,
    SHRINKING,
    STATEMENTS,
    WIDENINGS,
)
from elu_sym.claims.chapters.self_normalization.stored_boxes import covered, read_all
from elu_sym.claims.claim import Verdict
from elu_sym.claims.covers import __main__ as covers
from elu_sym.claims.covers.__main__ import check, derived, main
from elu_sym.claims.covers.cover import FOLDER, CoverError
from elu_sym.claims.kernel import RejectedError, prove
from elu_sym.claims.kernel.language import at_most, for_all, implies, less
from elu_sym.claims.tactics import intro, on_box

R = Rational
STANDARD = (
    "1.6732632423543772848170429916717",
    "1.0507009873554804934193349852946",
)
"""The published constants."""


def moments(m: Any, v: Any) -> tuple[Any, Any]:
    """E selu(Z) and Var selu(Z) by quadrature, split at the kink, with the published constants."""
    alpha, scale = map(mpmath.mpf, STANDARD)
    m, s = mpmath.mpf(m), mpmath.sqrt(v)

    def selu(x: Any) -> Any:
        return scale * (x if x > 0 else alpha * mpmath.expm1(x))

    ends = sorted([m - 12 * s, m - 3 * s, mpmath.mpf(0), m + 3 * s, m + 12 * s])
    first = mpmath.quad(lambda x: selu(x) * mpmath.npdf(x, m, s), ends)
    second = mpmath.quad(lambda x: selu(x) ** 2 * mpmath.npdf(x, m, s), ends)
    return first, second - first**2


def points(domain: Domain, count: int) -> list[tuple[float, float, float, float]]:
    """Random points and the corners of a domain, in floating point."""
    draw = random.Random(11)
    ends = [
        (-float(domain.mu), float(domain.mu)),
        (-float(domain.omega), float(domain.omega)),
        (float(domain.nu_min), float(domain.nu_max)),
        (float(domain.tau_min), float(domain.tau_max)),
    ]
    inside = [tuple(draw.uniform(*pair) for pair in ends) for _ in range(count)]
    corners = [
        tuple(pair[number >> place & 1] for place, pair in enumerate(ends)) for number in range(16)
    ]
    return [*inside, *corners]  # type: ignore[list-item]


def test_the_image_of_the_domain_by_quadrature_lies_where_it_is_said_to() -> None:
    with mpmath.workdps(16):
        images = [moments(mu * omega, nu * tau) for mu, omega, nu, tau in points(MAIN, 12)]
    means, variances = zip(*images, strict=True)
    assert -0.03107 < min(means) < -0.03106
    assert 0.06772 < max(means) < 0.06773
    assert 0.8037 < min(variances) < 0.8038
    assert 1.481 < max(variances) < 1.482


def singular_value(mu: float, omega: float, nu: float, tau: float) -> float:
    """The largest singular value of the Jacobian by mu and nu, by differences and NumPy."""
    h = mpmath.mpf(10) ** -8
    columns = []
    for step in ((h, 0), (0, h)):
        after, before = (
            moments(omega * (mu + sign * step[0]), tau * (nu + sign * step[1])) for sign in (1, -1)
        )
        columns.append([float((x - y) / (2 * h)) for x, y in zip(after, before, strict=True)])
    return float(np.linalg.norm(np.array(columns).T, 2))


@pytest.mark.deep
def test_the_singular_values_by_differences_lie_where_they_are_said_to() -> None:
    with mpmath.workdps(25):
        values = [singular_value(*point) for point in points(MAIN, 2)]
    assert 0.8976 < max(values) < 0.8977


@pytest.mark.parametrize(
    ("domain", "low", "high"),
    [(SHRINKING, 0.0, 0.9601), (GROWING, 1.158, 99.0), (GROWING_WIDER, 1.208, 99.0)],
    ids=["shrinking", "growing", "growing_wider"],
)
def test_the_quotients_of_variances_by_quadrature(domain: Domain, low: float, high: float) -> None:
    with mpmath.workdps(16):
        for mu, omega, nu, tau in points(domain, 5):
            assert low < moments(mu * omega, nu * tau)[1] / nu < high


@pytest.mark.parametrize(
    "file",
    ["snn_theorem", "snn_side_theorems", pytest.param("snn_widened", marks=pytest.mark.deep)],
)
def test_the_stored_covers_prove_what_is_claimed(file: str) -> None:
    summary = check(file)
    assert summary.inequalities == sum(
        len(list(inequalities())) for inequalities in STATEMENTS[file].values()
    )
    assert summary.boxes >= summary.inequalities


def test_the_widened_domains_are_those_of_the_claims_which_check_the_boxes() -> None:
    data = json.loads((FOLDER / "snn_widened.json").read_text(encoding="utf-8"))
    assert set(data["boxes"]) == set(STATEMENTS["snn_widened"])
    for theorem, widenings in WIDENINGS.items():
        for each in widenings:
            stored = data[f"{theorem}_{each.parameter}"]
            assert list(map(R, stored)) == [each.inner, each.outer]


def test_the_main_file_has_the_pairs_and_says_nothing_else_of_them() -> None:
    data = json.loads((FOLDER / "snn_theorem.json").read_text(encoding="utf-8"))
    pairs = {name: list(map(float, data[name])) for name in list(data)[:5]}
    assert set(pairs) == {
        "mean_min",
        "mean_max",
        "variance_min",
        "variance_max",
        "singular_value_max",
    }
    for name, (inner, outer) in pairs.items():
        assert (outer < inner) == name.endswith("_min")
        assert abs(inner - outer) <= 0.0011 * max(1, abs(inner))
    assert pairs["variance_min"][1] > 0.8
    assert pairs["singular_value_max"][1] < 1


def test_the_main_file_is_found_again_from_nothing() -> None:
    text = (FOLDER / "snn_theorem.json").read_text(encoding="utf-8")
    assert derived("snn_theorem") == text
    assert json.dumps(json.loads(text), indent=1) + "\n" == text


def without_a_leaf(data: dict[str, Any]) -> None:
    data["boxes"]["image"][2]["tree"] = data["boxes"]["image"][2]["tree"][:-1]


def one_leaf(data: dict[str, Any]) -> None:
    data["boxes"]["singular_value"][1].update(tree="n", leaves=1)


def a_smaller_box(data: dict[str, Any]) -> None:
    data["boxes"]["image"][0]["box"][0][2] = "1/200"


def another_number(data: dict[str, Any]) -> None:
    data["variance_min"][1] = "0.8039"


def another_bound(data: dict[str, Any]) -> None:
    data["boxes"]["image"][0]["box"][3][1:] = ["-1/10", "-1/10"]


def other_constants(data: dict[str, Any]) -> None:
    data["constants"][0][1:] = ["167/100", "168/100"]


def another_expression(data: dict[str, Any]) -> None:
    data["expressions"]["mean_above"] = "1"


def a_missing_statement(data: dict[str, Any]) -> None:
    del data["boxes"]["singular_value"]


def a_missing_box(data: dict[str, Any]) -> None:
    data["boxes"]["singular_value"].pop()


def one_more_box(data: dict[str, Any]) -> None:
    data["boxes"]["singular_value"] *= 2


def no_boxes(data: dict[str, Any]) -> None:
    del data["boxes"]


def another_activation(data: dict[str, Any]) -> None:
    data["activation"]["alpha"] = "7/4"


def a_number_of_nothing(data: dict[str, Any]) -> None:
    data["skewness_max"] = ["1", "2"]


def another_precision(data: dict[str, Any]) -> None:
    data["boxes"]["image"][0]["precision"] = 65


def a_statement_of_nothing(data: dict[str, Any]) -> None:
    data["boxes"]["anything"] = data["boxes"]["image"]


DAMAGES = (
    *(without_a_leaf, one_leaf, a_smaller_box, another_number, another_bound),
    *(other_constants, another_expression, a_missing_statement, a_missing_box, no_boxes),
    one_more_box,
    *(another_activation, a_number_of_nothing, a_statement_of_nothing, another_precision),
)


def stored_anew(data: dict[str, Any], folder: Path) -> None:
    """The main file in the form in which it is written."""
    (folder / "snn_theorem.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def test_an_undamaged_file_is_accepted(tmp_path: Path) -> None:
    stored_anew(json.loads((FOLDER / "snn_theorem.json").read_text(encoding="utf-8")), tmp_path)
    assert check("snn_theorem", tmp_path) == check("snn_theorem")


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_file_proves_nothing(
    damage: Callable[[dict[str, Any]], None], tmp_path: Path
) -> None:
    data = json.loads((FOLDER / "snn_theorem.json").read_text(encoding="utf-8"))
    damage(data)
    stored_anew(data, tmp_path)
    with pytest.raises(CoverError):
        check("snn_theorem", tmp_path)


@pytest.mark.parametrize("damage", [a_missing_box, a_missing_statement, no_boxes, one_more_box])
def test_a_claim_searches_for_no_box_that_is_missing(
    damage: Callable[[dict[str, Any]], None], tmp_path: Path
) -> None:
    data = json.loads((FOLDER / "snn_theorem.json").read_text(encoding="utf-8"))
    assert read_all("snn_theorem", FOLDER).keys() == data["boxes"].keys()
    damage(data)
    stored_anew(data, tmp_path)
    with pytest.raises(CoverError, match=r"python -m elu_sym\.claims\.covers writes it"):
        read_all("snn_theorem", tmp_path)


def test_a_missing_and_a_half_written_file_give_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check", "snn_theorem"], tmp_path) == 1
    assert "python -m elu_sym.claims.covers writes it" in capsys.readouterr().err
    text = (FOLDER / "snn_theorem.json").read_text(encoding="utf-8")
    (tmp_path / "snn_theorem.json").write_text(text[:1000], encoding="utf-8")
    assert main(["--check", "snn_theorem"], tmp_path) == 1
    assert "snn_theorem.json is damaged" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--check", "no_such_file"], tmp_path)


def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(FOLDER / "snn_theorem.json", tmp_path)
    before = (tmp_path / "snn_theorem.json").read_bytes()

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(covers, "derived", lambda _: "{}\n")
    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        main(["snn_theorem"], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["snn_theorem.json"]
    assert (tmp_path / "snn_theorem.json").read_bytes() == before


def test_the_constants_are_boxed_around_the_published_ones() -> None:
    for (_, low, high), published in zip(constants(), STANDARD, strict=True):
        assert low < high
        assert high - low == R(1, 10**30)
        assert low - R(1, 10**30) < R(published) < high + R(1, 10**30)


MUTANTS: dict[str, tuple[str, Any]] = {
    "columns without their factors": (
        "squared_norm",
        lambda self: sum((entry**2 for entry in self), S.Zero),
    ),
    "omega and tau interchanged": (
        "squared_norm",
        lambda self: Jacobian(self[1], self[0], self[3], self[2]).squared_norm_before(),
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_another_jacobian_is_not_proved(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Jacobian, "squared_norm_before", Jacobian.squared_norm, raising=False)
    monkeypatch.setattr(Jacobian, *MUTANTS[name])
    fresh = snn_domains.expressions.__wrapped__()
    monkeypatch.setattr(snn_domains, "expressions", lambda: fresh)
    computed = snn_domains.with_exact_constants.__wrapped__  # not to be remembered
    monkeypatch.setattr(snn_domains, "with_exact_constants", computed)
    assertions = [each for each in singular_value_below(MAIN, S.One) if each.kind == "determinant"]
    assert not all(each.check().holds for each in assertions)


def test_a_cover_of_something_else_proves_nothing() -> None:
    first, second = list(covered("snn_theorem", "image"))[:2]
    foreign = replace(first, cover=second.cover)
    assert "make covers" in found(foreign, None).detail
    assert "stored" in found(first, True).detail
    assert "searched for" in found(replace(first, cover=None), True).detail


def test_a_box_that_is_missing_leaves_the_theorem_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = json.loads((FOLDER / "snn_theorem.json").read_text(encoding="utf-8"))
    a_missing_box(data)
    stored_anew(data, tmp_path)
    monkeypatch.setattr(stored_boxes, "_read_once", partial(read_all, folder=tmp_path))
    outcome = CLAIMS["self_normalization.theorem"].check()
    assert outcome.verdict is Verdict.UNKNOWN
    assert "covers writes it" in outcome.to_text()


def test_a_tree_that_is_not_enough_is_made_so_and_one_of_a_false_statement_is_not() -> None:
    inequality = next(covered("snn_theorem", "image"))
    box = tuple(axis for axis in inequality.whole_box if axis[1] < axis[2])
    fixed = {symbol: low for symbol, low, high in inequality.box if low == high}
    ends = [each for s, low, high in box for each in (at_most(low, s), at_most(s, high))]
    symbols = [symbol for symbol, _, _ in box]
    for value, is_true in ((inequality.expression, True), (-inequality.expression, False)):
        formula = for_all(*symbols, implies(*ends, less(0, value.xreplace(fixed))))
        for tree in ("", "n", inequality.cover.tree):
            proof = intro(on_box(box, tree))
            if is_true:
                assert prove(formula, proof).statement == formula
            else:
                with pytest.raises(RejectedError):
                    prove(formula, proof)


def test_a_false_inequality_is_refuted_with_the_exact_constants() -> None:
    false = OnDomain(
        "variance_above", (*MAIN.whole(), snn_domains.fixed(snn_domains.bound, R("0.81")))
    )
    point = witness(false)
    values = {str(symbol): float(value) for symbol, value in point.items()}
    with mpmath.workdps(16):
        assert moments(values["mu"], values["nu"] * values["tau"])[1] < 0.81


def test_every_widening_is_wider_and_the_outer_one_wider_still() -> None:
    for widenings in (*WIDENINGS.values(), (JOINTLY,)):
        for each in widenings:
            stated, inner, outer = each.domain, *map(each.widened, (each.inner, each.outer))
            assert volume(stated) < volume(inner) < volume(outer)


def volume(domain: Domain) -> Rational:
    sides = (domain.nu_max - domain.nu_min) * (domain.tau_max - domain.tau_min)
    return domain.mu * domain.omega * sides


@pytest.mark.parametrize(
    ("parameter", "fails"),
    [
        ("mu", lambda domain: float(moments(-domain.mu * domain.omega, R("0.76"))[1]) < 0.8),
        (
            "nu_max",
            lambda domain: float(moments(R("0.01"), domain.nu_max * R("1.1"))[0]) > 0.1,
        ),
        (
            "tau_max",
            lambda domain: float(moments(R("0.01"), R("1.5") * domain.tau_max)[1]) > 1.5,
        ),
        (
            "tau_min",
            lambda domain: float(moments(R("-0.01"), R("0.8") * domain.tau_min)[1]) < 0.8,
        ),
    ],
)
def test_a_unit_further_the_theorem_fails_by_quadrature(
    parameter: str, fails: Callable[[Domain], bool]
) -> None:
    (widening,) = (each for each in WIDENINGS["self_normalizing"] if each.parameter == parameter)
    with mpmath.workdps(20):
        assert fails(widening.widened(widening.outer))
        assert not fails(widening.widened(widening.inner))


def test_the_theorem_holds_without_a_stored_cover_too() -> None:
    assert all(each.check().holds for each in self_normalizing(MAIN))


def test_the_command_checks(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "elu_sym.claims.covers", "--check"]
    command += ["snn_side_theorems"]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    assert finished.stdout.startswith("snn_side_theorems.json: 9 inequalities on")
