"""The stored measurements are whole and say that every limit holds; nothing is timed here."""

import json
import math
import re

import numpy as np
import pytest
from bench import joint_kernel, speed
from bench.derivations import text_of, write
from flint import arb, ctx
from oracles import Truth

POINT = (0.3, 1.2, 1.5)
HARD = (-3.0, 40.0, 1.5)

with ctx.workprec(100):
    NEXT_TO_ONE, NEAR_ONE = 1 + arb(2) ** -60, 1 + arb(2) ** -54


@pytest.fixture(scope="module")
def results():
    return speed.read()


def entries(*, shipped=1.0, numpy=2.0, naive=2.0, ndtr=0.1, beyond=0.5, first=0.5, kernel=1.0):
    """Measurements of which every quantity is alike."""
    times = {"shipped": shipped, "numpy": numpy, "naive": naive}
    over = dict.fromkeys((*speed.QUANTITIES, "moments"), times | {"gauss_hermite_25": 10 * naive})
    kernel = {
        "shipped": {"ns": kernel, "median": kernel, "worst": 2 * kernel},
        "unit": {"ns": 1.0},
        "gauss_hermite_25": {"ns": 12.0},
    }
    processes = {
        "scipy_special": {"processor_seconds": 0.5},
        "first_number": {"processor_seconds": first},
        "first_number_numpy": {"processor_seconds": first},
    }
    return {
        "arrays": {"entries": {"mixed": over}},
        "scalars": {"entries": over | {"ndtr": {"scipy": ndtr}}},
        "memory": {"entries": {"mean": {"shipped": {"beyond": beyond}}}},
        "imports": {"entries": processes},
        "two_inputs": {"entries": dict.fromkeys(joint_kernel.POPULATIONS, kernel)},
    }


def broken(**measured):
    """The limits that do not hold, by the implementation."""
    return {
        name: {what for what, limit in found.items() if not limit["holds"]}
        for name, found in speed.limits(entries(**measured)).items()
    }


# What is stored


def test_every_section_is_there(results):
    assert set(results) == {*speed.SECTIONS, "limits"}


@pytest.mark.parametrize("section", speed.SECTIONS)
def test_the_machine_is_named_and_the_host_is_not(results, section):
    machine = results[section]["machine"]
    assert machine["cores"] > 0
    assert set(machine) == {*("cores", "load_average", "processor", "python", "system", "versions")}
    assert all(machine[key] for key in ("processor", "python", "system"))
    assert not re.search(r"(?<![\w./<])(?:/[\w.+-]+){2,}", text_of(results))


@pytest.mark.parametrize("section", speed.SECTIONS)
def test_what_is_shipped_was_measured_in_c(results, section):
    assert results[section]["implementation"] == "C"


def test_arrays_have_every_population_and_candidate(results):
    assert results["arrays"]["elements"] == speed.ELEMENTS
    described = {name: each.what for name, each in speed.POPULATIONS.items()}
    assert results["arrays"]["populations"] == described
    found = results["arrays"]["entries"]
    assert set(found) == set(speed.POPULATIONS)
    for population in found.values():
        keys = {(quantity, name) for quantity, each in population.items() for name in each}
        assert keys == set(speed.array_candidates())
        assert all(time > 0 for each in population.values() for time in each.values())


def test_scalars_have_every_candidate(results):
    found = results["scalars"]["entries"]
    keys = {(quantity, name) for quantity, each in found.items() for name in each}
    assert keys == {*speed.scalar_candidates(), ("ndtr", "scipy")}
    assert all(time > 0 for each in found.values() for time in each.values())


def test_memory_has_every_large_call(results):
    assert results["memory"]["elements"] == speed.LARGE
    found = results["memory"]["entries"]
    assert {(quantity, name) for quantity, each in found.items() for name in each} == set(
        speed.LARGE_CALLS
    )
    for quantity, name in speed.LARGE_CALLS:
        outputs = 3 if quantity == "moments" else 1
        assert found[quantity][name]["output"] == pytest.approx(outputs * 0.745, rel=1e-3)


def test_imports_have_every_process(results):
    found = results["imports"]["entries"]
    assert set(found) == set(speed.IMPORTS)
    assert all(found[name]["what"] == each.what for name, each in speed.IMPORTS.items())


def test_accuracy_has_every_method_in_every_group(results):
    found = results["accuracy"]["entries"]
    assert set(found) == set(speed.GROUPS)
    for methods in found.values():
        assert set(methods) == set(speed.METHODS)
        for entry in methods.values():
            assert set(entry) == {"seconds", *speed.MOMENTS}
            for name in speed.MOMENTS:
                digits = entry[name]
                assert 0 <= digits["least"] <= digits["quantile"] <= digits["median"] <= 17
                assert 0 <= digits["not_finite"] <= 1
                assert 0 <= digits["right"] <= 1


def test_sweeps_have_every_size_with_every_number_of_workers(results):
    found = results["sweeps"]["entries"]
    assert set(found["sweep"]) == set(map(str, speed.SIZES))
    assert set(found["monte_carlo"]) == {str(speed.SAMPLES)}
    for sizes in found.values():
        for times in sizes.values():
            assert set(times) == set(map(str, speed.WORKERS))
            assert all(time > 0 for time in times.values())


def test_two_inputs_have_every_population_and_candidate(results):
    found = results["two_inputs"]
    assert found["populations"] == joint_kernel.DESCRIBED
    assert set(found["entries"]) == set(joint_kernel.POPULATIONS)
    for entry in found["entries"].values():
        assert set(entry) == {*joint_kernel.CANDIDATES, "unit"}
        assert all(each["ns"] > 0 for each in entry.values())
        assert entry["shipped"]["median"] <= entry["shipped"]["worst"]
        assert entry["shipped"]["least"] > 13


def test_what_is_shipped_is_right_at_every_point(results):
    for methods in results["accuracy"]["entries"].values():
        assert all(methods["shipped"][name]["right"] == 1 for name in speed.MOMENTS)
        assert all(methods["shipped"][name]["not_finite"] == 0 for name in speed.MOMENTS)


def test_the_limits_follow_from_the_measurements(results):
    assert results["limits"] == speed.limits(results)


def test_every_limit_holds(results):
    assert [what for what, each in results["limits"]["shipped"].items() if not each["holds"]] == []


def test_every_limit_without_the_compiled_module_holds(results):
    assert [what for what, each in results["limits"]["numpy"].items() if not each["holds"]] == []


def test_the_file_is_what_the_script_would_write(results, tmp_path):
    path = tmp_path / "speed.json"
    write(results, path)
    assert path.read_bytes() == speed.RESULTS.read_bytes()
    assert [entry.name for entry in tmp_path.iterdir()] == ["speed.json"]


def test_the_table_has_every_section_and_limit(results):
    printed = speed.table(results)
    assert all(f"{section}: " in printed for section in speed.SECTIONS)
    assert all(label in printed for label in speed.METHODS.values())
    for found in results["limits"].values():
        assert all(what in printed for what in found)


def test_the_plot_is_drawn(results, tmp_path):
    pytest.importorskip("matplotlib", reason="needs the extra notebooks")
    path = tmp_path / "speed.png"
    speed.main(["--plot", str(path)])
    assert path.read_bytes().startswith(b"\x89PNG")


# The limits


def test_limits_hold_where_everything_is_fast():
    assert broken() == {"shipped": set(), "numpy": set()}


def test_a_slow_quantity_breaks_its_limit():
    found = broken(shipped=2.5, numpy=5.5, ndtr=1.0)
    assert found["shipped"] == {
        f"arrays: {quantity} to the naive form" for quantity in speed.NAIVE
    } - {"arrays: variance to the naive form"}
    assert found["numpy"] == found["shipped"]


def test_slow_calls_break_theirs():
    found = broken(numpy=1.9, ndtr=0.04)
    calls = {f"scalars: {quantity} to ndtr" for quantity in (*speed.QUANTITIES, "moments")}
    assert found == {"shipped": calls, "numpy": set()}


def test_memory_and_imports_break_theirs():
    found = broken(beyond=2.5, first=0.6)
    assert found["shipped"] == {
        "memory: mean, GiB",
        "imports: the first number to scipy.special",
    }
    assert found["numpy"] == set()


def test_a_slow_kernel_breaks_its_limits():
    assert broken(kernel=11.0)["shipped"] == {
        f"two inputs, zero means: kernel to owens_t, {what}" for what in ("median", "worst place")
    }
    assert len(broken(kernel=21.0)["shipped"]) == 6
    assert broken(kernel=21.0)["numpy"] == set()


def test_a_failed_limit_is_shown(results):
    failed = results | {"limits": {"shipped": {"a limit": speed._judged(2.0, 1.0)}}}
    assert re.search(r"2 +> +1 +FAILS +a limit", speed.table(failed))


# Digits


@pytest.mark.parametrize(
    ("computed", "value", "expected"),
    [
        (1.001, arb(1), 3.0),
        (0.0, arb(1), 0.0),
        (-5.0, arb(1), 0.0),
        (math.nan, arb(1), 0.0),
        (math.inf, arb(1), 0.0),
        (1.0, arb(0), 0.0),
        (0.0, arb(0), 17.0),
        (1.0, arb(1), 17.0),
        (1.0, NEXT_TO_ONE, 17.0),
        (1.0, NEAR_ONE, 54 * math.log10(2)),
        (5e-324, 1.4 * arb(5e-324), speed.ALL_DIGITS),
    ],
)
def test_correct_digits(computed, value, expected):
    assert speed.correct_digits(computed, Truth(value, arb(0))) == pytest.approx(expected, rel=1e-9)


def test_the_digits_of_a_method():
    known = [Truth(arb(1), arb(0))] * 4
    found = speed.digits_entry([1.0, 1.0, 1.01, math.nan], known)
    assert found["median"] == pytest.approx(9.5)
    assert found["least"] == 0
    assert found["not_finite"] == 0.25
    assert found["right"] == 0.5


# The alternatives are the real ones


def columns(point):
    return tuple(np.array([value]) for value in point)


@pytest.mark.parametrize("method", ["naive", "repaired", "shipped"])
def test_closed_forms_are_right_at_an_ordinary_point(method):
    found = np.concatenate(speed.IN_ARRAYS[method](*columns(POINT)))
    known = speed.truths(speed.MOMENTS, *POINT)
    expected = [float(known[name].value) for name in speed.MOMENTS]
    assert found == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("method", "accuracy"), [("gauss_hermite_25", 0.02), ("gauss_hermite_100", 0.005)]
)
def test_quadrature_rules_are_near(method, accuracy):
    found = np.concatenate(speed.IN_ARRAYS[method](*columns(POINT)))
    known = speed.truths(speed.MOMENTS, *POINT)
    expected = [float(known[name].value) for name in speed.MOMENTS]
    assert found == pytest.approx(expected, rel=accuracy)


def test_the_timed_rule_gives_the_same_as_the_one_with_the_variance():
    arguments = columns(POINT)
    both = speed.gauss_hermite_moments(25, *arguments)
    assert np.array_equal(both[:2], speed.gauss_hermite(25, *arguments))


@pytest.mark.parametrize("point", [POINT, (0.0, 1e-9, 1.0), (2.0, 0.0, 1.0)])
def test_adaptive_quadrature_is_right(point):
    known = speed.truths(speed.MOMENTS, *point)
    expected = [float(known[name].value) for name in speed.MOMENTS]
    assert speed.quadrature(*point) == pytest.approx(expected, rel=1e-10)


def test_monte_carlo_is_near():
    known = speed.truths(speed.MOMENTS, *POINT)
    expected = [float(known[name].value) for name in speed.MOMENTS]
    assert speed.monte_carlo(np.random.default_rng(1), *POINT) == pytest.approx(expected, rel=0.02)


def test_the_repaired_form_does_not_overflow_and_the_naive_one_does():
    with np.errstate(all="ignore"):
        broken_mean = speed.naive("mean")(*columns(HARD))
        mean, *_ = speed.repaired(*columns(HARD))
    assert np.isnan(broken_mean).all()
    assert mean == pytest.approx(speed.moments(*HARD).mean, rel=1e-10)


@pytest.mark.parametrize("name", speed.POPULATIONS)
def test_populations_are_in_the_domain_and_reproducible(name):
    population = speed.POPULATIONS[name]
    mu, sigma, alpha = population.draw(np.random.default_rng(1), 1000)
    assert mu.shape == sigma.shape == alpha.shape == (1000,)
    assert np.isfinite(mu).all()
    assert ((sigma > 0) & np.isfinite(sigma) & (alpha > 0) & np.isfinite(alpha)).all()
    again = population.draw(np.random.default_rng(1), 1000)
    assert np.array_equal((mu, sigma, alpha), again)


def test_sections_that_are_not_measured_stay(monkeypatch, tmp_path, capsys):
    stored = tmp_path / "speed.json"
    stored.write_bytes(speed.RESULTS.read_bytes())
    before = json.loads(stored.read_text(encoding="utf-8"))
    monkeypatch.setattr(speed, "RESULTS", stored)
    monkeypatch.setitem(speed.SECTIONS, "memory", lambda: {"elements": 1, "entries": {}})
    speed.main(["--only", "memory"])
    after = json.loads(stored.read_text(encoding="utf-8"))
    assert after["memory"]["elements"] == 1
    assert {name: each for name, each in after.items() if name not in ("memory", "limits")} == {
        name: each for name, each in before.items() if name not in ("memory", "limits")
    }
    assert "memory: mean, GiB" not in after["limits"]["shipped"]
    assert "limits, as shipped" in capsys.readouterr().out


# Two inputs


@pytest.mark.parametrize(
    ("candidate", "accuracy"),
    [
        ("shipped", 1e-13),
        ("owens_t", 1e-12),
        ("integration", 1e-6),
        ("gauss_hermite_25", 0.01),
        ("gauss_hermite_50", 0.005),
    ],
)
@pytest.mark.parametrize("means", [(0.0, 0.0), (0.3, -0.4)])
def test_every_kernel_is_that_of_the_definition(candidate, accuracy, means):
    _, make, _ = joint_kernel.CANDIDATES[candidate]
    law = (means[0], 1.2, means[1], 0.7, 0.6, 0.8)
    known = joint_kernel.truth("kernel", law, joint_kernel.ELU, joint_kernel.ELU)
    with np.errstate(all="ignore"):
        (found,) = make()(*(np.array([x]) for x in law))
    assert known.error(found) < accuracy


@pytest.mark.parametrize("name", joint_kernel.POPULATIONS)
def test_copies_are_near_their_place(name):
    rng = np.random.default_rng(1)
    law = joint_kernel.POPULATIONS[name](rng, 50)
    for place in zip(*(x.tolist() for x in law), strict=True):
        near = joint_kernel.copies(place, rng)
        assert all(each.shape == (joint_kernel.COPIES,) for each in near)
        for each, x, size in zip(near, place, (*place[:4], 4.0, 4.0), strict=True):
            assert abs(each - x).max() <= 1.01e-3 * abs(size)
        assert abs(near[4] ** 2 + near[5] ** 2 - 1).max() < 1e-15
