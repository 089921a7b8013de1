"""Refusing what is no digit, in the real window: what it looks like, and that a person can move how strict it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSlider

from digitpad.domain.rejection import FALSE_REJECTION_RATES
from digitpad.learning.models.checkpoints import as_checkpoint, as_network
from digitpad.reading.checkpoint_file import save_checkpoint
from digitpad.reading.load import load_checkpoint
from digitpad.storage.io import DEFAULT_CHECKPOINT
from digitpad.ui.common.theme import LIGHT
from tests.app.pad import SEVEN


@pytest.fixture
def checkpoint(tmp_path):
    """Saves what ships under a name, with other thresholds."""
    shipped = load_checkpoint(DEFAULT_CHECKPOINT)

    def saved(name, thresholds):
        path = tmp_path / f"{name}.safetensors"
        save_checkpoint(path, as_checkpoint(as_network(shipped), replace(shipped.info, thresholds=thresholds)))
        return str(path)

    return saved


@pytest.fixture
def refusing(checkpoint):
    """A checkpoint that takes nothing for a digit, unless it is to refuse nothing."""
    return checkpoint("refusing", [[share, 1e5] for share in FALSE_REJECTION_RATES])


def accented(pad):
    """Whether anything in the bars has the accent's colour."""
    image = pad.widget("probability_bars").grab().toImage()
    accent = QColor(LIGHT.accent)
    return any(image.pixelColor(x, y) == accent for x in range(0, image.width(), 4) for y in range(image.height()))


def in_menu(pad, text):
    return next(action for action in pad.window.findChildren(QAction) if action.text() == text)


def test_a_refused_drawing_dims_the_bars_until_a_person_lets_nothing_be_refused(start, refusing):
    pad = start("--checkpoint", refusing)
    slider = pad.widget("rejection_slider", QSlider)
    pad.draw(SEVEN)
    rejected = pad.answer()

    assert rejected.digit is None
    assert rejected.probabilities.index(rejected.confidence) == 7
    assert pad.widget("prediction_label").accessibleDescription().startswith("not a digit, nearest: seven")
    assert pad.widget("probability_bars").accessibleDescription().startswith("Not a digit; nearest: 7")
    assert not accented(pad)

    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Home)
    pad.qtbot.waitUntil(lambda: pad.shown[-1].digit == 7)

    assert pad.shown[-1].revision == rejected.revision  # without another stroke
    assert pad.widget("prediction_label").accessibleDescription().startswith("7, seven")
    pad.qtbot.waitUntil(lambda: accented(pad))
    QTest.keyClick(slider, Qt.Key.Key_Right)
    pad.qtbot.waitUntil(lambda: pad.shown[-1].digit is None)


def test_where_the_window_is_too_low_for_the_line_the_menu_offers_the_choice(start, refusing):
    pad = start("--checkpoint", refusing)
    pad.window.resize(pad.window.minimumSize())
    pad.widget("show_training", QAction).trigger()  # which leaves room for the answer and nothing else
    pad.draw(SEVEN)
    assert pad.answer().digit is None
    pad.qtbot.waitUntil(lambda: not pad.widget("rejection").isVisible())
    in_menu(pad, "Nothing is rejected").trigger()
    pad.qtbot.waitUntil(lambda: pad.shown[-1].digit == 7)


def test_the_choice_is_remembered(start, refusing):
    pad = start("--checkpoint", refusing)
    pad.draw(SEVEN)
    pad.answer()
    in_menu(pad, "Nothing is rejected").trigger()
    pad.window.close()

    pad = start("--checkpoint", refusing)
    assert pad.widget("rejection_slider", QSlider).value() == 0
    pad.draw(SEVEN)
    assert pad.answer().digit == 7


def test_a_network_that_knows_no_thresholds_leaves_no_choice(start, checkpoint, refusing):
    pad = start("--checkpoint", checkpoint("unknowing", []))
    slider = pad.widget("rejection_slider", QSlider)
    pad.draw(SEVEN)

    assert pad.answer().digit == 7
    assert not slider.isEnabled()
    assert "cannot reject" in pad.widget("rejection").toolTip()
