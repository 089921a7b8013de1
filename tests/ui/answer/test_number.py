"""A number in the panel with the answer."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from digitpad.domain.prediction import NUMBER, Prediction, ReadDigit
from digitpad.ui.answer.answer import HEIGHT, AnswerPanel

SEEN = np.full((28, 28), 255, np.uint8)


def read(digit, confidence=0.99, other=None):
    shares = [(1 - confidence) / 18] * 10
    shares[(digit + 1) % 10 if other is None else other] = (1 - confidence) / 2
    shares[digit] = 1 - sum(share for place, share in enumerate(shares) if place != digit)
    return ReadDigit((0.0, 0.0, 1.0, 1.0), digit, tuple(shares), SEEN, (digit,))


def number(*digits, selected=None, waits=False):
    said = Prediction(1, None, (0.1,) * 10, SEEN, NUMBER, digits, waits=waits)
    return said if waits else said.selecting(len(digits) - 1 if selected is None else selected)


@pytest.fixture
def panel(qtbot):
    widget = AnswerPanel()
    qtbot.addWidget(widget)
    widget.resize(420, HEIGHT)
    widget.show()
    return widget


def clicked(qtbot, panel, signal, button=Qt.MouseButton.LeftButton):
    """What a signal says of a click at each place of the panel from left to right, once for each that differs."""
    said = []
    signal.connect(lambda place, *_: said.append(place))
    panel.grab()
    for x in range(2, panel.width(), 4):
        QTest.mousePress(panel, button, pos=QPoint(x, panel.height() // 2))
    return list(dict.fromkeys(said))


def test_a_number_is_heard_as_one(panel):
    panel.show_prediction(number(read(2), read(0), read(7)), 3)
    assert panel.accessibleDescription().startswith("number 207, ")
    panel.show_prediction(number(read(2), read(7, 0.5, 1)), 3)
    assert panel.accessibleDescription().endswith("unsure: 7 or 1")


def test_every_digit_can_be_clicked_and_an_unsure_one_asks(qtbot, panel):
    panel.show_prediction(number(read(2), read(0, 0.5), read(7)), 3)
    assert clicked(qtbot, panel, panel.digit_selected) == [0, 1, 2]
    assert clicked(qtbot, panel, panel.menu_requested) == [1]
    assert clicked(qtbot, panel, panel.menu_requested, Qt.MouseButton.RightButton) == [0, 1, 2]


def test_a_digit_that_is_still_drawn_cannot_be_clicked(qtbot, panel):
    panel.show_prediction(number(read(2), waits=True), 3)
    assert clicked(qtbot, panel, panel.digit_selected) == [0]


def test_the_keys_go_from_digit_to_digit(qtbot, panel):
    panel.show_prediction(number(read(2), read(0), read(7), selected=1), 3)
    for key, place in ((Qt.Key.Key_Left, 0), (Qt.Key.Key_Right, 2)):
        with qtbot.waitSignal(panel.digit_selected) as said:
            QTest.keyClick(panel, key)
        assert said.args == [place]
    with qtbot.waitSignal(panel.menu_requested) as said:
        QTest.keyClick(panel, Qt.Key.Key_Space)
    assert said.args[0] == 1


@pytest.mark.parametrize("width", [130, 300, 420])
def test_as_many_digits_as_there_are_fit_into_the_panel(qtbot, panel, width):
    panel.resize(width, HEIGHT)
    panel.show_prediction(number(*(read(digit) for digit in (3, 1, 4, 1, 5, 9, 2))), 3)
    assert clicked(qtbot, panel, panel.digit_selected) == [0, 1, 2, 3, 4, 5, 6]


def test_a_digit_after_a_number_cannot_be_clicked(qtbot, panel):
    panel.show_prediction(number(read(2), read(0)), 3)
    panel.grab()
    panel.show_prediction(Prediction(2, 7, read(7).probabilities, SEEN), 3)
    assert clicked(qtbot, panel, panel.digit_selected) == []
    assert panel.focusPolicy() == Qt.FocusPolicy.NoFocus


@pytest.mark.parametrize("width", [140, 200, 240])
def test_no_line_beside_a_number_is_cut_off_at_the_edge(panel, width):
    panel.resize(width, 68)
    for digits in ((read(7), read(1)), (read(7), read(1, 0.5))):
        panel.show_prediction(number(*digits), 1234)
        image = panel.grab().toImage()
        assert len({image.pixel(image.width() - 1, y) for y in range(image.height())}) == 1
