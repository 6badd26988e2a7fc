"""What is found of every claim and formula, kept for as long as nothing changes that it rests on.

What a page says was checked was checked on the very sources that the page is built from: what is
kept is named by a digest of them, and found anew where it is that of others.
"""

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any

import broken_lines

import elu_sym
from elu_sym.experiments.processes import finished
from elu_sym.generate.whole_files import write_whole

__all__ = ["found_once", "sources_digest"]

PACKAGE = Path(elu_sym.__file__).parent
KEPT = PACKAGE.parent / ".make"
SOURCES = (".py", ".json", ".csv", ".c", ".h", ".so", ".pyd")
LIBRARIES = ("sympy", "numpy", "scipy", "mpmath", "python-flint")


def sources_digest(folder: Path, files: Iterable[Path] = ()) -> str:
    """A digest of every source in a folder and of other files, of Python and of the libraries."""
    digest = hashlib.sha256(sys.version.encode())
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    inside = (path for path in folder.rglob("*") if path.suffix in SOURCES)
    for path in (*sorted(inside), *sorted(files)):
        name = path.relative_to(folder) if folder in path.parents else path.name
        digest.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def found_once(
    find: Callable[[str], dict[str, Any]], names: Sequence[str], what: str, folder: Path = KEPT
) -> dict[str, Any]:
    """What a function finds of each name, by name: found now, or kept from these very sources.

    Args:
        find: a function of a module, whose result is plain data.
        names: what it is asked.
        what: what the names are of, in one word; the file is called so, too.
        folder: where the file is.
    """
    modules = (sys.modules[name] for name in (find.__module__, __name__, broken_lines.__name__))
    files = [Path(module.__file__) for module in modules if module.__file__]
    digest, path = sources_digest(PACKAGE, files), folder / f"found_{what}.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    found: dict[str, Any] = kept["found"] if kept.get("sources") == digest else {}
    missing = [name for name in names if name not in found]
    os.environ["TQDM_DISABLE"] = "1"  # the bars of the processes would overwrite each other
    folder.mkdir(parents=True, exist_ok=True)
    with closing(finished(find, missing, os.cpu_count() or 1)) as results:
        for count, (name, result) in enumerate(results, start=1):
            found[name] = result
            if count * 10 // len(missing) > (count - 1) * 10 // len(missing):
                print(f"Checking {what} on these sources: {count} of {len(missing)}", flush=True)
                # An interrupted run is taken up here.
                write_whole(path, json.dumps({"sources": digest, "found": found}))
    return {name: found[name] for name in names}
