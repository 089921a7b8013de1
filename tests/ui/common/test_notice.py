"""A sentence beside the thing that it is about."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator

from digitpad.domain.errors import DigitpadError
from digitpad.ui.common.notice import Notice


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
