"""A round of drawings in the window: led by the keys from beginning to end."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from tests.app.pad import ONE


def test_a_round_is_drawn_with_the_pads_keys_and_escape_ends_it_alone(pad):
    pad.widget("show_hand", QAction).trigger()
    words = pad.widget("asked_label", QLabel)
    pad.widget("round_button", QPushButton).click()
    pad.qtbot.waitUntil(lambda: words.text() == "Draw a 0 (0 of 30)")
    for _ in range(2):
        pad.press(Qt.Key.Key_S)
    assert words.text() == "Draw a 2 (0 of 30)"
    pad.draw(ONE)
    pad.press(Qt.Key.Key_1)
    assert pad.canvas.ink.is_empty
    pad.draw(ONE)
    pad.press(Qt.Key.Key_Return)
    pad.qtbot.waitUntil(lambda: words.text() == "Draw a 3 (1 of 30)")
    pad.press(Qt.Key.Key_Escape)
    assert not words.isVisible()
    assert pad.widget("close_hand", QToolButton).isVisible()
