import math
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from mpmath import mp, mpf
from scipy.stats import norm

from elu_sym import elu, gain
from elu_sym.activations import Elu, EluDerivative
from elu_sym.book.formula import FORMULAS

SITE = Path(__file__).parents[2] / "notebooks" / "site"
sys.path.insert(0, str(SITE))
import explorer  # noqa: E402
import explorer_functions  # noqa: E402
import explorer_program  # noqa: E402
import explorer_quantities  # noqa: E402

TOLERANCE = 1e-12
TINY = 1e-300  # below which a double has fewer digits
NAMES = [name for group in explorer_quantities.GROUPS.values() for name in group]
OF_TWO = list(explorer_quantities.GROUPS["Two inputs"])
GAINS = {
    "second_moment_gain": ("second_moment", "second_moment"),
    "variance_gain": ("variance", "variance"),
    "gradient_gain": ("gradient", "derivative_second_moment"),
}
SIZES = [(1280, 900), (390, 844)]


def test_the_page_asks_for_nothing_and_has_no_place_left_empty() -> None:
    text = explorer.page(b"")
    assert "https:" not in text
    assert "http:" not in text
    assert "/* explorer" not in text
    assert '"formulas.h"' not in text


def test_a_changed_definition_changes_what_the_page_computes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = explorer_functions.javascript().splitlines()
    left = Elu.left
    monkeypatch.setattr(Elu, "left", staticmethod(lambda x, alpha: 2 * left(x, alpha)))
    after = explorer_functions.javascript().splitlines()
    moved = {
        line.split(":")[0].strip()
        for line, other in zip(before, after, strict=True)
        if line != other
    }
    assert {"value", "densityBelow"} <= moved
    assert "densityAbove" not in moved
    assert EluDerivative.activation is Elu


def test_every_formula_that_is_published_is_shown() -> None:
    published = {name for name in FORMULAS if "." not in name}
    assert published <= set(NAMES)


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("00_tour", "mean"),
        ("01_design", None),
        ("formulas/elu.variance", "variance"),
        ("formulas/elu.kernel", "kernel"),
        ("formulas/relu.variance", None),
        ("claims/elu.variance", None),
    ],
)
def test_pages_with_an_explorer(page: str, shown: str | None) -> None:
    pytest.importorskip("sphinx")
    from explorer_embedding import shown_on

    assert shown_on(page) == shown


# ---- In a browser


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    assert path, "these tests need Chromium: install it, on Debian apt install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def sources():
    return explorer_program.c_sources()


@pytest.fixture(scope="module")
def written(sources, tmp_path_factory):
    path = tmp_path_factory.mktemp("explorer") / "explorer.html"
    path.write_text(explorer.page(explorer_program.compiled(sources)), encoding="utf-8")
    return path


def opened(chromium, path, address="", size=SIZES[0], scheme="light"):
    """The page without a network; what it says in the console and asks for is an error."""
    page = chromium.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page.set_default_timeout(60_000)
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "request", lambda asked: asked.url.startswith("http") and page.complaints.append(asked.url)
    )
    page.context.set_offline(True)
    page.goto(path.as_uri() + address)
    page.evaluate("typeof ready === 'undefined' ? null : ready")
    return page


@pytest.fixture(scope="module")
def page(chromium, written):
    page = opened(chromium, written)
    yield page
    assert page.complaints == []
    page.close()


def points(seed: int) -> list[dict[str, float]]:
    """A thousand points of one input: ordinary ones, extreme ones and limits."""
    draw = np.random.default_rng(seed)
    ordinary = np.arange(1000) % 2 == 0
    alpha = np.where(ordinary, draw.uniform(0.05, 3, 1000), 10 ** draw.uniform(-8, 8, 1000))
    sigma = np.where(ordinary, draw.uniform(0.01, 4, 1000), 10 ** draw.uniform(-8, 8, 1000))
    mu = np.where(ordinary, draw.uniform(-4, 4, 1000), sigma * draw.uniform(-30, 30, 1000))
    level = np.where(ordinary, draw.uniform(0.01, 2, 1000), 10 ** draw.uniform(-8, 8, 1000))
    sigma[::10], mu[::15], mu[5::50], mu[7::50] = 0.0, 0.0, math.inf, -math.inf
    alpha[3::40], level[3::80], level[4::80] = 1.0, 1.0, alpha[4::80]
    rho = draw.uniform(-1, 1, 1000)
    columns = {"alpha": alpha, "mu": mu, "sigma": sigma, "rho": rho, "level": level}
    return [
        dict(zip(columns, map(float, row), strict=True))
        for row in zip(*columns.values(), strict=True)
    ]


def pairs(seed: int) -> list[dict[str, float]]:
    """A thousand points of two inputs, with the ends and the middle of the correlations."""
    draw = np.random.default_rng(seed)
    alpha, sigma = 10 ** draw.uniform(-2, 2, 1000), 10 ** draw.uniform(-4, 2, 1000)
    mu = sigma * draw.uniform(-10, 10, 1000)
    rho = draw.choice([-1.0, 0.0, 1.0, 1 - 1e-9], 1000)
    rho = np.where(np.arange(1000) % 4, draw.uniform(-1, 1, 1000), rho)
    mu[::9], sigma[::20] = 0.0, 0.0
    columns = {"alpha": alpha, "mu": mu, "sigma": sigma, "rho": rho, "level": np.ones(1000)}
    return [
        dict(zip(columns, map(float, row), strict=True))
        for row in zip(*columns.values(), strict=True)
    ]


def computed(page, given, names):
    """What the page computes, an array a name."""
    rows = page.evaluate(
        "([points, names]) => points.map((given) => {"
        " const found = quantitiesAt(given); return names.map((name) => found[name]); })",
        [given, names],
    )
    return dict(zip(names, np.array(rows, dtype=float).T, strict=True))


def column(given, name):
    return np.array([point[name] for point in given])


def of_one_input(given):
    """Truth and unit by name; the unit is abs(F) + sum abs(x dF/dx), with Python's gradients."""
    mu, sigma, alpha, level = (column(given, name) for name in ("mu", "sigma", "alpha", "level"))
    for name in NAMES:
        if name in OF_TWO or name in GAINS or name in ("derivative_below", "negative_probability"):
            continue
        formula = elu.formulas[name]
        truth = formula(mu, sigma, alpha)
        with np.errstate(all="ignore"):
            slopes = formula.numeric.compiled_gradient(mu, sigma, alpha)
            terms = [np.abs(x * s) for x, s in zip((mu, sigma, alpha), slopes, strict=True)]
        yield name, truth, np.abs(truth) + np.nansum(np.where(np.isinf(terms), 0.0, terms), axis=0)
    with np.errstate(all="ignore"):
        ends = {"derivative_below": np.log(level / alpha), "negative_probability": 0.0 * mu}
        truths = {
            "derivative_below": elu.derivative_below(level, mu, sigma, alpha),
            "negative_probability": elu.negative_probability(mu, sigma, alpha),
        }
        for name, end in ends.items():
            slope = np.nan_to_num(norm.pdf((end - mu) / sigma) / sigma)
            moved = np.nan_to_num(slope * (np.abs(mu) + np.abs(end - mu) + 2), posinf=0.0)
            yield name, truths[name], np.abs(truths[name]) + moved
    for name, (kept, moment) in GAINS.items():
        value = elu.formulas[moment](mu, sigma, alpha)
        with np.errstate(all="ignore"):
            slopes = elu.formulas[moment].numeric.compiled_gradient(mu, sigma, alpha)
            terms = [np.abs(x * s / value) for x, s in zip((mu, sigma, alpha), slopes, strict=True)]
            unit = 2 + np.nansum(terms, axis=0)
        is_double = (value > 1e-280) & (value < 1e280)
        truth = np.full(mu.shape, np.nan)
        truth[is_double] = gain(alpha[is_double], mu[is_double], sigma[is_double], preserve=kept)
        yield name, truth, np.abs(truth) * unit


def of_two_inputs(given):
    """Truth and unit by name: the root of the product of what two functions have alone."""
    mu, sigma, alpha, rho = (column(given, name) for name in ("mu", "sigma", "alpha", "rho"))
    square, slopes = (
        each(mu, sigma, alpha) for each in (elu.second_moment, elu.derivative_second_moment)
    )
    variance = elu.variance(mu, sigma, alpha)
    units = {
        "kernel": square,
        "derivative_kernel": slopes,
        "cross_kernel": np.sqrt(square * slopes),
        "joint_covariance": variance,
        "distance": 2 * square,
    }
    for name, unit in units.items():
        yield name, getattr(elu, name)(mu, sigma, mu, sigma, rho, alpha), unit
    covariance = elu.joint_covariance(mu, sigma, mu, sigma, rho, alpha)
    with np.errstate(invalid="ignore"):
        yield "correlation", covariance / variance, np.ones_like(mu)


def differences(found, truths):
    """The largest error of each in its unit; NaN and infinity must be where they are to be."""
    errors = {}
    for name, truth, unit in truths:
        value = found[name]
        is_number = np.isfinite(truth)
        alike = np.array_equal(value[~is_number], truth[~is_number], equal_nan=True)
        error = np.abs(value[is_number] - truth[is_number])
        scaled = np.where(error == 0, 0.0, error / np.maximum(unit[is_number], TINY))
        errors[name] = math.inf if not alike or np.isnan(scaled).any() else float(scaled.max())
    return errors


@pytest.mark.deep
def test_quantities_of_one_input(page) -> None:
    given = points(1)
    names = [name for name in NAMES if name not in OF_TWO]
    errors = differences(computed(page, given, names), of_one_input(given))
    assert errors.keys() == set(names)
    assert {name: error for name, error in errors.items() if error > TOLERANCE} == {}


@pytest.mark.deep
def test_quantities_of_two_inputs(page) -> None:
    given = pairs(2)
    errors = differences(computed(page, given, OF_TWO), of_two_inputs(given))
    assert errors.keys() == set(OF_TWO)
    assert {name: error for name, error in errors.items() if error > TOLERANCE} == {}


@pytest.mark.deep
def test_no_kernel_at_infinite_means(page) -> None:
    given = [
        {"alpha": 1.0, "mu": mu, "sigma": 1.0, "rho": 0.5, "level": 0.5}
        for mu in (math.inf, -math.inf)
    ]
    assert np.isnan(list(computed(page, given, OF_TWO).values())).all()


@pytest.mark.deep
def test_function_slope_and_density(page) -> None:
    draw = np.random.default_rng(3)
    given = [point | {"x": point["mu"] + point["sigma"] * draw.normal()} for point in points(4)]
    given = [p for p in given if p["sigma"] > 0 and math.isfinite(p["mu"]) and p["alpha"] < 1e6]
    rows = page.evaluate(
        "(points) => points.map((given) => { const y = valueAt(given, given.x);"
        " return [y, printed.slope(given), density(given, y)]; })",
        given,
    )
    checked = 0
    for point, (value, slope, density) in zip(given, rows, strict=True):
        with mp.workdps(50):
            x, alpha, mu, sigma = (mpf(point[name]) for name in ("x", "alpha", "mu", "sigma"))
            truth, rise = (x, mpf(1)) if x >= 0 else (alpha * mp.expm1(x), alpha * mp.exp(x))
            assert abs(mpf(value) - truth) <= TOLERANCE * abs(truth)
            assert abs(mpf(slope) - rise) <= TOLERANCE * rise * (1 + abs(x)) + TINY
            y = mpf(value)
            if y <= -alpha or (y < 0) != (x < 0):
                continue  # rounded to the floor, or to 0
            checked += 1
            x = mp.log1p(y / alpha) if y < 0 else y  # of the rounded y
            rise = alpha * mp.exp(x) if y < 0 else mpf(1)
            z = (x - mu) / sigma
            truth = mp.npdf(z) / sigma / rise
            steep = abs(y) / rise
            unit = truth * (1 + z**2 + abs(z) * (abs(x) + abs(mu) + steep) / sigma + steep)
            assert abs(mpf(density) - truth) <= TOLERANCE * unit + TINY
    assert checked > 500


MUTANTS = {
    "a constant of a formula": (
        "formulas.h",
        "number(0x1.0000000000000p+1)",
        "number(0x1.0000000001000p+1)",
    ),
    "a digit of the table": ("mills_table.h", "0x1.", "0x1.00001"),
    "a gain": ("page", "sigma/Math.sqrt(second_moment)", "sigma/Math.sqrt(1e-9 + second_moment)"),
    "a case": ("page", "level <= 1", "level <= 2"),
    "a number of the kernel": ("page", "ratio: ({alpha}) => alpha", "ratio: () => 1.000000001"),
    "another formula": (
        "formula_list.h",
        "#define MOST",
        "#define compute_mean compute_absolute_mean\n#define MOST",
    ),
}


@pytest.mark.deep
@pytest.mark.parametrize("name", MUTANTS)
def test_a_mistake_is_found(name, sources, written, chromium, tmp_path) -> None:
    file, text, other = MUTANTS[name]
    parts = {**sources, "page": written.read_text(encoding="utf-8")}
    assert text in parts[file]
    mutant = parts | {file: parts[file].replace(text, other)}
    if file != "page":
        del mutant["page"]
        mutant["page"] = explorer.page(explorer_program.compiled(mutant))
    path = tmp_path / "mutant.html"
    path.write_text(mutant["page"], encoding="utf-8")
    page = opened(chromium, path)
    if name == "a number of the kernel":
        given, names, truths = pairs(2), OF_TWO, of_two_inputs
    else:
        given, truths = points(1), of_one_input
        names = [each for each in NAMES if each not in OF_TWO]
    errors = differences(computed(page, given, names), truths(given))
    page.close()
    assert max(errors.values()) > TOLERANCE


@pytest.mark.deep
def test_the_address_keeps_the_state(chromium, written) -> None:
    page = opened(chromium, written, "#alpha=1.5&mu=-inf&sigma=1e+2&rho=-0.25&show=variance")
    values = {name: page.input_value(f"#{name}") for name in explorer_quantities.ARGUMENTS}
    assert values == {"alpha": "1.5", "mu": "-inf", "sigma": "1e+2", "rho": "-0.25", "level": "0.5"}
    assert page.inner_text("#shown-name") == "Var f(X)"
    page.fill("#mu", "0.25")
    page.focus("#sigma-slider")
    page.keyboard.press("Home")  # 0, the limit
    page.keyboard.press("ArrowRight")
    assert "alpha=1.5&mu=0.25&sigma=0.05&rho=-0.25" in page.url
    expected = float(elu.variance(0.25, 0.05, 1.5))
    assert float(page.inner_text("#shown-value")) == pytest.approx(expected, rel=1e-9)
    page.focus("input[value=variance]")
    page.keyboard.press("ArrowDown")
    assert page.url.endswith("show=std")
    page.wait_for_function("element('spoken').textContent.startsWith('std f(X) is 0.05')")
    page.evaluate("location.hash = '#alpha=2&mu=1&sigma=0'")
    page.wait_for_function("element('alpha').value === '2'")
    assert float(page.inner_text("#value-mean")) == 1.0
    again = opened(chromium, written, page.url.partition("explorer.html")[2])
    assert again.inner_text("#results") == page.inner_text("#results")
    assert page.complaints == again.complaints == []
    page.close()
    again.close()


@pytest.mark.deep
def test_what_is_out_of_its_domain_is_named_as_python_names_it(chromium, written) -> None:
    page = opened(chromium, written)
    numbers = {
        "0": 0.0,
        "-1": -1.0,
        "1": 1.0,
        "1e300": 1e300,
        "inf": math.inf,
        "-inf": -math.inf,
        "-0.5": -0.5,
    }
    calls = {
        "alpha": lambda x: elu.mean(0.0, 1.0, x),
        "mu": lambda x: elu.mean(x, 1.0, 1.0),
        "sigma": lambda x: elu.mean(0.0, x, 1.0),
        "level": lambda x: elu.derivative_below(x, 0.0, 1.0, 1.0),
        "rho": lambda x: elu.kernel(0.0, 1.0, 0.0, 1.0, x, 1.0),
    }
    for name, call in calls.items():
        for text, number in numbers.items():
            page.evaluate("(hash) => { location.hash = hash; readAddress(); }", f"#{name}={text}")
            try:
                call(number)
                expected = ""
            except ValueError as error:
                expected = f"{name} = {text}: {str(error).partition(': ')[2]}"
            assert page.inner_text("#problem") == expected
            assert page.input_value(f"#{name}") == text
            assert (page.inner_text("#value-mean") == "—") == bool(expected)
    for address, expected in {
        "#alpha=two": "alpha = two: give a finite number above zero",
        "#mu=": "mu = : give a real number",
        "#sigma=0x10": "sigma = 0x10: give",
        "#beta=1": "beta: no such argument; give alpha, mu, sigma, rho, level or show",
        "#show=median": "show = median: give one of mean,",
    }.items():
        page.evaluate("(hash) => { location.hash = hash; readAddress(); }", address)
        assert page.inner_text("#problem").startswith(expected)
    assert page.complaints == []
    page.close()


@pytest.mark.deep
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_accessible_at_every_width(chromium, written, size, scheme) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for address in (
        "",
        "#mu=inf",
        "#alpha=-1",
        "#alpha=1e200&mu=-1e150&sigma=1e8",
        "#alpha=0.05&sigma=4",
    ):
        page = opened(chromium, written, address, size, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        found = Axe().run(page).response["violations"]
        serious = [each["id"] for each in found if each["impact"] in ("serious", "critical")]
        assert serious == []
        assert page.complaints == []
        page.close()


@pytest.mark.deep
def test_it_stands_in_the_pages_of_the_site(chromium, tmp_path) -> None:
    source, built = tmp_path / "source", tmp_path / "built"
    (source / "formulas").mkdir(parents=True)
    conf = f"import sys\nsys.path.insert(0, {str(SITE)!r})\nextensions = ['explorer_embedding']\n"
    (source / "conf.py").write_text(f"{conf}html_theme = 'furo'\n")
    (source / "index.rst").write_text(
        "Start\n=====\n\n.. toctree::\n\n   00_tour\n   formulas/elu.std\n"
    )
    (source / "00_tour.rst").write_text("Tour\n====\n\nWords.\n")
    (source / "formulas" / "elu.std.rst").write_text("std\n===\n\nWords.\n")
    subprocess.run([sys.executable, "-m", "sphinx", "-q", str(source), str(built)], check=True)
    assert "<iframe" not in (built / "index.html").read_text()
    for name, size in (("00_tour.html", SIZES[0]), ("formulas/elu.std.html", SIZES[1])):
        page = opened(chromium, built / name, size=size)
        page.locator("iframe").scroll_into_view_if_needed()
        (inside,) = page.frames[1:]
        inside.wait_for_function("program && document.body.classList.contains('framed')")
        assert inside.inner_text("#shown-name") == ("std f(X)" if "std" in name else "E f(X)")
        page.wait_for_function(
            "(height) => Math.abs(document.querySelector('iframe').clientHeight - height) < 40",
            arg=inside.evaluate("document.body.offsetHeight"),
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        page.evaluate("document.body.dataset.theme = 'dark'")
        inside.wait_for_function(
            "getComputedStyle(document.body).backgroundColor === 'rgb(19, 20, 22)'"
        )
        assert page.complaints == []
        page.close()
