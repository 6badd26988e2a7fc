"""Execute notebooks in place, from top to bottom in a fresh kernel: ``execute.py NOTEBOOK ...``.

A notebook is replaced only when all of its cells have run, so an error or an interruption leaves
the old one whole. What depends on the machine and not on the notebook is dropped, so that executing
twice changes nothing.
"""

import os
import shutil
import sys
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config

from elu_sym.generate.exit_codes import exit_code
from elu_sym.generate.whole_files import write_whole

LONGEST_SOCKET = 100
"""Bytes of a path at which a number can be added; systems allow from 104 on."""

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def execute(path: Path) -> None:
    """Run the notebook at `path` and write its outputs into it."""
    notebook = nbformat.read(path, as_version=4)
    # Temporary files, the address of the kernel too, go where an interrupted run left its own.
    temporary = path.absolute().with_name(f".{path.stem}.part")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    tempfile.tempdir = os.environ["TMPDIR"] = str(temporary)
    try:
        # Sockets are files: another kernel cannot take them, as it can a port that was free.
        socket = str(temporary / "socket")
        short = len(os.fsencode(socket)) <= LONGEST_SOCKET
        kernels = {"transport": "ipc", "ip": socket} if short else {}
        NotebookClient(
            notebook,
            config=Config(KernelManager=kernels),
            kernel_name=KERNEL["name"],
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": path.parent}},
            timeout=120,
        ).execute()
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    # The version of Python and of the kernel would change with every machine.
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    for name, picture in pictures(notebook):
        write_whole(path.with_name(f"{name}.png"), picture)
    write_whole(path, nbformat.writes(notebook) + "\n")


def pictures(notebook: nbformat.NotebookNode) -> Iterator[tuple[str, bytes]]:
    """The pictures that other pages show: of each cell with a tag ``picture-NAME``."""
    for cell in notebook.cells:
        for tag in cell.metadata.get("tags", ()):
            if tag.startswith("picture-"):
                (png,) = (
                    o.data["image/png"] for o in cell.outputs if "image/png" in o.get("data", ())
                )
                yield tag.removeprefix("picture-"), b64decode(png)


def main() -> int:
    """Execute the notebooks that are named, up to the first that fails."""
    for name in sys.argv[1:]:
        try:
            execute(Path(name))
        except CellExecutionError as error:
            print(f"{name}: a cell failed\n{error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(exit_code("execute.py", main))
