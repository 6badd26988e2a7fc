"""Files that are whole at any time: a new one takes the place of the old one by rename."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":  # where there is no such lock
    import fcntl

__all__ = ["keep_name", "only_writer", "write_whole"]


@contextmanager
def only_writer(path: Path, wait: bool = False) -> Iterator[BinaryIO]:
    """Open a file for writing, as it is, that nobody else has opened so.

    The lock ends with the process, however that ends: what a killed one left can be taken up.

    Args:
        path: the file, made if it is not there.
        wait: whether to wait for whoever has it open.

    Yields:
        The file, at its beginning.

    Raises:
        BlockingIOError: if somebody has it open and ``wait`` is false.
        OSError: if it cannot be opened or locked.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder, only_writer(Path(folder, "a.part")):
        ...     with only_writer(Path(folder, "a.part")):
        ...         pass
        Traceback (most recent call last):
        BlockingIOError: [Errno 11] another process is writing it: '.../a.part'
    """
    while True:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags, 0o666), "r+b") as stream:
            if sys.platform != "win32":
                try:
                    fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
                except BlockingIOError as error:
                    wrong = "another process is writing it"
                    raise BlockingIOError(error.errno, wrong, str(path)) from None
                # While this process waited, the other may have renamed or removed the file.
                try:
                    there = os.stat(path)
                except FileNotFoundError:
                    continue
                if not os.path.samestat(there, os.fstat(stream.fileno())):
                    continue
            yield stream
            return


def keep_name(path: Path) -> None:
    """Let the name of a file or folder outlast a failure of the machine, as its content does."""
    if sys.platform != "win32":  # where a folder cannot be opened
        descriptor = os.open(path.absolute().parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_whole(path: Path, content: str | bytes | memoryview) -> None:
    r"""Write a file under another name in the same folder, and rename it when it is complete.

    An interrupted call leaves the old file as it was. Where the process is killed the other name,
    ``.NAME.part``, stays until the file is written again. Permissions are those of the old file, or
    those that files have by default; through a symbolic link the file is written that it leads to,
    and what is no file (``/dev/null``, a pipe) is written to as it is.

    Args:
        path: the file; its folder exists.
        content: text, written in UTF-8 with the line ends that it has, or bytes.

    Raises:
        OSError: naming the file, if the folder or the disk cannot be written to.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     write_whole(Path(folder, "a.txt"), "one\n")
        ...     Path(folder, "a.txt").read_text(encoding="utf-8")
        'one\n'
    """
    whole = content.encode("utf-8") if isinstance(content, str) else content
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(whole)
        else:
            _replace(target, whole)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _replace(target: Path, whole: bytes | memoryview) -> None:
    part = target.with_name(f".{target.name}.part")
    with only_writer(part, wait=True) as stream:
        try:
            stream.truncate()
            stream.write(whole)
            stream.flush()
            if target.exists():  # its owner has to be able to take up what a killed call left
                os.chmod(part, target.stat().st_mode & 0o777 | 0o600)
            os.fsync(stream.fileno())
            if sys.platform == "win32":  # where an open file has no other name
                stream.close()
            os.replace(part, target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    keep_name(target)
