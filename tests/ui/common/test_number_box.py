"""A field for a number in another language than English."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtTest import QTest

from digitpad.domain.settings_fields import Setting
from digitpad.ui.common.number_box import NumberBox


@pytest.fixture
def german():
    before = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    yield
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("whole", "typed", "number", "shown"),
    [
        (True, "1234", 1234, "1.234"),
        (True, "1.234", 1234, "1.234"),
        (False, "0,5", 0.5, "0,5"),
        (False, "0.5", 0.5, "0,5"),
        (False, "1e-4", 1e-4, "0,0001"),
    ],
)
def test_numbers_are_taken_and_shown_as_the_language_writes_them(qtbot, german, whole, typed, number, shown):
    box = NumberBox(Setting(0, 10_000, unit=" px", type=int if whole else float))
    qtbot.addWidget(box)
    box.show()
    box.selectAll()
    QTest.keyClicks(box, typed)
    box.interpretText()
    assert (box.value(), box.text()) == (number, f"{shown} px")
