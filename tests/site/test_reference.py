"""The reference has an entry for every public name, and pages say what is so."""

import importlib.util
import re
import runpy
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import elu_sym

pytest.importorskip("sphinx", reason="the extra site is not installed")
ROOT = Path(__file__).parents[2]
SITE = ROOT / "notebooks" / "site"
sys.path.append(str(SITE))

ROOMS = ("networks", "layer_audit", "conformance")
LIBRARIES = ("torch", "jax", "keras", "scikit_learn", "dask")
QUOTED = re.compile(r"`([^`\n]+)` = (-?[\d.]+)\b")
NAMES = {name: getattr(elu_sym, name) for name in elu_sym.__all__}
PAGES = ("index.md", "how_to_choose.md", "questions.md")


@pytest.mark.deep
def test_every_public_name_has_its_entry(site):
    found = set(re.findall(r'<dt[^>]* id="([\w.]+)"', _reference(site)))
    assert {f"elu_sym.{name}" for name in elu_sym.__all__} <= found
    public = [import_module(f"elu_sym.{room}") for room in ROOMS]
    public += [import_module(f"elu_sym.interop.{library}") for library in LIBRARIES]
    for module in public:
        for name in getattr(module, "__all__", ()):
            value = getattr(module, name)
            names = {f"{module.__name__}.{name}", f"elu_sym.{name}"}
            names.add(f"{getattr(value, '__module__', '')}.{name}")
            assert names & found, f"{module.__name__}.{name} has no entry"


def _reference(site):
    pages = (site / "reference").glob("*.html")
    return "".join(path.read_text(encoding="utf-8") for path in pages)


@pytest.mark.parametrize("name", PAGES)
def test_a_number_is_what_the_code_before_it_gives(name):
    text = (ROOT / "notebooks" / name).read_text(encoding="utf-8")
    for code, number in QUOTED.findall(text):
        digits = len(number.partition(".")[2])
        assert f"{eval(code, NAMES):.{digits}f}" == number, code


def test_every_page_of_the_book_stands_in_the_menu_once():
    lines = (ROOT / "notebooks" / "index.md").read_text(encoding="utf-8").splitlines()
    pages = [path.stem for path in (ROOT / "notebooks").glob("*.ipynb")]
    assert {page: lines.count(page) for page in pages} == dict.fromkeys(pages, 1)


def test_the_pages_quote_numbers():
    texts = [(ROOT / "notebooks" / name).read_text(encoding="utf-8") for name in PAGES]
    assert sum(len(QUOTED.findall(text)) for text in texts) >= 10


@pytest.mark.deep
def test_third_parties_are_listed_as_they_are(site):
    import third_party

    assert third_party.text(site) == (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")


@pytest.mark.deep
def test_what_the_explorer_is_linked_with_is_listed(tmp_path):
    import explorer_program
    import third_party

    for name, text in explorer_program.c_sources().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = [*explorer_program.command(tmp_path, tmp_path / "explorer.wasm"), "-v"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    (linker,) = (line for line in run.stderr.splitlines() if line.startswith("wasm-ld"))
    found = tmp_path / "map"
    command = [sys.executable, "-m", "ziglang", *linker.split(), f"-Map={found}"]
    subprocess.run([each for each in command if each != "-s"], check=True)
    linked = re.findall(r"/([\w.-]+)\.(?:a\(|o:)", found.read_text(encoding="utf-8"))
    assert set(linked) - {"explorer"} == third_party.LIBRARIES.keys()


def test_a_library_that_is_missing_is_named_before_anything_is_made(monkeypatch):
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ziglang" else there(name)
    )
    with pytest.raises(ModuleNotFoundError, match=r"site needs ziglang: pip install .*\[site\]"):
        runpy.run_path(str(SITE.parent / "conf.py"))


def test_a_changed_file_changes_the_list_and_an_unknown_one_is_an_error(tmp_path):
    import third_party

    folder = tmp_path / "_static"
    folder.mkdir()
    (folder / "doctools.js").write_text("1")
    before = third_party.text(tmp_path)
    (folder / "doctools.js").write_text("2")
    assert third_party.text(tmp_path) != before
    (folder / "tracker.js").write_text("3")
    with pytest.raises(third_party.UnknownFileError, match=r"tracker\.js"):
        third_party.text(tmp_path)


def test_a_docstring_is_plain_text_but_for_its_examples():
    given = ["|x| *a ``*b`` 2 * 3", ">>> f(*a)"]
    code = f"from reference_pages import as_plain_text; print(as_plain_text({given}))"
    environment = {"PYTHONPATH": f"{SITE}:{ROOT}"}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout == r"['\\|x\\| \\*a ``*b`` 2 * 3', '>>> f(*a)']" + "\n"
