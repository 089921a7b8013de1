"""Writing whole or not at all, and where the files lie."""

import os
import subprocess
import sys

import pytest

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.storage.io import data_folder, read_file, reading, remove_unfinished, unfinished, write_atomically


def input_error(path):
    """The sentence with which a file is not written; nothing is left behind."""
    before = sorted(path.parent.iterdir()) if path.parent.is_dir() else []
    with pytest.raises(InputError) as fails:
        write_atomically(path, b"new")
    assert (sorted(path.parent.iterdir()) if path.parent.is_dir() else []) == before
    return str(fails.value)


@pytest.mark.parametrize("name", ["a", "seven.inkml", "x" * 255])
def test_a_name_of_any_length_can_be_written_and_written_again(tmp_path, name):
    path = tmp_path / name
    try:
        path.touch()
    except OSError:
        pytest.skip("the file system takes no such name")
    for data in (b"one", b"two"):
        write_atomically(path, data)
        assert path.read_bytes() == data
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("there", [True, False])
def test_a_symbolic_link_stays_one_and_its_file_is_written(tmp_path, there):
    file, link = tmp_path / "far" / "file", tmp_path / "near" / "link"
    for path in (file, link):
        path.parent.mkdir()
    if there:
        file.write_bytes(b"old")
    try:
        link.symlink_to("../far/file")
    except OSError:
        pytest.skip("links cannot be made here")
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"
    assert [list(path.parent.iterdir()) for path in (file, link)] == [[file], [link]]


def test_a_place_that_takes_no_file_is_named(tmp_path):
    assert "the folder" in input_error(tmp_path / "none" / "a")
    assert "is no name" in input_error(tmp_path / "a\0b")
    assert "Choose another" in input_error(tmp_path / ("x" * 300))
    (tmp_path / "folder").mkdir()
    assert "not a file" in input_error(tmp_path / "folder")
    assert input_error(tmp_path / "folder").startswith(str(tmp_path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a special file")
def test_a_pipe_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "not a file" in input_error(tmp_path / "pipe")
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() == 0, reason="needs a folder that is closed to its owner")
def test_a_folder_that_may_not_be_written_to_is_named(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(DigitpadError, match="may not be written to"):
        write_atomically(tmp_path / "closed" / "a", b"new")


def test_a_file_is_read_up_to_its_bound(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert read_file(tmp_path / "a", 5) == b"12345"
    with pytest.raises(InputError, match=r"^a is too large to be read: no file of its kind has more than 4 bytes"):
        read_file(tmp_path / "a", 4)


@pytest.mark.parametrize("name", ["pipe", "folder", "gone", "nu\0ll", "link"])
def test_what_is_no_file_is_refused_at_once(tmp_path, name):
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "link").symlink_to(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match=r"does not exist|is a folder or a device|its name is not valid"):
        read_file(tmp_path / name, 10)


def test_what_nobody_expected_is_a_sentence_and_logged(tmp_path, caplog):
    with pytest.raises(InputError, match=r"^a is damaged"), reading(tmp_path / "a"):
        raise ZeroDivisionError("unheard of")
    assert "unheard of" in caplog.text


KILLED = """
import os, signal, sys
from pathlib import Path
from digitpad.storage import io
at = sys.argv[1]
before = getattr(os, at)
def killed(*args):
    if at != "replace" or str(args[1]).endswith("mine.inkml"):
        os.kill(os.getpid(), signal.SIGKILL)
    return before(*args)
setattr(os, at, killed)
io.write_atomically(Path(sys.argv[2]), b"new" * 1000)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("at", ["fsync", "replace"])
def test_what_a_killed_process_left_beside_a_file_goes_at_the_next_start(tmp_path, at, monkeypatch):
    monkeypatch.delenv("DIGITPAD_DATA_DIR", raising=False)
    path, mine = tmp_path / "mine.inkml", tmp_path / ".0a1b2c3d.part"
    for file in (path, mine):
        file.write_bytes(b"old")
    assert subprocess.run([sys.executable, "-c", KILLED, at, str(path)], check=False).returncode < 0
    assert len(list(tmp_path.iterdir())) == 3
    with unfinished(tmp_path) as under_way:
        under_way.write_bytes(b"under way")
        remove_unfinished()
        assert under_way.read_bytes() == b"under way"
    assert sorted(tmp_path.iterdir()) == sorted([path, mine])
    assert path.read_bytes() == mine.read_bytes() == b"old"
    assert not [*(data_folder() / "unfinished").iterdir()]


def test_without_a_data_folder_files_are_written_all_the_same(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    write_atomically(tmp_path / "a", b"new")
    remove_unfinished()
    assert (tmp_path / "a").read_bytes() == b"new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "file"]
