"""The site in Chromium: every page, on a desk and on a phone, light and dark."""

import pytest
import site_checks

pytestmark = pytest.mark.deep

GENERATED = ("formulas/", "claims/")
"""Folders of many pages of a kind; of each kind a few are looked at closely."""
CLOSELY = 4

COLOURFUL = (
    "index.html",
    "00_tour.html",
    "15_which_weights.html",
    "how_to_choose.html",
    "questions.html",
    "search.html",
    "explorer.html",
    "claims/index.html",
    "claims/map.html",
    "formulas/index.html",
    "reference/gains.html",
    "reference/layer_audit.html",
)
"""Pages that have, all together, every element of which the colours could be too much alike."""

GOOD = """<!doctype html><html lang="en"><head><title>A page</title>
<link rel="icon" href="data:,"></head>
<body><main><h1>A page</h1><article>{}</article></main></body></html>"""

FAULTS = {
    "console": "<script>undefined_name()</script>",
    "request off the machine": '<img alt="A picture" src="http://example.invalid/picture.png">',
    "failed request": '<script src="missing.js"></script>',
    "raw TeX": "<p>the mean is $\\mu$</p>",
    "raw TeX in MathML": "<math><mi>\\foo</mi></math>",
    "scrolls sideways": '<p style="width: 2000px">wide</p>',
    "missing image": '<img alt="A picture" src="data:image/png;base64,AAAA">',
    "image without a text": '<img src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E">',
    "axe": '<p style="color: #bbb; background: #fff">hardly to be read</p>',
}


@pytest.mark.parametrize("half", [0, 1])
def test_every_page(site, half):
    names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    assert "index.html" in names
    of_kinds = [[name for name in names if name.startswith(folder)] for folder in GENERATED]
    some = {name for kind in of_kinds for name in kind[:: max(1, len(kind) // CLOSELY)]}
    written = {name for name in names if not name.startswith(GENERATED)}
    found = []
    with site_checks.served(site) as home, site_checks.chromium() as browser:
        looker = site_checks.Looker(browser, home)
        for name in names[half::2]:
            contrast = name in COLOURFUL or name in some
            found += looker.findings(name, rules=name in written | some, contrast=contrast)
    assert found == []


def test_no_link_is_dead(site):
    assert site_checks.dead_links(site) == []


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_the_search_finds_the_third_moment(site, scheme):
    with site_checks.served(site) as home, site_checks.chromium() as browser:
        page = browser.new_page()
        start = home if scheme == "http" else f"{site.as_uri()}/"
        page.goto(f"{start}index.html")
        page.get_by_placeholder("Search").fill("third moment")
        page.keyboard.press("Enter")
        page.wait_for_selector("#search-results li a")
        links = page.locator("#search-results li a").evaluate_all("all => all.map(a => a.href)")
    assert f"{start}formulas/elu.third_moment.html" in {link.partition("?")[0] for link in links}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """A page without a fault, and one with each."""
    folder = tmp_path_factory.mktemp("faulty")
    (folder / "good.html").write_text(GOOD.format("<p>good</p>"), encoding="utf-8")
    for number, fault in enumerate(FAULTS.values()):
        (folder / f"{number}.html").write_text(GOOD.format(fault), encoding="utf-8")
    return folder


def test_each_check_finds_its_fault_and_no_other(faulty):
    with site_checks.served(faulty) as home, site_checks.chromium() as browser:
        looker = site_checks.Looker(browser, home)
        assert looker.findings("good.html", rules=True, contrast=True) == []
        for number, kind in enumerate(FAULTS):
            found = looker.findings(f"{number}.html", contrast=kind == "axe")
            assert kind in {site_checks.kind_of(each) for each in found}, found


@pytest.mark.parametrize(
    ("link", "kind"),
    [
        ("good.html", None),
        ("good.html#there", None),
        ("gone.html", "dead link"),
        ("good.html#gone", "dead anchor"),
        ("#gone", "dead anchor"),
        ("https://elsewhere", None),
    ],
)
def test_a_dead_link_is_found(tmp_path, link, kind):
    (tmp_path / "good.html").write_text(GOOD.format('<p id="there">x</p>'), encoding="utf-8")
    (tmp_path / "page.html").write_text(GOOD.format(f'<a href="{link}">x</a>'), encoding="utf-8")
    found = site_checks.dead_links(tmp_path)
    assert [site_checks.kind_of(each) for each in found] == ([kind] if kind else [])
