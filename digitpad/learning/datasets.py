"""Which data there are to train on, and opening them: MNIST, the starter set, or a folder that a person chose."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path

from digitpad.errors import InputError
from digitpad.files import data_folder
from digitpad.learning.data import Images, count_mnist, read_mnist
from digitpad.learning.starter import STARTER_TEST, STARTER_TRAIN, read_starter
from digitpad.messages import DataInfo

MNIST, STARTER = "mnist", "starter"
"""The ids of data that need not be chosen as a folder."""


def download_folder() -> Path:
    """Where a download of MNIST goes: the user's data folder, never DIGITPAD_DATA_DIR. It need not exist."""
    return user_data_path("digitpad", appauthor=False) / "mnist"


def available() -> list[DataInfo]:
    """What can be trained on without asking for a folder: MNIST first, where its files are there, and the starter set.

    Only the headers of files are read.
    """
    try:
        return [describe(MNIST), describe(STARTER)]
    except InputError:
        return [describe(STARTER)]


def describe(choice: str) -> DataInfo:
    """What a choice of data stands for.

    Args:
        choice: 'mnist', 'starter' or the path of a folder with MNIST's four files.

    Raises:
        InputError: a file is missing, or its header is not what its name says; the sentence names it.
    """
    if choice == STARTER:
        return DataInfo(STARTER, "Starter set", None, STARTER_TRAIN, STARTER_TEST)
    if choice == MNIST:
        return _described(MNIST, "MNIST", _mnist_folder())
    folder = Path(choice).absolute()  # a run that is resumed may be so from elsewhere
    return _described(str(folder), folder.name or str(folder), folder)


def open_data(choice: str, part: str) -> Images:
    """One part of a data set, read whole into memory.

    Args:
        choice: see `describe`.
        part: 'train' or 'test'.

    Raises:
        InputError: a file is missing, damaged, or not what its name says; the sentence names it.
        DigitpadError: the starter set's package is missing or damaged.
    """
    if choice == STARTER:
        return read_starter(part)
    return read_mnist(_mnist_folder() if choice == MNIST else Path(choice), part)


def _described(choice: str, title: str, folder: Path) -> DataInfo:
    return DataInfo(choice, title, folder, count_mnist(folder, "train"), count_mnist(folder, "test"))


def _mnist_folder() -> Path:
    """The first folder with MNIST's four files: below DIGITPAD_DATA_DIR, else the user's own."""
    folders = dict.fromkeys([data_folder() / "mnist", download_folder()])
    problems = []
    for folder in folders:
        try:
            _described(MNIST, "MNIST", folder)
        except InputError as error:
            problems.append((folder, error))
        else:
            return folder
    for folder, problem in problems:
        if folder.exists():
            raise problem
    raise InputError(
        f"MNIST is not here: there is no folder {' and no folder '.join(map(str, folders))}. "
        "Download it, choose a folder with its four files, or take the starter set."
    )
