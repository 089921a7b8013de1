"""A picture on the pad: the frame in which the digit is looked for, and what pen and eraser do to it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from digitpad.ui.pad.canvas import Tool
from tests.app.pad import FOUR, SEVEN
from tests.app.test_files import drop
from tests.ink.raster.photos import Photo, photo

TWO = [[(0.1, 0.25), (0.3, 0.02), (0.6, 0.1), (0.55, 0.4), (0.05, 0.95), (0.4, 0.9), (0.75, 0.98)]]
ONE = [[(0.4, 0.0), (0.4, 1.0)]]


@pytest.fixture
def two_digits(tmp_path):
    """A picture 800 wide and 400 high with a two on its left and a one on its right."""
    page = np.full((400, 800), 255, np.uint8)
    for strokes, left in ((TWO, 0), (ONE, 400)):
        part = np.asarray(photo(strokes, Photo(side=220, pen=20, seed=1)).crop((200, 100, 600, 500)))
        page[:, left : left + 400] = np.where(part < 128, 20, 255)
    Image.fromarray(page).save(tmp_path / "both.png")
    return tmp_path / "both.png"


class Frame:
    """A hand at the frame."""

    def __init__(self, pad):
        self.pad, self.widget = pad, pad.widget("crop_frame")

    @property
    def line(self):
        """Left, top, right and bottom of the frame's line in the pad's pixels."""
        rect = self.widget.geometry().adjusted(8, 8, -8, -8)
        return rect.left(), rect.top(), rect.right(), rect.bottom()

    def open(self, path):
        drop(self.pad, path)
        self.pad.qtbot.waitUntil(self.widget.isVisible)
        return self

    def drag(self, start, end):
        """Drag with the mouse over the pad, from place to place, at what lies there."""
        target = self.pad.canvas.childAt(QPoint(*start))
        assert target is self.widget
        local = target.mapFrom(self.pad.canvas, QPoint(*start))
        QTest.mousePress(target, Qt.MouseButton.LeftButton, pos=local)
        QTest.mouseMove(target, target.mapFrom(self.pad.canvas, QPoint(*end)))
        QTest.mouseRelease(target, Qt.MouseButton.LeftButton, pos=target.mapFrom(self.pad.canvas, QPoint(*end)))

    def reads(self, digit):
        self.pad.qtbot.waitUntil(lambda: self.pad.answer().digit == digit)


@pytest.fixture
def frame(pad):
    return Frame(pad)


def test_the_frame_lies_round_the_digit_that_was_found(pad, frame, tmp_path):
    what = Photo(desk=70, sheet=(0.1, 0.1, 0.9, 0.9), turn=4, ruling="squares")
    photo(TWO, what).save(tmp_path / "photo.png")
    frame.open(tmp_path / "photo.png")
    assert pad.answer().digit == 2
    side = pad.canvas.width()
    left, top, right, bottom = frame.line
    assert 0.2 * side < left < 0.45 * side
    assert 0.55 * side < right < 0.8 * side
    assert 0.2 * side < top < 0.42 * side
    assert 0.6 * side < bottom < 0.8 * side


def test_corners_resize_the_frame_and_sides_move_it(pad, frame, two_digits):
    frame.open(two_digits)
    left, top, right, bottom = frame.line
    middle = pad.canvas.width() // 2
    frame.drag((right, bottom), (middle, bottom))
    assert frame.line == pytest.approx((left, top, middle, bottom), abs=2)
    frame.reads(2)
    frame.drag((left, (top + bottom) // 2), (left + middle, (top + bottom) // 2))
    assert frame.line[2] - frame.line[0] == pytest.approx(middle - left, abs=2)
    assert frame.line[0] > left + middle // 2
    frame.reads(1)
    assert pad.canvas.ink.picture is not None
    right, bottom = frame.line[2:]
    frame.drag(frame.line[:2], (right + 50, bottom + 50))
    assert frame.line[0] < frame.line[2] == pytest.approx(right, abs=2)
    assert frame.line[1] < frame.line[3] == pytest.approx(bottom, abs=2)


def test_the_frame_is_moved_and_resized_with_the_keyboard(pad, frame, two_digits):
    frame.open(two_digits)
    before = frame.line
    frame.widget.setFocus()
    for _ in range(15):
        QTest.keyClick(frame.widget, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    frame.reads(2)
    assert frame.line[:2] == before[:2]
    assert frame.line[2] < before[2]
    narrow = frame.line
    for _ in range(50):
        QTest.keyClick(frame.widget, Qt.Key.Key_Right)
    frame.reads(1)
    assert frame.line[2] - frame.line[0] == pytest.approx(narrow[2] - narrow[0], abs=2)
    assert "100 %" in frame.widget.accessibleDescription()
    QTest.keyClick(frame.widget, Qt.Key.Key_Home)
    pad.qtbot.waitUntil(lambda: frame.line == before)


def test_an_empty_part_and_a_blank_picture_say_so(pad, frame, two_digits, tmp_path):
    Image.new("L", (300, 200), 240).save(tmp_path / "blank.png")
    frame.open(tmp_path / "blank.png")
    notice = pad.widget("notice")
    pad.qtbot.waitUntil(lambda: "Nothing in this picture stands out" in notice.text)
    frame.open(two_digits)
    pad.qtbot.waitUntil(lambda: not notice.text)
    left, top, right, bottom = frame.line
    frame.drag((right, bottom), (left + 12, top + 12))
    pad.qtbot.waitUntil(lambda: "Nothing in this picture stands out" in notice.text)
    frame.widget.setFocus()
    QTest.keyClick(frame.widget, Qt.Key.Key_Home)
    pad.qtbot.waitUntil(lambda: not notice.text)


def test_the_frame_follows_the_size_of_the_pad_and_goes_with_the_picture(pad, frame, two_digits):
    frame.open(two_digits)
    shares = [place / pad.canvas.width() for place in frame.line]
    pad.window.resize(900, 600)
    QApplication.processEvents()
    assert [place / pad.canvas.width() for place in frame.line] == pytest.approx(shares, abs=0.01)
    pad.canvas.clear_ink()
    assert not frame.widget.isVisible()
    pad.canvas.undo()
    assert frame.widget.isVisible()


def test_a_stroke_over_a_picture_says_how_to_get_it_back(pad, frame, two_digits):
    frame.open(two_digits)
    shown = pad.canvas.ink
    pad.draw(SEVEN)
    assert not frame.widget.isVisible()
    assert "Undo brings it back" in pad.window.statusBar().currentMessage()
    pad.canvas.undo()
    assert pad.canvas.ink is shown
    assert frame.widget.isVisible()


def test_the_eraser_says_why_it_does_nothing_to_a_picture(pad, frame, two_digits):
    frame.open(two_digits)
    shown = pad.canvas.ink
    pad.canvas.set_tool(Tool.ERASER)
    pad.draw(FOUR)
    assert pad.canvas.ink is shown
    assert "no parts of a picture" in pad.window.statusBar().currentMessage()


def test_the_frame_is_there_again_after_a_restart(start, pad, frame, two_digits):
    frame.open(two_digits)
    right, bottom = frame.line[2:]
    frame.drag((right, bottom), (pad.canvas.width() // 2, bottom))
    frame.reads(2)
    pad.window.close()
    again = start()
    again.qtbot.waitUntil(lambda: not again.canvas.ink.is_empty)
    assert again.answer().digit == 2
    assert again.canvas.ink.picture.crop == pytest.approx(pad.canvas.ink.picture.crop)


def test_a_photo_that_the_camera_turned_stands_upright_on_the_pad(pad, frame, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right to show
    photo(TWO, Photo()).transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.jpg", exif=exif)
    frame.open(tmp_path / "turned.jpg")
    assert pad.answer().digit == 2
    assert pad.canvas.ink.picture.pixels.shape == (600, 800, 4)
    left, top, right, bottom = frame.line
    assert bottom - top > right - left


def test_a_finger_moves_the_frame_and_draws_nothing(pad, frame, two_digits):
    frame.open(two_digits)
    shown, (left, top, _right, bottom) = pad.canvas.ink, frame.line
    finger, window = QTest.createTouchDevice(), pad.window.windowHandle()
    start = pad.canvas.mapTo(pad.window, QPoint(left, (top + bottom) // 2))
    QTest.touchEvent(window, finger).press(0, start, window).commit()
    QTest.touchEvent(window, finger).move(0, start + QPoint(0, 30), window).commit()
    QTest.touchEvent(window, finger).release(0, start + QPoint(0, 30), window).commit()
    assert pad.canvas.ink.picture.pixels is shown.picture.pixels
    assert frame.line[1] == pytest.approx(top + 30, abs=2)


def test_undo_forgets_the_part_of_a_picture_that_is_being_worked_out(pad, frame, two_digits):
    frame.open(two_digits)
    crops, first = [], pad.canvas.ink.picture
    pad.canvas.ink_changed.connect(lambda _revision, ink, _grew: crops.append(ink.picture and ink.picture.crop))
    QTest.keyClick(frame.widget, Qt.Key.Key_Left)
    pad.canvas.undo()
    pad.canvas.redo()
    QTest.keyClick(frame.widget, Qt.Key.Key_Home)
    pad.qtbot.waitUntil(lambda: pad.canvas.ink.picture is not first)
    assert crops == [None, None, None]


def test_what_is_found_in_a_picture_that_is_gone_does_not_bring_it_back(pad, frame, two_digits, tmp_path):
    photo(TWO, Photo()).save(tmp_path / "two.png")
    frame.open(two_digits)
    first, seen = pad.canvas.ink.picture.pixels, []
    pad.canvas.ink_changed.connect(lambda _revision, ink, _grew: seen.append(ink.picture.pixels))
    for _ in range(4):
        QTest.keyClick(frame.widget, Qt.Key.Key_Left)
    drop(pad, tmp_path / "two.png")
    pad.qtbot.waitUntil(lambda: pad.canvas.ink.picture.pixels is not first)
    other = pad.canvas.ink.picture
    QTest.keyClick(frame.widget, Qt.Key.Key_Home)
    pad.qtbot.waitUntil(lambda: pad.canvas.ink.picture is not other)
    shown = [pixels is first for pixels in seen]
    assert shown == sorted(shown, reverse=True)
