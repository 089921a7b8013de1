import os
import struct
from pathlib import Path

import numpy as np
import pytest
from platformdirs import user_data_path

from digitpad.domain.data_info import DataInfo
from digitpad.domain.errors import InputError
from digitpad.storage.datasets import (
    available,
    can_be_fetched,
    describe,
    download_folder,
    is_mnist,
    read_digits,
)
from digitpad.storage.io import user_folder
from digitpad.storage.mnist import foreign_file
from tests.learning.idx_files import NAMES, idx, write_part

PIXELS = np.random.default_rng(0).integers(0, 256, (12, 28, 28), dtype=np.uint8)
LABELS = np.arange(12, dtype=np.uint8) % 10
STARTER = DataInfo("starter", "Starter set", None, 4000, 1000)


def put_mnist(folder: Path, train=12, test=5, gz=True) -> Path:
    """A small data set in MNIST's files."""
    folder.mkdir(parents=True)
    write_part(folder, "train", PIXELS[:train], LABELS[:train], gz)
    write_part(folder, "test", PIXELS[:test], LABELS[:test], gz)
    return folder


@pytest.fixture(autouse=True)
def homes(tmp_path, monkeypatch):
    """The folder in DIGITPAD_DATA_DIR and the user's own; neither exists."""
    named = tmp_path / "named"
    monkeypatch.setenv("DIGITPAD_DATA_DIR", str(named))
    monkeypatch.setattr("digitpad.storage.datasets.user_folder", lambda: tmp_path / "own")
    return named, tmp_path / "own"


def input_error(choice):
    with pytest.raises(InputError) as fails:
        describe(choice)
    return str(fails.value)


def looked():
    found, problems = available()
    return found, " ".join(map(str, problems))


def test_the_starter_set_is_always_there_and_opens():
    assert available() == ([STARTER], [])
    assert describe("starter") == STARTER
    assert [len(read_digits("starter", part)[1]) for part in ("train", "test")] == [STARTER.train, STARTER.test]


@pytest.mark.parametrize("gz", [True, False])
@pytest.mark.parametrize("home", [0, 1])
def test_mnist_is_found_in_either_home(homes, home, gz):
    folder = put_mnist(homes[home] / "mnist", gz=gz)
    info = DataInfo("mnist", "mnist", folder, 12, 5)
    assert describe("mnist") == info
    assert available() == ([info, STARTER], [])
    assert read_digits("mnist", "test")[1].tolist() == LABELS[:5].tolist()


def test_the_named_home_comes_first(homes):
    put_mnist(homes[1] / "mnist")
    named = put_mnist(homes[0] / "mnist", train=9)
    assert describe("mnist").folder == named
    assert len(read_digits("mnist", "train")[1]) == 9


def test_a_damaged_mnist_in_the_named_home_does_not_hide_the_user_s(homes):
    own = put_mnist(homes[1] / "mnist")
    named = put_mnist(homes[0] / "mnist")
    (named / f"{NAMES['test'][0]}.gz").unlink()
    assert describe("mnist").folder == own
    assert len(read_digits("mnist", "test")[1]) == 5
    found, problem = looked()
    assert [info.id for info in found] == ["mnist", "starter"]
    assert f"{named} does not hold {NAMES['test'][0]}" in problem
    assert problem.endswith(f" {own} is used instead.")


def test_without_the_variable_the_user_s_home_is_the_one(homes, monkeypatch):
    monkeypatch.delenv("DIGITPAD_DATA_DIR")
    assert available() == ([STARTER], [])
    put_mnist(homes[1] / "mnist")
    assert describe("mnist").folder == homes[1] / "mnist"


def test_a_download_goes_to_the_user_s_home_never_to_the_named_one(homes, monkeypatch):
    assert download_folder() == homes[1] / "mnist"
    monkeypatch.setattr("digitpad.storage.datasets.user_folder", user_folder)
    assert download_folder() == user_data_path("digitpad", appauthor=False) / "mnist"


def test_where_mnist_is_nowhere_both_places_are_named_and_what_can_be_done(homes):
    sentence = input_error("mnist")
    for said in (str(homes[0] / "mnist"), str(homes[1] / "mnist"), "Download it", "starter set"):
        assert said in sentence
    with pytest.raises(InputError, match="Download it"):
        read_digits("mnist", "train")


@pytest.mark.parametrize("name", [*NAMES["train"], *NAMES["test"]])
@pytest.mark.parametrize("damage", [None, b"", b"<html>not found</html>", idx(PIXELS, magic=7)])
def test_a_file_that_is_missing_or_something_else_is_named_and_mnist_is_not_offered(homes, name, damage):
    path = put_mnist(homes[0] / "mnist", gz=False) / name
    path.unlink()
    if damage is not None:
        path.write_bytes(damage)
    assert name in input_error("mnist")
    assert name in input_error(str(path.parent))
    found, problem = looked()
    assert found == [STARTER]
    assert name in problem


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        (NAMES["train"][0], idx(PIXELS[:7]), "7 images and 12 labels"),
        (NAMES["train"][0], idx(PIXELS[:, :27]), "27×28"),
        (NAMES["test"][0], idx(PIXELS)[:4] + b"\xff" * 12, "can be read"),
    ],
)
def test_headers_that_do_not_fit_are_refused(tmp_path, file, content, said):
    folder = put_mnist(tmp_path / "mine", gz=False)
    (folder / file).write_bytes(content)
    assert said in input_error(str(folder))


def test_a_folder_is_described_by_its_name_wherever_the_program_stands(tmp_path, monkeypatch):
    folder = put_mnist(tmp_path / "Ziffern meiner Klasse")
    info = describe(str(folder))
    assert info == DataInfo(str(folder), "Ziffern meiner Klasse", folder, 12, 5)
    monkeypatch.chdir(tmp_path)
    assert describe(folder.name) == info
    assert len(read_digits(info.id, "train")[1]) == 12


def test_only_headers_are_read_to_describe_and_all_of_it_to_open(tmp_path):
    folder = put_mnist(tmp_path / "mine", gz=False)
    os.truncate(folder / NAMES["train"][0], 5000)
    assert describe(str(folder)).train == 12
    with pytest.raises(InputError, match=NAMES["train"][0]):
        read_digits(str(folder), "train")


@pytest.mark.parametrize("folder", ["", "nowhere", "x" * 5000, "with\0null"])
def test_a_folder_that_cannot_be_is_refused(tmp_path, monkeypatch, folder):
    monkeypatch.chdir(tmp_path)
    assert NAMES["train"][0] in input_error(folder)


def test_a_folder_without_a_file_is_no_problem_and_one_that_holds_something_else_is(homes):
    for home in homes:
        (home / "mnist").mkdir(parents=True)
    assert available() == ([STARTER], [])
    (homes[0] / "mnist" / "raw").mkdir()
    assert str(homes[0] / "mnist") in looked()[1]


def test_where_both_homes_are_broken_both_are_named(homes):
    for home in homes:
        put_mnist(home / "mnist", gz=False)
    (homes[0] / "mnist" / NAMES["train"][0]).write_bytes(b"")
    (homes[1] / "mnist" / NAMES["test"][1]).write_bytes(b"")
    _, problem = looked()
    assert str(homes[0] / "mnist" / NAMES["train"][0]) in problem
    assert str(homes[1] / "mnist" / NAMES["test"][1]) in problem


def test_mnist_is_fetched_where_files_are_missing_and_nothing_stands_before_them(homes):
    named, own = (home / "mnist" for home in homes)
    assert can_be_fetched()
    own.mkdir(parents=True)
    named.mkdir(parents=True)
    assert can_be_fetched(), "an empty folder is what a failed download of an older version left"
    put_mnist(own.parent / "other").rename(own)
    assert not can_be_fetched()
    (own / f"{NAMES['train'][1]}.gz").unlink()
    assert can_be_fetched(), "a download that was broken off goes on"
    (named / "notes.txt").touch()
    assert not can_be_fetched(), "what the person named is to be mended, not passed over"


# The files as they would be if they were MNIST's: as many images, though empty ones.


@pytest.fixture(scope="module")
def as_many_as_mnist(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "mnist"
    for part, count in (("train", 60_000), ("test", 10_000)):
        write_part(folder, part, np.zeros((count, 28, 28)), np.zeros(count), gz=True)
    return folder


@pytest.fixture
def foreign(homes, as_many_as_mnist):
    homes[0].mkdir()
    (homes[0] / "mnist").symlink_to(as_many_as_mnist, target_is_directory=True)
    return homes[0] / "mnist"


@pytest.mark.parametrize("part", ["train", "test"])
def test_files_that_say_they_are_mnist_s_and_are_not_are_refused_by_name(foreign, part):
    assert describe("mnist").title == "MNIST"
    with pytest.raises(InputError, match=rf"{NAMES[part][0]} is not MNIST's file \(wrong checksum\)"):
        read_digits("mnist", part)


def test_as_a_folder_that_was_chosen_the_same_files_are_data_of_one_s_own(foreign):
    assert describe(str(foreign)).title == "mnist"
    assert len(read_digits(str(foreign), "test")[1]) == 10_000
    assert not is_mnist(str(foreign), "test")


def test_a_few_images_are_not_mnist_s(homes):
    put_mnist(homes[0] / "mnist")
    assert not is_mnist("mnist", "test")
    assert not is_mnist("starter", "train")


def test_mnist_itself_is_recognised_wherever_it_lies_and_with_one_wrong_pixel_or_label_it_is_not(mnist):
    for part in ("train", "test"):
        assert is_mnist(str(mnist), part)
    images, labels = (array.copy() for array in read_digits(str(mnist), "test"))
    labels[7] += 1
    assert foreign_file(images, labels, "test") == NAMES["test"][1]
    images[-1, 0, 0] = 1
    assert foreign_file(images, labels, "test") == NAMES["test"][0]


# What was read is kept.


def test_what_was_read_is_kept_until_the_files_change(tmp_path):
    folder = put_mnist(tmp_path / "mine", gz=False)
    first = read_digits(str(folder), "test")
    assert read_digits(str(folder), "test") is first
    path = folder / NAMES["test"][1]
    path.write_bytes(struct.pack(">2I", 2049, 5) + bytes([9] * 5))
    os.utime(path, ns=(1, 1))
    assert read_digits(str(folder), "test")[1].tolist() == [9] * 5


def test_mnist_in_another_home_is_not_taken_for_the_one_that_is_kept(homes):
    put_mnist(homes[1] / "mnist")
    assert len(read_digits("mnist", "train")[1]) == 12
    put_mnist(homes[0] / "mnist", train=9)
    assert len(read_digits("mnist", "train")[1]) == 9


def test_the_starter_set_is_kept_too():
    assert read_digits("starter", "test") is read_digits("starter", "test")
