"""The data browser: what a person chooses is what is shown, failures are reported, and late answers change nothing."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from digitpad.domain.data_info import DataInfo, ImagePage
from digitpad.domain.errors import InputError
from digitpad.domain.recipe import Augmentation
from digitpad.ui.common.notice import Notice
from digitpad.ui.common.pixels import SIDE, ink_colours
from digitpad.ui.common.theme import LIGHT
from digitpad.ui.data.augmentation_preview import AugmentationPreview, Versions
from digitpad.ui.data.browser import ClassButton, DataBrowser
from digitpad.ui.data.grid import DigitGrid
from digitpad.ui.session.worker import Worker

MNIST = DataInfo("mnist", "MNIST", None, 2000, 1000)
STARTER = DataInfo("starter", "Starter set", None, 500, 0)
COUNTS = {("mnist", "train"): 200, ("mnist", "test"): 100, ("starter", "train"): 50, ("starter", "test"): 0}


class Library:
    """Data sets in which the digits take turns; the grey of an image tells its digit."""

    def __init__(self) -> None:
        self.asked = []
        self.problem = ""
        self.gate = threading.Event()
        self.gate.set()

    def load(self, data_id, part, digit, start, count):
        self.asked.append((data_id, part, digit, start))
        self.gate.wait()
        if self.problem:
            raise InputError(self.problem)
        each = COUNTS[data_id, part]
        labels = np.arange(10 * each) % 10 if digit is None else np.full(each, digit)
        labels = labels[start : start + count]
        pixels = np.repeat((100 + 10 * labels).astype(np.uint8), SIDE * SIDE).reshape(-1, SIDE, SIDE)
        matches = 10 * each if digit is None else each
        return ImagePage(pixels, labels, matches, (each,) * 10, np.full((10, SIDE, SIDE), 50, np.uint8))

    def augment(self, pixels, augmentation, count, seed):
        return np.repeat(pixels[None], count, 0)


@pytest.fixture
def library():
    return Library()


@pytest.fixture
def browser(qtbot, library, wear):
    wear("light")
    worker = Worker()
    window = DataBrowser(worker, library.load, library.augment)
    qtbot.addWidget(window)
    window.show_data([MNIST, STARTER], "mnist")
    yield window
    library.gate.set()
    worker.stop()


@pytest.fixture
def opened(qtbot, browser):
    browser.show()
    qtbot.waitUntil(lambda: said(browser).startswith("Images"))
    return browser


def said(browser) -> str:
    return browser.findChild(DigitGrid).accessibleDescription()


def labels(browser) -> set[int]:
    """The digits whose images are painted."""
    seen = painted(browser.findChild(DigitGrid).viewport())
    return {digit for digit in range(10) if (seen == ink_colours(LIGHT)[100 + 10 * digit]).sum() >= SIDE**2}


def painted(widget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).copy()


def choose(browser, box: str, words: str) -> None:
    """Choose a line of a box with the keyboard."""
    combo = browser.findChild(QComboBox, box)
    combo.setFocus()
    step = combo.findText(words, Qt.MatchFlag.MatchStartsWith) - combo.currentIndex()
    for _ in range(abs(step)):
        QTest.keyClick(combo, Qt.Key.Key_Down if step > 0 else Qt.Key.Key_Up)


def test_nothing_is_read_before_the_window_opens(browser, library):
    assert library.asked == []
    assert said(browser) == "Reading the images…"


def test_opens_with_the_first_images_and_shows_one_augmented(qtbot, opened, library):
    assert "of 2,000 · Image 1 selected, label 0" in said(opened)
    assert library.asked[0] == ("mnist", "train", None, 0)
    assert opened.findChild(AugmentationPreview).versions.has_sample
    assert not opened.isModal()


def test_a_screen_reader_hears_the_name_of_a_box_beside_its_value(opened):
    for box, name in (("data_set", "Data set"), ("part", "Images")):
        combo = opened.findChild(QComboBox, box)
        assert combo.accessibleName() == name
        # On Linux Qt says a box's value as its name, and that it is labelled by its buddy.
        labels = QAccessible.queryAccessibleInterface(combo).relations(QAccessible.RelationFlag.Label)
        assert [label.text(QAccessible.Text.Name) for label, _ in labels] == [name]


def test_says_that_it_is_reading(qtbot, browser, library):
    library.gate.clear()
    browser.show()
    qtbot.waitUntil(lambda: bool(library.asked))
    assert said(browser) == "Reading the images…"
    library.gate.set()
    qtbot.waitUntil(lambda: said(browser).startswith("Images 1 to"))


def test_shows_the_count_and_mean_of_each_digit(opened):
    for digit in range(10):
        button = opened.findChild(ClassButton, f"digit_{digit}")
        assert button.accessibleName() == f"Digit {digit}, 200 images"
        assert (painted(button) == ink_colours(LIGHT)[50]).sum() >= (2 * SIDE) ** 2
    assert opened.findChild(ClassButton, "all_digits").accessibleName() == "All digits, 2,000 images"


@pytest.mark.parametrize("digit", range(10))
def test_a_number_key_shows_one_digit(qtbot, opened, digit):
    QTest.keyClick(opened, Qt.Key(Qt.Key.Key_0 + digit))
    qtbot.waitUntil(lambda: labels(opened) == {digit})
    assert "of 200" in said(opened)
    assert opened.findChild(ClassButton, f"digit_{digit}").isChecked()
    QTest.keyClick(opened, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: len(labels(opened)) == 10)


def test_a_click_on_a_mean_digit_shows_it_from_the_start(qtbot, opened, library):
    grid = opened.findChild(DigitGrid)
    QTest.keyClick(grid, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: "Image 2,000 selected, label 9" in said(opened))
    QTest.mouseClick(opened.findChild(ClassButton, "digit_3"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: labels(opened) == {3})
    assert said(opened) == f"Images 1 to {grid.capacity} of 200"


def test_the_test_images_can_be_chosen(qtbot, opened):
    choose(opened, "part", "Test")
    qtbot.waitUntil(lambda: "of 1,000" in said(opened))


def test_another_data_set_keeps_part_and_digit(qtbot, opened, library):
    choose(opened, "part", "Test")
    QTest.keyClick(opened, Qt.Key.Key_4)
    choose(opened, "data_set", "Starter")
    qtbot.waitUntil(lambda: library.asked[-1] == ("starter", "test", 4, 0))
    qtbot.waitUntil(lambda: said(opened) == "There are no such images.")


def test_a_late_answer_changes_nothing(qtbot, opened, library):
    library.gate.clear()
    QTest.keyClick(opened, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: library.asked[-1][2] == 1)
    seen = []
    opened.findChild(DigitGrid).described.connect(lambda _words: seen.append(labels(opened)))
    for key in (Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4):
        QTest.keyClick(opened, key)
    library.gate.set()
    qtbot.waitUntil(lambda: labels(opened) == {4})
    assert {1} not in seen
    assert [digit for _, _, digit, _ in library.asked[-2:]] == [1, 4], "those between were never read"


def test_a_failure_is_reported_and_tried_again(qtbot, opened, library):
    library.problem = "train-images-idx3-ubyte is damaged; fetch it anew."
    choose(opened, "data_set", "Starter")
    notice = opened.findChild(Notice)
    qtbot.waitUntil(lambda: notice.text == library.problem)
    assert notice.isVisible()
    assert said(opened) == "These images could not be read."
    library.problem = ""
    opened.close()
    opened.show()
    qtbot.waitUntil(lambda: "of 500" in said(opened))
    assert notice.text == ""


def test_without_a_data_set_it_says_so(qtbot, browser, library):
    browser.show_data([], "")
    browser.show()
    assert said(browser) == "There is no data set yet."
    assert not browser.findChild(QComboBox, "data_set").isEnabled()
    browser.show_data([STARTER], "gone")
    qtbot.waitUntil(lambda: "of 500" in said(browser))


def test_data_that_vanishes_while_it_is_read_is_not_shown(qtbot, browser, library):
    library.gate.clear()
    browser.show()
    qtbot.waitUntil(lambda: bool(library.asked))
    browser.show_data([], "")
    library.gate.set()
    browser.show_data([STARTER], "starter")
    qtbot.waitUntil(lambda: said(browser).startswith("Images"))
    assert "of 500" in said(browser)


def test_the_chosen_recipe_is_where_the_sliders_start(opened):
    opened.set_augmentation(Augmentation(degrees=10))
    assert opened.findChild(AugmentationPreview).augmentation == Augmentation(degrees=10)


def test_a_click_on_an_image_augments_it(qtbot, opened):
    preview = opened.findChild(AugmentationPreview)
    QTest.mouseClick(opened.findChild(DigitGrid).viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60 * 3 + 30, 30))
    versions = preview.findChild(Versions)
    qtbot.waitUntil(lambda: "label 3" in versions.accessibleDescription())


def test_fits_a_small_window(qtbot, opened, wear):
    wear("dark")
    opened.resize(640, 480)
    assert (opened.width(), opened.height()) == (640, 480)
    assert opened.minimumSizeHint().width() <= 640
    for digit in range(10):
        assert opened.findChild(ClassButton, f"digit_{digit}").width() >= 2 * SIDE
    assert opened.findChild(DigitGrid).capacity >= 12
