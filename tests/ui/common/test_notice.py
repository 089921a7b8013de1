"""A sentence beside the thing that it is about."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QLabel

from digitpad.domain.errors import DigitpadError
from digitpad.ui.common.notice import Notice, breakable


@pytest.fixture
def notice(qtbot):
    notice = Notice()
    qtbot.addWidget(notice)
    return notice


def test_an_error_is_said_in_the_language_of_the_window(notice):
    class Quoting(QTranslator):
        def translate(self, context, text, *_):
            return f"«{text}»" if context == "errors" else ""

    translator = Quoting()
    QCoreApplication.installTranslator(translator)
    try:
        notice.say(DigitpadError("{file} has {count} bytes.", file="a.ink", count=1234))
    finally:
        QCoreApplication.removeTranslator(translator)

    assert notice.text == "«a.ink has 1,234 bytes.»"
    assert notice.accessibleName() == notice.text


@pytest.mark.parametrize("figure", ["99.31 %", "2026-11-24", "1,234.5", "11/24/2026 8:34 PM", "0.1.0"])
def test_figures_stay_whole(figure):
    assert breakable(figure) == figure


def test_a_line_may_end_inside_a_long_name():
    assert breakable("/home/someone/a_file.name") != "/home/someone/a_file.name"


def test_a_notice_is_heard_as_it_was_said(notice):
    notice.say("No /home/someone/a_file.name")
    assert notice.findChild(QLabel).accessibleName() == "No /home/someone/a_file.name"
