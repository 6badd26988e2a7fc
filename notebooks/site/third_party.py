"""What of the built site others wrote: version, licence and hash of each file and library.

``python notebooks/site/third_party.py`` writes ``THIRD_PARTY.md`` from the site that ``make html``
built.
"""

import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from hashlib import sha256
from importlib.metadata import distribution, version
from pathlib import Path

from elu_sym.generate.whole_files import write_whole

__all__ = ["LIBRARIES", "UnknownFileError", "text", "third_party"]

ROOT = Path(__file__).parents[2]
OWN = Path(__file__).parent
PLACE = ROOT / "THIRD_PARTY.md"

KINDS = (".css", ".js", ".woff2")

SPHINX = (f"Sphinx {version('sphinx')}", "BSD-2-Clause")
SNOWBALL = (f"Snowball, in Sphinx {version('sphinx')}", "BSD-3-Clause")
FURO = (f"Furo {version('furo')}", "MIT")

COMPONENTS = {
    "scripts/furo.js": (f"Furo {version('furo')}, with Gumshoe 5.1.2", "MIT"),
    "scripts/furo-extensions.js": FURO,
    "styles/furo*.css": FURO,
    "skeleton.css": FURO,
    "debug.css": FURO,
    "mystnb.*.css": (f"MyST-NB {version('myst-nb')}", "BSD-3-Clause"),
    "stix-two-math.woff2": ("STIX Two Math, as in @fontsource/stix-two-math 5.3.0", "OFL-1.1"),
    "*-stemmer.js": SNOWBALL,
    "language_data.js": SPHINX,
    "basic.css": SPHINX,
    "doctools.js": SPHINX,
    "searchtools.js": SPHINX,
    "sphinx_highlight.js": SPHINX,
}
"""The files of each component and its licence, by patterns of their names."""

ZIG = ("Copyright (c) Zig contributors", "../LICENSE")

LIBRARIES = {
    "libc": ("musl 1.2.5", "Copyright © 2005-2020 Rich Felker, et al.", "libc/musl/COPYRIGHT"),
    "crt1-reactor": ("wasi-libc", "the authors of wasi-libc", "libc/wasi/LICENSE-MIT"),
    "libzigc": ("the C library of Zig", *ZIG),
    "libcompiler_rt": ("compiler_rt of Zig", *ZIG),
}
"""What the program of the explorer is linked with: of whom, and where ziglang has the licence."""

WRITTEN = ("documentation_options.js", "pygments.css")
"""What Sphinx and Pygments write for this site, beside the index of the search."""

HEAD = """# What others wrote of the site

The package contains none of this. The pages that `make html` builds are shown with the styles,
scripts and one font below, which are copied from the packages of the extra `site` and from
`notebooks/site/static`; a page asks nobody else for anything.
`python notebooks/site/third_party.py` writes this file, and a test compares it with the site.

| file in `_static/` | of | licence | SHA-256 |
|---|---|---|---|
"""

COMPILED = """
## Compiled into the explorer

`explorer.html` contains a program that `ziglang {}` compiles. The exponential and other elementary
functions come from the libraries below; the hash is that of the text of the licence.

| library | of | licence | copyright | SHA-256 |
|---|---|---|---|---|
"""

TAIL = """
## Licences

The texts of the licences: [Sphinx](https://github.com/sphinx-doc/sphinx/blob/master/LICENSE.rst),
[Snowball](https://github.com/snowballstem/snowball/blob/master/COPYING),
[Furo](https://github.com/pradyunsg/furo/blob/main/LICENSE),
[Gumshoe](https://github.com/cferdinandi/gumshoe/blob/master/LICENSE.md),
[MyST-NB](https://github.com/executablebooks/MyST-NB/blob/master/LICENSE),
[musl](https://git.musl-libc.org/cgit/musl/tree/COPYRIGHT),
[wasi-libc](https://github.com/WebAssembly/wasi-libc/blob/main/LICENSE-MIT),
[Zig](https://codeberg.org/ziglang/zig/src/branch/master/LICENSE),
[SIL Open Font License 1.1](https://openfontlicense.org).
"""


class UnknownFileError(LookupError):
    """A file of which it is not known who wrote it."""


def third_party(site: Path) -> Iterator[tuple[str, str, str, str]]:
    """The name, the component, the licence and the hash of each file that others wrote.

    Args:
        site: the folder that was built.

    Raises:
        UnknownFileError: if a file is neither of a known component nor of this project.
    """
    folder = site / "_static"
    own = {path.name for path in OWN.rglob("*") if path.suffix in (".css", ".js")} | {*WRITTEN}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix not in KINDS or name in own:
            continue
        found = [each for pattern, each in COMPONENTS.items() if fnmatchcase(name, pattern)]
        if not found:
            raise UnknownFileError(f"_static/{name}: COMPONENTS in {__file__} has no such file")
        yield name, *found[0], _hash(path)


def text(site: Path) -> str:
    """What THIRD_PARTY.md has to say of a site."""
    rows = (
        f"| `{name}` | {component} | {licence} | `{digest}` |\n"
        for name, component, licence, digest in third_party(site)
    )
    folder = Path(str(distribution("ziglang").locate_file("ziglang/lib")))
    compiled = (
        f"| `{name}` | {of} | MIT | {holder} | `{_hash(folder / path)}` |\n"
        for name, (of, holder, path) in LIBRARIES.items()
    )
    head = COMPILED.format(version("ziglang"))
    return "".join([HEAD, *rows, head, *compiled, TAIL])


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    write_whole(PLACE, text(ROOT / ".make" / "html"))
    print(f"{PLACE.name} is written", file=sys.stderr)
