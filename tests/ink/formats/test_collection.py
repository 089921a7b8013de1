import os

import pytest

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.ink.drawings import Drawing
from digitpad.ink.formats.collection import (
    LEARNED,
    NO_DIGIT,
    hand_folder,
    hand_names,
    hands_folder,
    read_collected,
    remove_hands,
    write_collected,
)
from tests.hand_drawn import drawn


@pytest.fixture
def path():
    return hand_folder("Ada") / LEARNED


DRAWINGS = [Drawing(drawn(3), 3, "Ada", "a"), Drawing(drawn(8), NO_DIGIT, "Ada", "b"), Drawing(drawn(1), 1, None, "c")]


def labels(path):
    return [each.label for each in read_collected(path).drawings]


def test_what_is_written_is_read(path):
    assert read_collected(path).drawings == ()
    write_collected(path, DRAWINGS)
    assert labels(path) == [3, NO_DIGIT, 1]
    assert read_collected(path).problem is None
    assert len(read_collected(path).drawings[0].ink.strokes[0].points) == len(drawn(3).strokes[0].points)
    assert hand_names() == ["Ada"]


@pytest.mark.parametrize("cut", [0.5, 0.9])
def test_of_a_truncated_file_what_is_whole_is_read_and_said(path, cut):
    write_collected(path, DRAWINGS)
    whole = path.read_bytes()
    path.write_bytes(whole[: round(len(whole) * cut)])
    found = read_collected(path)
    assert 1 <= len(found.drawings) < 3
    assert found.drawings[0].label == 3
    assert f"{len(found.drawings)} of its drawings could be read" in str(found.problem)
    assert path.with_name("drawings.inkml.broken").read_bytes() == path.read_bytes()
    assert sorted(each.name for each in path.parent.iterdir()) == ["drawings.inkml", "drawings.inkml.broken"]


def test_of_a_file_with_a_broken_drawing_the_others_are_read(path):
    write_collected(path, DRAWINGS)
    data = path.read_text().split("<traceGroup")
    data[2] = data[2].replace(", ", " & ", 1)
    path.write_text("<traceGroup".join(data))
    assert labels(path) == [3, 1]


def test_what_is_no_ink_gives_nothing_and_says_so(path):
    path.parent.mkdir(parents=True)
    path.write_bytes(os.urandom(1000))
    assert "0 of its drawings" in str(read_collected(path).problem)


def test_a_full_disk_leaves_the_file_as_it_was(path, monkeypatch):
    write_collected(path, DRAWINGS)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DigitpadError, match="disk is full"):
        write_collected(path, DRAWINGS[:1])
    assert labels(path) == [3, NO_DIGIT, 1]


@pytest.mark.parametrize("name", ["", "..", "a/b", ".x", "x" * 41, "a ", "CON:"])
def test_a_hand_has_a_name_that_a_folder_can_have(name):
    with pytest.raises(InputError, match="A hand cannot be called"):
        hand_folder(name)


def test_all_hands_can_be_removed(path):
    write_collected(path, DRAWINGS)
    remove_hands()
    assert not hands_folder().exists()
    remove_hands()
