"""Writing whole or not at all, and where the files lie."""

import os
import sys

import pytest

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.storage.io import read_file, reading, write_atomically


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
