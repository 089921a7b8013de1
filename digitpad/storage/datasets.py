"""Data sets of labelled digits: MNIST, the starter set, or a folder that a person chose, described and read."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.data_info import DataInfo
from digitpad.domain.errors import InputError, Message, joined
from digitpad.storage.io import data_folder, user_folder
from digitpad.storage.mnist import MNIST_COUNTS, count_mnist, files_stamp, foreign_file, missing_files, mnist_digits
from digitpad.storage.starter import STARTER_COUNT, starter_digits

MNIST, STARTER = "mnist", "starter"
"""The ids of data that need not be chosen as a folder."""

STARTER_TRAIN = 4000
"""Training images of the starter set; the others are its test images."""

_TITLE = "MNIST"


def download_folder() -> Path:
    """Where a download of MNIST goes: the user's data folder, never DIGITPAD_DATA_DIR. It need not exist."""
    return user_folder() / "mnist"


def available() -> tuple[list[DataInfo], list[Message]]:
    """What can be trained on without asking for a folder, and sentences on what should be there and is broken.

    MNIST comes first, where its files are there, then the starter set. Only the headers of files are read. A sentence
    names the file at fault, and the folder that is used instead of a broken one in DIGITPAD_DATA_DIR.
    """
    info, found = _find_mnist()
    problems: list[Message] = [*found]
    if info is not None and problems:
        problems.append(Message("{folder} is used instead.", folder=info.folder))
    return [*([info] if info else []), describe(STARTER)], [joined(problems)] if problems else []


def can_be_fetched() -> bool:
    """Whether a download would bring MNIST: files are missing from the user's own folder, and none stands before it."""
    named, own = data_folder() / "mnist", download_folder()
    return bool(missing_files(own)) and (named == own or not _is_used(named))


def describe(choice: str) -> DataInfo:
    """Describe the data set that 'mnist', 'starter' or the path of a folder with MNIST's four files stands for.

    A person may keep other images in the folder `mnist`. Where they are as many as MNIST's they are called MNIST, and
    `read_digits` refuses them unless they are; else they have the folder's name, as in any folder chosen by its path.

    Raises:
        InputError: a file is missing, or its header is not what its name says; the sentence names it.
    """
    if choice == STARTER:
        return DataInfo(STARTER, "Starter set", None, STARTER_TRAIN, STARTER_COUNT - STARTER_TRAIN)
    if choice == MNIST:
        info, problems = _find_mnist()
        if info is not None:
            return info
        if problems:
            raise problems[0]
        folders = dict.fromkeys([data_folder() / "mnist", download_folder()])
        raise InputError(
            "MNIST is not here: its files are not in {folders}. Download it, choose a folder with its four files, or "
            "take the starter set.",
            folders=", ".join(map(str, folders)),
        )
    folder = Path(choice).absolute()  # a run that is resumed may be so from elsewhere
    return _described(str(folder), folder)


def read_digits(choice: str | DataInfo, part: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """One part of a data set, read whole into memory and kept for whoever asks next until its files change.

    Returns images, uint8 (n, 28, 28), 255 is ink, and labels, uint8 (n,), 0 to 9; neither may be written to.

    Args:
        choice: see `describe`; or its result, which is believed.
        part: 'train' or 'test'.

    Raises:
        InputError: a file is missing, damaged, or not what its name says; the sentence names it.
        DigitpadError: the starter set's file is missing or damaged.
    """
    info = describe(choice) if isinstance(choice, str) else choice
    return _read(info, part, files_stamp(info.folder, part) if info.folder else ())


def is_mnist(choice: str | DataInfo, part: str) -> bool:
    """Whether a part of a data set is MNIST's own, image by image, wherever it lies; errors as `read_digits`."""
    images, labels = read_digits(choice, part)
    return len(labels) == MNIST_COUNTS[part] and foreign_file(images, labels, part) is None


@lru_cache(maxsize=2)
def _read(info: DataInfo, part: str, _stamp: object) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    if info.folder is None:
        images, labels = starter_digits()
        indices = slice(STARTER_TRAIN) if part == "train" else slice(STARTER_TRAIN, None)
        return images[indices], labels[indices]
    images, labels = mnist_digits(info.folder, part)
    if info.id == MNIST and info.title == _TITLE and (foreign := foreign_file(images, labels, part)):
        raise InputError(
            "{folder} is not MNIST's file (wrong checksum). Fetch it anew; to train on it as data of your own, "
            "choose its folder.",
            folder=info.folder / foreign,
        )
    return images, labels


def _described(choice: str, folder: Path) -> DataInfo:
    train, test = count_mnist(folder, "train"), count_mnist(folder, "test")
    is_mnist = choice == MNIST and (train, test) == (MNIST_COUNTS["train"], MNIST_COUNTS["test"])
    return DataInfo(choice, _TITLE if is_mnist else folder.name or str(folder), folder, train, test)


def _find_mnist() -> tuple[DataInfo | None, list[InputError]]:
    """MNIST where it is first found, and what is wrong with the folders before.

    The folder below DIGITPAD_DATA_DIR comes first, then the user's own.
    """
    problems: list[InputError] = []
    for folder in dict.fromkeys([data_folder() / "mnist", download_folder()]):
        try:
            return _described(MNIST, folder), problems
        except InputError as error:
            if _is_used(folder):
                problems.append(error)
    return None, problems


def _is_used(folder: Path) -> bool:
    """Whether a folder holds something, or may not be looked into."""
    try:
        with os.scandir(folder) as found:
            return any(found)
    except FileNotFoundError:
        return False
    except OSError:
        return True
