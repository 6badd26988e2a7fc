"""Files are whole at any time."""

import os
import subprocess
import sys
import threading

import pytest

from elu_sym.generate.whole_files import only_writer, write_whole

POSIX = pytest.mark.skipif(os.name != "posix", reason="these are files of POSIX")


@pytest.mark.parametrize("content", ["one\r\ntwo\n\u03b1", b"\x00\xff"])
def test_what_is_written_is_what_is_there(tmp_path, content):
    path = tmp_path / "file"
    path.write_text("an old text that is longer")
    write_whole(path, content)
    expected = content if isinstance(content, bytes) else content.encode("utf-8")
    assert path.read_bytes() == expected
    assert list(tmp_path.iterdir()) == [path]


@POSIX
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_permissions_are_those_of_a_file_that_is_simply_written(tmp_path, umask):
    before = os.umask(umask)
    try:
        write_whole(tmp_path / "new", "text")
        assert (tmp_path / "new").stat().st_mode & 0o777 == 0o666 & ~umask
        for mode in (0o600, 0o664, 0o755):
            (tmp_path / "new").chmod(mode)
            write_whole(tmp_path / "new", "text")
            assert (tmp_path / "new").stat().st_mode & 0o777 == mode
    finally:
        os.umask(before)


@POSIX
@pytest.mark.parametrize("there", [True, False])
def test_a_symbolic_link_stays_one(tmp_path, there):
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "file", tmp_path / "link"
    if there:
        target.write_text("old")
    link.symlink_to("elsewhere/file")
    write_whole(link, "new")
    assert link.is_symlink()
    assert target.read_text() == link.read_text() == "new"
    assert {path.name for path in tmp_path.rglob("*")} == {"elsewhere", "file", "link"}


@POSIX
def test_what_is_no_file_is_written_to_as_it_is(tmp_path):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    write_whole(pipe, "text")
    reader.join(100)
    assert read == ["text"]
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path, "text")


@pytest.mark.parametrize("step", ["fdopen", "fsync", "replace"])
def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch, step):
    path = tmp_path / "file"
    path.write_text("old")

    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "new")
    assert path.read_text() == "old"
    monkeypatch.undo()
    write_whole(path, "new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_taken_up(tmp_path):
    (tmp_path / ".file.part").write_text("half of a text, longer than the new one")
    write_whole(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "new"
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


WRITE_OFTEN = """
import sys
from pathlib import Path
from elu_sym.generate.whole_files import write_whole
for _ in range(200):
    write_whole(Path(sys.argv[1]), sys.argv[2] * 10_000)
"""


def test_of_several_writers_one_wins_and_the_file_is_whole(tmp_path):
    path = tmp_path / "file"
    path.write_text("a")
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITE_OFTEN, path, letter]) for letter in "ab"
    ]
    while any(writer.poll() is None for writer in writers):
        assert len(set(path.read_text())) == 1
    assert [writer.returncode for writer in writers] == [0, 0]
    assert path.read_text() in ("a" * 10_000, "b" * 10_000)
    assert list(tmp_path.iterdir()) == [path]


@POSIX
def test_only_one_writes_and_the_other_is_told(tmp_path):
    with only_writer(tmp_path / "a.part") as stream:
        stream.write(b"one")
        message = "another process is writing it.*a.part"
        with pytest.raises(BlockingIOError, match=message), only_writer(tmp_path / "a.part"):
            pass
    with only_writer(tmp_path / "a.part") as stream:
        assert stream.read() == b"one"


@POSIX
def test_whoever_waited_for_a_file_that_was_renamed_has_a_new_one(tmp_path):
    part, opened = tmp_path / "a.part", threading.Event()

    def wait_and_write():
        opened.set()
        with only_writer(part, wait=True) as stream:
            stream.write(b"second")

    with only_writer(part) as stream:
        stream.write(b"first")
        stream.flush()
        other = threading.Thread(target=wait_and_write)
        other.start()
        opened.wait()
        part.rename(tmp_path / "a")
    other.join()
    assert (tmp_path / "a").read_bytes() == b"first"
    assert part.read_bytes() == b"second"


def test_a_missing_folder_is_an_error_that_names_the_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"missing/file'$"):
        write_whole(tmp_path / "missing" / "file", "text")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full disk")
def test_a_full_disk_is_an_error_that_names_the_file(tmp_path):
    (tmp_path / "file").symlink_to("/dev/full")
    with pytest.raises(OSError, match=r"No space left on device: '.*/file'$"):
        write_whole(tmp_path / "file", "text")
