"""Execute notebooks in place, from top to bottom in a fresh kernel: ``execute.py NOTEBOOK ...``.

A notebook is replaced only when all of its cells have run, so an error or an interruption leaves
the old one whole. What depends on the machine and not on the notebook is dropped, so that executing
twice changes nothing.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def execute(path: Path) -> None:
    """Run the notebook at `path` and write its outputs into it."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        kernel_name=KERNEL["name"],
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": path.parent}},
        timeout=120,
    ).execute()
    # The version of Python and of the kernel would change with every machine.
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    unfinished = path.with_suffix(".part")
    nbformat.write(notebook, unfinished)
    os.replace(unfinished, path)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        try:
            execute(Path(name))
        except CellExecutionError as error:
            sys.exit(f"{name}: a cell failed\n{error}")
