"""Every form that people write, drawn on the real pad: the shipped network reads the digit."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QSettings, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from digitpad import app
from digitpad.ink.strokes import PAD_SIDE
from tests.app.pad import Pad
from tests.digit_styles import digits_by_style

FORMS = digits_by_style()


@pytest.fixture(scope="module")
def read(request, qapp, tmp_path_factory):
    """What was read of every drawing, by its name; one window takes them all, for each costs half a second."""
    settings = str(tmp_path_factory.mktemp("settings"))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CONFIG", "DATA", "STATE"):
            patch.setenv(f"XDG_{name}_HOME", settings)
        QSettings.setDefaultFormat(QSettings.Format.IniFormat)
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, settings)
        window = app.create([])
        pad = Pad(QtBot(request), window)
        window.show()
        try:
            return {drawing.name: answer(pad, drawing.ink) for form in FORMS.values() for drawing in form}
        finally:
            window.close()
            window.deleteLater()


def answer(pad, ink):
    """The digit that the window shows for some ink, which is drawn with the mouse where it lies on the pad's square."""
    pad.canvas.clear_ink()
    side = min(pad.canvas.width(), pad.canvas.height())
    corner = QPointF(pad.canvas.width() - side, pad.canvas.height() - side) / 2
    for stroke in ink.strokes:
        places = [(corner + QPointF(x, y) * side / PAD_SIDE).toPoint() for x, y in stroke.points[:, :2].tolist()]
        QTest.mousePress(pad.canvas, Qt.MouseButton.LeftButton, pos=places[0])
        for place in places[1:]:
            QTest.mouseMove(pad.canvas, place)
        QTest.mouseRelease(pad.canvas, Qt.MouseButton.LeftButton, pos=places[-1])
    assert len(pad.canvas.ink.strokes) == len(ink.strokes)
    return pad.answer().digit


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_read(read, form):
    assert {d.name: read[d.name] for d in FORMS[form]} == {d.name: d.label for d in FORMS[form]}
