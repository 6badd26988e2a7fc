"""Files that are whole at any time: a new one takes the place of the old one by rename."""

import os
import tempfile
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, content: str | bytes) -> None:
    r"""Write a file under another name in the same folder, and rename it when it is complete.

    An interrupted call leaves the old file as it was, and no other one.

    Args:
        path: the file; its folder exists.
        content: text, written in UTF-8 with the line ends that it has, or bytes.

    Raises:
        OSError: if the folder cannot be written to.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     write_whole(Path(folder, "a.txt"), "one\n")
        ...     Path(folder, "a.txt").read_text(encoding="utf-8")
        'one\n'
    """
    whole = content if isinstance(content, bytes) else content.encode("utf-8")
    folder = path.absolute().parent
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=f"{path.name}.", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(whole)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
