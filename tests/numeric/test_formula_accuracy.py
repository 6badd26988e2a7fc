"""Formulas and derivatives against Arb: the quick version of `make accuracy`, at points that stay.

Thousands of points a formula of ELU from a fixed seed, in every regime, and the points at which
something was once wrong or the error the largest.
"""

import math
from collections import Counter
from zlib import crc32

import accuracy
import formula_oracles
import joint_accuracy
import joint_regimes
import numpy as np
import pytest
import regimes
from accuracy import LIMITS, Block, PairBlock, Tally, flaws, measure_derivatives, measure_formulas
from regimes import RANGE, REGIMES

from elu_sym import elu, moments
from elu_sym.book.formula import ACTIVATIONS, FORMULAS, Formula
from elu_sym.numeric.function import NumericFunction
from elu_sym.numeric.joint_expectations import QUANTITIES

QUICK, MORE, SEED = 4_000, 20_000, 20

BLOCKS = {
    f"{block.regime} {block.index} of {points}": block
    for points in (QUICK, MORE)
    for block in accuracy.blocks(points, SEED)
}
DERIVATIVES = {
    f"{formula.id} by {name}"
    for formula in FORMULAS.values()
    for name in formula.arguments
    if not formula.quantity.by_cases
}


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(name, marks=pytest.mark.deep) if name.endswith(str(MORE)) else name
        for name in BLOCKS
    ],
)
def test_every_formula_and_derivative_is_right_to_the_last_digits(block):
    found = BLOCKS[block].measure()
    assert set(found) == set(FORMULAS) | DERIVATIVES
    assert flaws(block, found) == []


@pytest.mark.parametrize("regime", REGIMES)
def test_the_moments_together_are_right_to_the_last_digits(regime):
    names, arguments = ("mean", "second_moment", "variance"), ("mu", "sigma", "alpha")
    rng = np.random.default_rng([SEED, crc32(regime.encode())])
    columns = regimes.arguments(arguments, False, rng, *regimes.places(regime, rng, 20))
    known = accuracy.truths_at([elu.formulas[name] for name in names], columns)
    for compute in (moments, NumericFunction("moments", arguments).by_numpy):
        for name, values in zip(names, compute(*columns), strict=True):
            true = accuracy.Columns.of(each[name] for each in known)
            assert accuracy.errors(values, true).max() <= LIMITS["formula"][0]


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


def measured(formula, *points):
    """The tallies of a formula and its derivatives at some points."""
    columns = columns_of(points)
    return measure_formulas([formula], columns) | measure_derivatives([formula], columns)


def columns_of(points):
    return tuple(np.array(column) for column in zip(*points, strict=True))


@pytest.mark.parametrize("cause", WRONG_ONCE)
def test_places_at_which_a_formula_was_wrong(cause):
    points = [(*place, alpha) for place in WRONG_ONCE[cause] for alpha in ALPHAS]
    for formula in elu.formulas.values():
        if formula.quantity.published and not formula.quantity.by_cases:
            assert flaws(cause, {formula.id: measured(formula, *points)[formula.id]}) == []


@pytest.mark.parametrize("cause", WRONG_ELSEWHERE)
def test_points_at_which_another_activation_was_wrong(cause):
    activation, point = WRONG_ELSEWHERE[cause]
    for formula in ACTIVATIONS[activation].formulas.values():
        if formula.quantity.published and not formula.quantity.by_cases:
            assert flaws(cause, {formula.id: measured(formula, point)[formula.id]}) == []


def kept_points():
    """The worst points of the runs that were kept, by formula or derivative."""
    points = {}
    for entry in accuracy.read()["worst_points"]:
        if not entry["formula"].startswith("two inputs"):
            points.setdefault(entry["formula"], []).append(entry["point"])
    return points


@pytest.mark.parametrize("name", kept_points())
def test_the_worst_points_of_the_past(name):
    formula = FORMULAS[name.partition(" by ")[0]]
    assert flaws(name, {name: measured(formula, *kept_points()[name])[name]}) == []


def test_the_result_that_is_kept_is_whole_and_within_the_limits():
    result = accuracy.read()
    assert result["points"] >= 2_000_000
    assert result["limits"] == {kind: list(each) for kind, each in LIMITS.items()}
    assert result["regimes"].keys() == {*REGIMES, "all"}
    assert result["regimes"]["anywhere"] >= 1_000_000
    rows = {row.pop("formula"): Tally(**row) for row in result["table"]}
    assert set(rows) == set(FORMULAS) | DERIVATIVES
    for name, row in rows.items():
        assert flaws("all", {name: row}) == []
        whole = FORMULAS.get(name) in elu.formulas.values()
        # Where a derivative has no bound, a point of its 125,000 does not count.
        left = 79_000 if " by " in name else 124_000
        assert row.points >= (1_999_000 if whole else left)
    assert {entry["formula"] for entry in result["worst_points"]} >= set(rows)


def test_the_points_are_those_asked_for():
    all_points = QUICK + MORE
    assert sum(block.size for block in BLOCKS.values()) == pytest.approx(all_points, rel=0.01)
    sizes = Counter()
    for block in BLOCKS.values():
        sizes[block.regime] += block.size
    assert sizes["anywhere"] == all_points // 2
    assert set(sizes) == set(REGIMES)


def test_the_points_depend_on_the_seed_the_regime_and_the_index_alone():
    def columns(*block):
        return [column.tolist() for column in Block(*block).columns(elu.mean)]

    assert columns("anywhere", 1, 0, 50) == columns("anywhere", 1, 0, 50)
    others = [("anywhere", 2, 0, 50), ("anywhere", 1, 1, 50), ("ordinary", 1, 0, 50)]
    for other in others:
        assert columns("anywhere", 1, 0, 50) != columns(*other)


@pytest.mark.parametrize("formula", [*accuracy.groups()], ids=lambda group: group[0].id)
@pytest.mark.parametrize("regime", REGIMES)
def test_every_point_is_in_the_range(regime, formula):
    formula = formula[0]
    arguments = dict(
        zip(formula.arguments, Block(regime, 3, 0, 2000).columns(formula), strict=True)
    )
    mu, sigma = arguments.pop("mu"), arguments.pop("sigma")
    assert (mu == -np.inf).any() or regime in ("location_zero",)
    assert (sigma == 0).any()
    assert (abs(mu[np.isfinite(mu)]) <= 1e150).all()
    assert ((sigma >= 0) & (sigma <= 1.001e150)).all()
    if "level" in arguments:
        level = arguments.pop("level")
        assert ((level >= 1e-300) & (level <= 1e150)).all()
    for each in arguments.values():
        assert ((each >= RANGE["alpha"][0]) & (each <= RANGE["alpha"][1])).all()


def test_a_power_of_a_parameter_meets_a_moment_at_either_end_of_the_doubles():
    mu, sigma, alpha = Block("edges_of_powers", 3, 0, 2000).columns(elu.fourth_moment)
    with np.errstate(all="ignore"):
        found = [n * np.log10(alpha * sigma) for n in (1, 2, 3, 4)]
    for end in (-308, 308):
        near = [(abs(logarithm - end) < 20) & (abs(mu) < 10 * sigma) for logarithm in found]
        assert all(each.any() for each in near[1:])


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
    "a covariance that is a product of two doubles": (
        "far_tails",
        "covariance",
        lambda mu, sigma, alpha: sigma**2 * elu.derivative_mean(mu, sigma, alpha),
    ),
    "a fourth moment whose alpha is multiplied last": (
        "edges_of_powers",
        "fourth_moment",
        lambda mu, sigma, alpha: elu.fourth_moment(mu, sigma, alpha) / alpha**4 * alpha**4,
    ),
    "a third moment that is a difference": (
        "location_zero",
        "third_moment",
        lambda mu, sigma, alpha: textbook("third_moment")(mu, sigma, alpha),
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
    "NaN at an infinite location": (
        "ordinary",
        "variance",
        lambda mu, sigma, alpha: elu.variance(mu, sigma, alpha) + 0 * mu,
    ),
}


@pytest.mark.parametrize("flaw", MUTANTS)
def test_a_worse_formula_is_rejected(flaw):
    regime, name, function = MUTANTS[flaw]
    formula = elu.formulas[name]
    columns = Block(regime, SEED, 0, 500).columns(formula)
    with np.errstate(all="ignore"):
        found = measure_formulas([formula], columns, value=function)
    assert len(flaws(regime, found)) == 1


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
def test_a_flaw_in_any_formula_or_derivative_is_rejected(formula):
    columns = Block("ordinary", SEED, 0, 60).columns(formula, derivatives=True)
    inside = np.isfinite(columns[formula.arguments.index("mu")])
    columns = tuple(column[inside] for column in columns)
    assert flaws("ordinary", measure_formulas([formula], columns)) == []

    def flawed(*arguments):
        return formula(*arguments) * (1 - 1e-13)

    if formula.id == "relu.negative_mean":  # which is zero
        return
    assert flaws("ordinary", measure_formulas([formula], columns, flawed))
    if formula.quantity.by_cases:
        return
    for i, name in enumerate(formula.arguments):

        def one_flawed(formula, i=i):
            exact = accuracy.gradient(formula)
            return lambda *x: [each * (1 + 1e-12 * (i == j)) for j, each in enumerate(exact(*x))]

        found = flaws("ordinary", measure_derivatives([formula], columns, one_flawed))
        assert [flaw.partition(",")[0] for flaw in found] == [f"{formula.id} by {name}"]


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_a_new_formula_fails_until_it_has_a_truth(activation, monkeypatch):
    quantity = activation.mean.quantity._replace(name="kurtosis")
    monkeypatch.setitem(FORMULAS, "new", Formula(quantity, activation))
    with pytest.raises(LookupError, match=rf"no truth of {activation.name}\.kurtosis"):
        Block("ordinary", 0, 0, 1).measure()


def test_a_new_activation_fails_until_it_has_a_truth(monkeypatch):
    monkeypatch.delitem(formula_oracles.ACTIVATIONS, "celu")
    with pytest.raises(LookupError, match=r"celu"):
        Block("ordinary", 0, 0, 1).measure()


def test_a_formula_whose_gradient_is_lost_fails(monkeypatch):
    monkeypatch.delattr(accuracy._gradients, "selu_covariance_gradient")
    with pytest.raises(AttributeError, match="selu_covariance_gradient"):
        Block("ordinary", 0, 0, 1).measure()


def run(capsys, *options):
    code = accuracy.main(["--points", "400", *options])
    return code, capsys.readouterr().out


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """A run that measures little, and keeps what it finds in a folder of its own."""
    monkeypatch.setattr(accuracy, "PARTS", tmp_path / "parts")
    monkeypatch.setattr(accuracy, "RESULTS", tmp_path / "accuracy.json")
    monkeypatch.setattr(accuracy, "groups", lambda: iter([[elu.mean]]))
    monkeypatch.setattr(accuracy, "BLOCK", 10)
    one = {"ordinary": joint_regimes.REGIMES["ordinary"]}
    monkeypatch.setattr(joint_regimes, "REGIMES", one)
    return tmp_path


def test_the_program_says_its_seed_and_fails_above_a_limit(monkeypatch, capsys, elsewhere):
    code, shown = run(capsys, "--processes", "0", "--seed", "5", "--write")
    assert code == 0
    assert shown.startswith("seed 5\n")
    result = accuracy.read()
    assert len(result["table"]) == 4
    assert len(result["worst_points"]) == 4 + len(QUANTITIES)
    assert [row.get("points") for row in result["two_inputs"]] == [None, 1, 1]

    assert run(capsys, "--processes", "0", "--seed", "5") == (0, shown)
    assert run(capsys, "--processes", "0", "--seed", "6", "--write")[1] != shown
    again = accuracy.read()
    assert again["worst_points"][: len(result["worst_points"])] == result["worst_points"]

    monkeypatch.setitem(LIMITS, "formula", (0.1, 1.0))
    code, shown = run(capsys, "--processes", "0", "--seed", "7", "--write")
    assert code == 1
    assert "mean, all: maximum" in shown
    monkeypatch.setitem(LIMITS, "formula", (8.0, 1.0))
    monkeypatch.setattr(joint_accuracy, "BOUND", 1e-18)
    code, shown = run(capsys, "--processes", "0", "--seed", "7", "--write")
    assert code == 1
    assert "two inputs: kernel, all: maximum" in shown
    assert accuracy.read() == again
    assert list((elsewhere / "parts").iterdir()) == []


def test_one_table_is_measured_and_the_other_one_stays(capsys, elsewhere):
    options = ("--processes", "0", "--write", "--seed")
    run(capsys, *options, "5")
    before = accuracy.read()
    code, shown = run(capsys, *options, "6", "--only", "two-inputs")
    assert code == 0
    assert "elu.mean" not in shown
    after = accuracy.read()
    kept = ("seed", "points", "regimes", "table")
    assert [after[key] for key in kept] == [before[key] for key in kept]
    assert after["two_inputs"][0] == {"seed": 6}


def test_the_points_do_not_depend_on_the_number_of_processes():
    planned = [Block("ordinary", 5, 0, 20), Block("ordinary", 5, 1, 20)]
    planned.append(PairBlock("ordinary", 5, 0, 2))
    assert accuracy.measure(planned, 0) == accuracy.measure(planned, 2)


def test_an_interrupted_run_goes_on_where_it_stopped(monkeypatch, capsys, elsewhere):
    measure, measured = Block.measure, []

    def interrupted(block):
        measured.append(block)
        if len(measured) == 7:
            raise KeyboardInterrupt
        return measure(block)

    monkeypatch.setattr(Block, "measure", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(capsys, "--processes", "0", "--seed", "5")
    capsys.readouterr()
    code, shown = run(capsys, "--processes", "0")
    assert code == 0
    assert shown.startswith("seed 5\n")
    assert len(measured) == len(set(measured)) + 1 == len([*accuracy.blocks(400, 5)]) + 1

    monkeypatch.setattr(Block, "measure", measure)
    assert run(capsys, "--processes", "0", "--seed", "5") == (0, shown)


@pytest.mark.parametrize("damage", ["cut", "a bit", "other sources", "another block", "nothing"])
def test_a_part_is_used_only_if_it_is_whole_and_of_these_sources(damage, monkeypatch, elsewhere):
    block = Block("ordinary", 5, 0, 10)
    pairs = PairBlock("ordinary", 5, 0, 1)
    assert pairs.measured(elsewhere) == pairs.measured(elsewhere) == pairs.measure()
    assert block.measured(elsewhere) == block.measure()
    path = elsewhere / "ordinary-0.json"
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[:-9])
    elif damage == "a bit":
        path.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    elif damage == "other sources":
        monkeypatch.setattr(accuracy, "sources", lambda: 1)
    elif damage == "another block":
        block = block._replace(seed=6)
    known = accuracy.read_part(path, block)
    assert (known is None) == (damage != "nothing")
    assert block.measured(elsewhere) == block.measure()


def test_a_fresh_seed_is_drawn(monkeypatch, capsys, elsewhere):
    monkeypatch.setattr(accuracy, "measure", lambda *_: {"all": {}})
    seeds = set()
    for _ in range(2):
        assert accuracy.main([]) == 0
        seeds.add(capsys.readouterr().out.splitlines()[0])
    assert len(seeds) == 2


def test_a_point_without_a_truth_is_no_success(monkeypatch):
    monkeypatch.setattr(formula_oracles, "PRECISIONS", (20,))
    with pytest.raises(ArithmeticError, match="no narrow enclosure"):
        Block("ordinary", 0, 0, 1).measure()
