"""What is asked of every page of the site, in Chromium and of its files; each check can fail."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

DESKTOP, PHONE = 1280, 390

SIZES = tuple((width, scheme) for scheme in ("light", "dark") for width in (DESKTOP, PHONE))

AXE = """async ([rules, enabled]) => {
  const options = { resultTypes: ["violations"] };
  if (enabled) options.runOnly = rules;
  else options.rules = Object.fromEntries(rules.map(rule => [rule, { enabled }]));
  const { violations } = await axe.run({ exclude: ["math"] }, options);
  return violations.filter(each => ["serious", "critical"].includes(each.impact)).map(each =>
    `axe: ${each.id}, ${each.nodes.length} times, first ${each.nodes[0].html.slice(0, 120)}`);
}"""
"""What axe-core finds, by some rules alone or by all others. Formulas have the colour of their
text, and thousands of elements."""

STRUCTURE = r"""() => {
  const found = [];
  const raw = /\\[A-Za-z]{2,}|\$[^\s$][^$]*\$/;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    if (raw.test(data) && !parentElement.closest("code, pre, script, style, textarea"))
      found.push(`raw TeX: ${data.trim().slice(0, 80)}`);
  }
  for (const math of document.querySelectorAll("math")) {
    if (/[\\&]/.test(math.textContent))
      found.push(`raw TeX in MathML: ${math.getAttribute("alttext")}`);
  }
  for (const image of document.images) {
    image.loading = "eager";
    const name = image.getAttribute("src").split("/").pop().slice(0, 80);
    if (image.complete && !image.naturalWidth) found.push(`missing image: ${name}`);
    const text = image.alt.trim();
    if (!text || /\.(png|svg|jpe?g)$/.test(text)) found.push(`image without a text: ${name}`);
  }
  return found;
}"""
"""What is wrong with the text and the images of a page, whatever its width."""

WIDE = """() => {
  const all = document.documentElement;
  if (all.scrollWidth <= innerWidth) return "";
  const boxes = [...document.querySelectorAll("article *")];
  const widest = boxes.find(box => box.getBoundingClientRect().right > innerWidth + 1);
  return `${all.scrollWidth} px wide: ${widest ? widest.outerHTML.slice(0, 120) : "the page"}`;
}"""
"""Whether the page scrolls sideways, and because of what."""


class ChromiumMissingError(RuntimeError):
    """There is no browser to look at the pages with."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of the system."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if path is None:
        raise ChromiumMissingError("there is no Chromium on the PATH: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


class _Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder on this machine's own network, by its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder)) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


class Looker:
    """A browser that looks at one page after another and notes what is wrong."""

    def __init__(self, browser: Browser, home: str) -> None:
        self.home = home
        self.page: Page = browser.new_page(viewport={"width": DESKTOP, "height": 900})
        self.noted: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self._note(True, f"console: {error}"))
        self.page.on("request", self._request)
        self.page.on("requestfailed", lambda each: self._note(True, f"failed request: {each.url}"))
        self.page.on("response", self._response)
        self.page.route(self._outside, lambda route: route.abort())
        self.page.set_default_timeout(300_000)  # the machine may be busy with something else

    def _note(self, wrong: bool, what: str) -> None:
        if wrong:
            self.noted.append(what)

    def _outside(self, address: str) -> bool:
        return not address.startswith((self.home, "data:", "blob:"))

    def _console(self, said: ConsoleMessage) -> None:
        self._note(said.type == "error", f"console: {said.text}")

    def _request(self, request: Request) -> None:
        self._note(self._outside(request.url), f"request off the machine: {request.url}")

    def _response(self, response: Response) -> None:
        self._note(response.status >= 400, f"failed request: {response.url} ({response.status})")

    def findings(self, name: str, rules: bool = False, contrast: bool = False) -> list[str]:
        """What is wrong with a page at every width.

        Args:
            name: its path in the site.
            rules: whether axe-core is asked, too, by all its rules but the contrast of colours.
            contrast: whether it is looked at in the dark, too, and asked for that in both schemes,
                which takes longest.
        """
        self.noted.clear()
        self.page.set_viewport_size({"width": DESKTOP, "height": 900})
        self.page.emulate_media(color_scheme="light")
        self.page.goto(self.home + name, wait_until="load")
        found: list[str] = self.page.evaluate(STRUCTURE)
        if rules or contrast:
            self.page.evaluate(AXE_SCRIPT)
        for width, scheme in SIZES if contrast else SIZES[:2]:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.emulate_media(color_scheme=scheme)
            if wide := self.page.evaluate(WIDE):
                found.append(f"scrolls sideways at {width} px: {wide}")
            # Rules other than those of colours do not depend on the scheme, those not on the width;
            # and what is there on a phone alone, the menus, is the same on all pages.
            if rules and scheme == "light" and (contrast or width == DESKTOP):
                found += self.page.evaluate(AXE, [["color-contrast"], False])
            if contrast and width == DESKTOP:
                found += self.page.evaluate(AXE, [["color-contrast"], True])
        return [f"{name}: {each}" for each in dict.fromkeys(found + self.noted)]


class _Links(HTMLParser):
    """The addresses that a page leads to, and those in it that can be led to."""

    def __init__(self) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note what a tag has."""
        given = dict(attributes)
        self.places.update(given[each] or "" for each in ("id", "name") if each in given)
        links = [given.get("href") if tag in ("a", "link") else None, given.get("src")]
        self.links.update(each for each in links if each)


def dead_links(site: Path) -> list[str]:
    """The links of a site, on pages of it, that lead to no file or to no place in one."""
    pages: dict[Path, _Links] = {}
    for path in sorted(site.rglob("*.html")):
        pages[path] = _Links()
        pages[path].feed(path.read_text(encoding="utf-8"))
    found = []
    for path, page in pages.items():
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            name = path.relative_to(site)
            if not target.is_file():
                found.append(f"{name}: dead link: {link}")
            # What has a sign of equality is the state of a page, and no place in it.
            elif target in pages and parts.fragment and "=" not in parts.fragment:
                places = pages[target].places
                found += [f"{name}: dead anchor: {link}"] * (unquote(parts.fragment) not in places)
    return found


def kind_of(finding: str) -> str:
    """The check that a finding is of."""
    return re.sub(r"^[^:]*: ", "", finding).partition(":")[0].split(" at ")[0]
