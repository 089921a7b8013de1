"""How well the words of the window stand out, measured on pictures of it."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QToolButton

from tests.ui.contrast import contrast

TEXT, DISABLED = 4.5, 3.0


def trigger(training, *names):
    for name in names:
        next(action for action in training.window.findChildren(QAction) if action.text() == name).trigger()


def words_of(widget):
    """What a widget shows in letters."""
    if isinstance(widget, QComboBox):
        return widget.currentText()
    is_icon = isinstance(widget, QToolButton) and widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
    return "" if is_icon and not widget.icon().isNull() else widget.text()


def faint(training):
    """The parts of the window whose words stand out too little, with their contrast."""
    window = training.window
    picture = window.grab().toImage()
    for widget in (part for kind in (QLabel, QAbstractButton, QComboBox) for part in window.findChildren(kind)):
        seen = widget.visibleRegion().boundingRect()
        if not any(letter.isalpha() for letter in words_of(widget)) or seen != widget.rect():
            continue
        area = QRect(widget.mapTo(window, seen.topLeft() + QPoint(4, 4)), seen.size()).adjusted(0, 0, -8, -8)
        colours = Counter(
            picture.pixelColor(x, y).name()
            for x in range(area.left(), area.right())
            for y in range(area.top(), area.bottom())
        )
        (ground, _), *_rest = colours.most_common(1)
        reached = max(contrast(colour, ground) for colour in colours)
        if reached < (TEXT if widget.isEnabled() else DISABLED) - 0.05:  # strokes are rounded where they are thin
            yield widget.objectName() or words_of(widget), round(reached, 2)


@pytest.mark.parametrize("theme", ["Light", "Dark"])
@pytest.mark.parametrize("presents", [False, True])
def test_the_words_of_every_page_stand_out(training, theme, presents):
    training.ready()
    trigger(training, theme, *["Larger text"] * 4, *["Presentation"] * presents)
    pages = [action for action in training.window.findChildren(QAction) if action.objectName().startswith("show_")]
    for page in pages:
        page.setChecked(True)
        training.until(lambda page=page: training.pad.widget(page.objectName().replace("show", "close")).isVisible())
        for _ in range(3):
            QApplication.processEvents()  # lays out
        assert list(faint(training)) == [], page.text()
