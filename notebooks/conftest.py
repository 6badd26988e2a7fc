"""The kernels of nbval are reached by files: of two ports that are free, both may be taken."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbval.kernel
from jupyter_client.manager import KernelManager

FOLDER = TemporaryDirectory(prefix="kernels-")
"""Where the sockets are; the path of one must be short."""


def by_files(**options: Any) -> KernelManager:
    """A manager of one kernel, whose sockets have names that no other one has."""
    number = len(list(Path(FOLDER.name).iterdir()))
    place = Path(FOLDER.name, str(number))
    place.mkdir()
    return KernelManager(transport="ipc", ip=str(place / "socket"), **options)


nbval.kernel.KernelManager = by_files
