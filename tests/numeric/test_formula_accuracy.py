"""The published formulas against Arb: the quick version of `make accuracy`, at points that stay.

Two times ten thousand points a formula from a fixed seed, in every regime of `accuracy`, and the
points at which a formula was once wrong or the error the largest.
"""

import json
import math
from collections import Counter

import accuracy
import numpy as np
import pytest
from accuracy import FAMILIES, MAXIMUM, MEAN, REGIMES, Block, errors_at, flaws, published

from elu_sym import elu

POINTS, SEED = 20_000, 20

BLOCKS = {
    f"{block.regime} {block.index}": block for block in accuracy.blocks(points=POINTS, seed=SEED)
}


@pytest.mark.parametrize("block", BLOCKS)
def test_every_formula_is_right_to_the_last_digits(block):
    assert flaws(block, BLOCKS[block].measure()) == []


# Places at which a formula of ELU was wrong for some alpha, and why.
WRONG_ONCE = {
    "two regimes of a lognormal moment shared one array of exponents": (
        (-9.521158464597256, 2.1818751642512826),
        (-343.6736283025102, 13.108654170099069),
    ),
    "a quadrature rule was too short for the second difference at sigma near t": (
        (204.87854975732685, 14.180763435807508),
        (172.08610240187676, 15.282356685910562),
    ),
    "1 - phi M stood beside 1/2, where the condition number is zero": (
        (8.142979455875637e-10, 136.6072555139491),
    ),
    "erfcx errs by eight units in the last place near zero": (
        (0.05046130674452451, 0.7791491326775424),
    ),
    "a form of the lower variance cancelled where another does not": (
        (-1.2963720669775312, 1.3652377439729422),
    ),
    "mu/sigma overflowed where sigma is subnormal": ((-4.682874356963086e-10, 7.20486e-319),),
    "the two pieces cancelled to zero at alpha = 1": (
        (0.0, 5.942766398890338e-88),
        (-2.4377241079583113e-203, 9.9206464816189e-184),
        (-8.086799938286317e-197, 8.99266925204253e-99),
        (-5.167672103066227e-307, 5.083144750582947e-154),
    ),
    "a standard deviation lost its digits where the variance underflows": (
        (-157.8088325760697, 1.1287383976530148e-250),
        (-358.67491956052925, 1.3687993827867235e-169),
        (-51.655976089040095, 2.19635355884362e-300),
    ),
    "NaN where t + 2 sigma is near zero and both terms are huge": (
        (-7.018535848676937e113, 5.923907430017488e56),
    ),
    "exp(mu) underflowed before alpha multiplied it": ((-751.8401267082402, 0.0),),
}
ALPHAS = (1e-10, 1.0, 3.0, 1e5, 1e10)

# The same for other activations, at whole points.
WRONG_ELSEWHERE = {
    "the standard deviation left out the covariance of the parts where it is tiny": (
        "leaky_relu",
        (0.0, 1.4514777406781166e-271, 0.9359945589125893),
    ),
    "a standard deviation lost its digits where sigma is next to subnormal": (
        "selu",
        (5.299261250915129e-307, 5.940070244204533e-308, 61252365.21319223, 0.5941140947158148),
    ),
    "NaN where t + 2 sigma is near zero and both terms are huge": (
        "celu",
        (-1.111719478687856e143, 5.7391127174335e69, 0.0005925490277378726),
    ),
}


@pytest.mark.parametrize("cause", WRONG_ONCE)
def test_places_at_which_a_formula_was_wrong(cause):
    points = [(*place, alpha) for place in WRONG_ONCE[cause] for alpha in ALPHAS]
    assert beyond_the_maximum(errors_at("elu", columns_of(points))) == {}


@pytest.mark.parametrize("cause", WRONG_ELSEWHERE)
def test_points_at_which_another_activation_was_wrong(cause):
    activation, point = WRONG_ELSEWHERE[cause]
    assert beyond_the_maximum(errors_at(activation, columns_of([point]))) == {}


def beyond_the_maximum(tallies):
    return {name: tally for name, tally in tallies.items() if not tally.maximum <= MAXIMUM}


def columns_of(points):
    return tuple(np.array(column) for column in zip(*points, strict=True))


def kept_points():
    """The worst points of the runs that were kept, by formula."""
    points = {}
    for entry in accuracy.read()["worst_points"]:
        points.setdefault(entry["formula"], []).append(entry["point"])
    return points


@pytest.mark.parametrize("formula", kept_points())
def test_the_worst_points_of_the_past(formula):
    activation, _, name = formula.rpartition(".")
    activation = activation or "elu"
    function = {name: published(activation)[name]}
    tallies = errors_at(activation, columns_of(kept_points()[formula]), function)
    assert beyond_the_maximum(tallies) == {}


def test_the_result_that_is_kept_is_whole_and_within_the_limits():
    result = accuracy.read()
    assert result["points"] >= 2_000_000
    assert result["limits"] == {"maximum": MAXIMUM, "mean": MEAN}
    points = Counter()
    for row in result["table"]:
        assert row["maximum"] <= MAXIMUM
        assert row["mean"] <= MEAN
        points[row["regime"], row["formula"]] += row["points"]
    for name in published("elu"):
        assert points["anywhere", name] >= 1_000_000
        assert {regime for regime in REGIMES if not points[regime, name]} == set()
    assert {entry["formula"] for entry in result["worst_points"]} >= set(published("elu"))


def test_the_points_are_those_asked_for():
    assert sum(block.size for block in BLOCKS.values()) == pytest.approx(POINTS, rel=0.01)
    sizes = Counter()
    for block in BLOCKS.values():
        sizes[block.regime] += block.size
    assert sizes["anywhere"] == POINTS // 2
    assert set(sizes) == set(REGIMES)


def test_the_places_depend_on_the_seed_the_regime_and_the_index_alone():
    def places(*block):
        return [column.tolist() for column in Block(*block).places()[1:]]

    assert places("anywhere", 1, 0, 50) == places("anywhere", 1, 0, 50)
    others = [("anywhere", 2, 0, 50), ("anywhere", 1, 1, 50), ("ordinary", 1, 0, 50)]
    for other in others:
        assert places("anywhere", 1, 0, 50) != places(*other)


@pytest.mark.parametrize("regime", REGIMES)
def test_every_place_is_in_the_range(regime):
    _, mu, sigma, alpha = Block(regime, 3, 0, 2000).places()
    assert (abs(mu) <= 1e150).all()
    assert ((sigma >= 0) & (sigma <= 1.001e150)).all()
    assert ((alpha >= 1e-10) & (alpha <= 1e10)).all()
    assert (alpha == 1).any()


def test_zeros_are_among_the_places():
    _, mu, sigma, _ = Block("anywhere", 3, 0, 2000).places()
    assert (mu == 0).any()
    assert (sigma == 0).any()
    assert (mu < 0).any()


def within(low, high, x):
    return np.where((low < x) & (x < high), 1.0, 0.0)


def textbook(name):
    return elu.formulas[name].lambdify("scipy", "textbook")


# The same formula computed worse, and a regime that finds it.
MUTANTS = {
    "a relative 1e-13": (
        "ordinary",
        "mean",
        lambda mu, sigma, alpha: elu.mean(mu, sigma, alpha) * (1 + 1e-13),
    ),
    "a relative 1e-13 in one thirtieth of a regime": (
        "ordinary",
        "derivative_mean",
        lambda mu, sigma, alpha: (
            elu.derivative_mean(mu, sigma, alpha) * (1 + 1e-13 * within(-1.2, -0.8, mu / sigma))
        ),
    ),
    "a relative 4e-15 on average": (
        "anywhere",
        "second_moment",
        lambda mu, sigma, alpha: elu.second_moment(mu, sigma, alpha) * (1 + 4e-15),
    ),
    "a variance that is a difference": (
        "ordinary",
        "variance",
        lambda mu, sigma, alpha: (
            elu.second_moment(mu, sigma, alpha) - elu.mean(mu, sigma, alpha) ** 2
        ),
    ),
    "a standard deviation that is a root of an underflow": (
        "vanishing_scale",
        "std",
        lambda mu, sigma, alpha: np.sqrt(elu.variance(mu, sigma, alpha)),
    ),
    "the mean of textbooks": ("unit_scale", "mean", textbook("mean")),
    "the mean of textbooks far away": ("far_tails", "mean", textbook("mean")),
    "zero for what is small": (
        "far_left",
        "derivative_mean",
        lambda mu, sigma, alpha: (
            elu.derivative_mean(mu, sigma, alpha) * within(1e-290, math.inf, np.exp(mu))
        ),
    ),
    "the mean of another alpha": (
        "far_left",
        "mean",
        lambda mu, sigma, alpha: elu.mean(mu, sigma, alpha * (1 + 1e-14)),
    ),
}


@pytest.mark.parametrize("flaw", MUTANTS)
def test_a_worse_formula_is_rejected(flaw):
    regime, name, function = MUTANTS[flaw]
    _, *columns = Block(regime, SEED, 0, 500).places()
    with np.errstate(all="ignore"):
        assert len(flaws(regime, errors_at("elu", tuple(columns), {name: function}))) == 1


@pytest.mark.parametrize("activation", FAMILIES)
def test_a_flaw_in_any_family_is_rejected(activation):
    _, mu, sigma, alpha = Block("ordinary", SEED, 0, 100).places()
    columns = FAMILIES[activation].arguments(np.random.default_rng(0), mu, sigma, alpha)
    for name, formula in published(activation).items():

        def flawed(*arguments, formula=formula):
            return formula(*arguments) * (1 - 1e-13)

        assert flaws("ordinary", errors_at(activation, columns, {name: flawed}))
        assert not flaws("ordinary", errors_at(activation, columns, {name: formula}))


def test_the_program_says_its_seed_and_fails_above_a_limit(monkeypatch, capsys, tmp_path):
    arguments = ["--points", "200", "--processes", "1"]
    monkeypatch.setattr(accuracy, "RESULTS", tmp_path / "accuracy.json")
    assert accuracy.main([*arguments, "--seed", "5", "--write"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("seed 5\n")
    result = json.loads((tmp_path / "accuracy.json").read_text())
    assert len(result["worst_points"]) == len({row["formula"] for row in result["table"]})

    assert accuracy.main([*arguments, "--processes", "2", "--seed", "5"]) == 0
    assert capsys.readouterr().out == shown

    assert accuracy.main([*arguments, "--seed", "6", "--write"]) == 0
    assert capsys.readouterr().out != shown
    again = json.loads((tmp_path / "accuracy.json").read_text())
    assert again["worst_points"][: len(result["worst_points"])] == result["worst_points"]

    monkeypatch.setattr(accuracy, "MAXIMUM", 0.1)
    assert accuracy.main([*arguments, "--seed", "7", "--write"]) == 1
    assert "maximum" in capsys.readouterr().out
    assert json.loads((tmp_path / "accuracy.json").read_text()) == again


def test_a_fresh_seed_is_drawn(monkeypatch, capsys):
    monkeypatch.setattr(accuracy, "measure", lambda points, seed, processes: {"all": {}})
    seeds = set()
    for _ in range(2):
        assert accuracy.main([]) == 0
        seeds.add(capsys.readouterr().out.splitlines()[0])
    assert len(seeds) == 2


def test_a_point_without_a_truth_is_no_success(monkeypatch):
    def nothing(*_):
        raise ArithmeticError("no narrow enclosure")

    monkeypatch.setitem(FAMILIES, "elu", FAMILIES["elu"]._replace(truths=nothing))
    with pytest.raises(ArithmeticError):
        Block("ordinary", 0, 0, 1).measure()
