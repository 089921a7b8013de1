"""What a screen reader meets in the window: everything that takes the focus has a name, and each box its label."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtWidgets import QComboBox, QPushButton, QTabWidget

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def parts(interface):
    """All that is below an accessible object, as a screen reader goes through it."""
    for number in range(interface.childCount()):
        child = interface.child(number)
        if child is not None and not child.state().invisible:
            yield child
            yield from parts(child)


def faults(widget):
    """What somebody who hears a widget would miss, in words."""
    for part in parts(QAccessible.queryAccessibleInterface(widget)):
        texts = [
            part.text(kind) for kind in (QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Value)
        ]
        where = (part.object().objectName(), type(part.object()).__name__) if part.object() else part.role()
        if part.state().focusable and part.object() is not None and not texts[0]:
            yield "no name", where
        if any("\u200b" in text for text in texts):
            yield "zero-width space", where
        if isinstance(part.object(), QComboBox):  # its name is its value where labels are relations
            labels = [other.text(QAccessible.Text.Name) for other, kind in part.relations() if kind & QAccessible.Label]
            if not part.object().accessibleName() or not any(labels):
                yield "no label", where


def test_whatever_page_is_shown_everything_has_a_name(training):
    training.ready()
    names = [
        action.objectName()
        for action in training.window.findChildren(QAction)
        if action.objectName().startswith("show_")
    ]
    assert len(names) > 3
    for name in names:
        training.pad.widget(name, QAction).setChecked(True)
        training.until(lambda name=name: training.pad.widget(name.replace("show", "close")).isVisible())
        assert list(faults(training.window)) == [], name
    training.open()
    for number in range(2):
        training.pad.widget("training_tabs", QTabWidget).setCurrentIndex(number)
        assert list(faults(training.window)) == []


@pytest.mark.parametrize(
    ("button", "window"), [("edit_recipe_button", "recipe_editor"), ("browse_data_button", "data_browser")]
)
def test_other_windows_have_names_too(training, button, window):
    training.ready().open()
    training.pad.widget(button, QPushButton).click()
    training.until(lambda: training.pad.widget(window) is not None and training.pad.widget(window).isVisible())
    assert list(faults(training.pad.widget(window))) == []
    training.pad.widget(window).close()
