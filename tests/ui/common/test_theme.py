import dataclasses
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
)

from digitpad.storage.io import shipped
from digitpad.ui.common.icons import icon
from digitpad.ui.common.theme import (
    DARK,
    DARK_CONTRAST,
    LIGHT,
    LIGHT_CONTRAST,
    NOTE_PIXELS,
    TEXT_PIXELS,
    apply_theme,
    current_theme,
    disabled_colour,
    mix,
    reduced_motion,
    text_font,
)
from tests.ui.contrast import contrast

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
COLOURS = st.tuples(*[st.integers(0, 255)] * 3).map(lambda c: "#{:02X}{:02X}{:02X}".format(*c))
ICONS = sorted(path.stem for path in shipped("resources", "icons").glob("*.svg"))


@THEMES
def test_text_stands_out_from_every_ground_it_lies_on(theme):
    for ground in (theme.window, theme.surface):
        for text in (theme.text, theme.quiet, theme.amber, theme.accent_text):
            assert contrast(text, ground) >= 4.5, (text, ground)
        assert contrast(theme.accent, ground) >= 3  # WCAG 1.4.11: graphics
        assert contrast(disabled_colour(theme), ground) >= 3
    assert contrast(theme.on_accent, theme.accent_text) >= 4.5


def test_contrast_of_known_pairs():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


@given(COLOURS, COLOURS)
def test_contrast_is_symmetric_and_bounded(a, b):
    assert contrast(a, b) == contrast(b, a)
    assert 1 <= contrast(a, b) <= 21.0001
    assert contrast(a, a) == 1


@given(COLOURS, COLOURS, st.floats(0, 1))
def test_a_mixed_colour_lies_between_its_parts(a, b, share):
    for x, y, z in zip(*(QColor(c).getRgb() for c in (a, b, mix(a, b, share))), strict=True):
        assert min(x, y) <= z <= max(x, y)


@pytest.mark.parametrize("theme", [LIGHT_CONTRAST, DARK_CONTRAST], ids=["light", "dark"])
def test_high_contrast_is_higher_in_text_and_lines(theme):
    for ground in (theme.window, theme.surface):
        for text in (theme.text, theme.quiet, theme.amber, theme.accent_text):
            assert contrast(text, ground) >= 7, (text, ground)  # WCAG 1.4.6
        assert contrast(theme.line, ground) >= 3
        assert contrast(disabled_colour(theme), ground) >= 4.5
    assert contrast(theme.on_accent, theme.accent_text) >= 7


@pytest.mark.parametrize("high_contrast", [False, True])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_theme_that_is_worn_is_known_by_its_colours(qapp, mode, high_contrast):
    worn = apply_theme(qapp, mode, high_contrast=high_contrast)
    assert current_theme() == worn
    assert worn.is_dark is (mode == "dark")


@pytest.mark.parametrize(("mode", "theme"), [("light", LIGHT), ("dark", DARK)])
def test_a_theme_reaches_widgets(qapp, qtbot, mode, theme):
    assert apply_theme(qapp, mode) == theme
    label, note = QLabel("text"), QLabel("note")
    note.setProperty("note", True)
    for widget in (label, note):
        qtbot.addWidget(widget)
        widget.ensurePolished()
    assert label.palette().window().color() == QColor(theme.window)
    assert label.palette().windowText().color() == QColor(theme.text)
    assert label.font().pixelSize() == TEXT_PIXELS
    assert note.font().pixelSize() == NOTE_PIXELS
    assert note.palette().windowText().color() == QColor(theme.quiet)


def test_the_system_mode_follows_what_the_system_says(qapp):
    qapp.styleHints().unsetColorScheme()
    system = DARK if qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
    apply_theme(qapp, "dark")
    assert apply_theme(qapp, "system") == system


@THEMES
@pytest.mark.parametrize("kind", [QPushButton, QToolButton, QComboBox, QLineEdit, QSpinBox])
def test_keyboard_users_see_where_the_focus_is(qapp, qtbot, theme, kind):
    apply_theme(qapp, "dark" if theme.is_dark else "light")
    button = kind()
    qtbot.addWidget(button)
    with qtbot.waitExposed(button):
        button.show()
    button.activateWindow()
    button.clearFocus()
    before = button.grab().toImage()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(button.hasFocus)
    after = button.grab().toImage()
    middle = after.height() // 2
    assert QColor(after.pixel(0, middle)) == QColor(theme.accent)
    assert QColor(before.pixel(0, middle)) != QColor(theme.accent)
    assert before.size() == after.size()


@THEMES
def test_a_box_to_check_shows_its_focus(qapp, qtbot, theme):
    apply_theme(qapp, "dark" if theme.is_dark else "light")
    box = QCheckBox("words")
    qtbot.addWidget(box)
    with qtbot.waitExposed(box):
        box.show()
    box.activateWindow()
    box.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(box.hasFocus)
    assert _count(box, theme.accent) >= 60


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
@pytest.mark.parametrize("high_contrast", [False, True])
@THEMES
def test_text_that_is_selected_or_disabled_or_both_can_be_read(qapp, qtbot, theme, high_contrast):
    apply_theme(qapp, "dark" if theme.is_dark else "light", 1.5, high_contrast=high_contrast)
    for is_enabled, least in ((True, 4.5), (False, 3)):
        for widget, shown in _selected(qtbot, is_enabled):
            assert _contrast_of_text(shown) >= least, (type(widget), is_enabled)


def _selected(qtbot, is_enabled):
    """Widgets with selected text, enabled or not, and the part of each that shows it."""
    edit, table, popup = QLineEdit("MMMMM"), QTableWidget(1, 1), QComboBox()
    table.setItem(0, 0, QTableWidgetItem("MMMMM"))
    popup.addItem("MMMMM")
    for header in (table.horizontalHeader(), table.verticalHeader()):
        header.hide()
    popup.model().item(0).setEnabled(is_enabled)
    for widget in (edit, table, popup):
        qtbot.addWidget(widget)
        widget.resize(160, 40)
    for widget in (edit, table):
        widget.setEnabled(is_enabled)
    edit.selectAll()
    table.selectAll()
    popup.show()
    popup.showPopup()
    popup.view().setCurrentIndex(popup.model().index(0, 0))
    return [(edit, edit), (table, table.viewport()), (popup, popup.view().viewport())]


def _contrast_of_text(widget):
    """Contrast of the colour that differs most from the ground that the middle of a widget has most of."""
    image = widget.grab(widget.rect().adjusted(12, 6, -60, -6)).toImage()
    colours = Counter(image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height()))
    (ground, _), *_rest = colours.most_common(1)
    return max(contrast(colour, ground) for colour in colours)


def _count(widget, colour):
    image = widget.grab().toImage()
    return sum(image.pixelColor(x, y) == QColor(colour) for x in range(image.width()) for y in range(image.height()))


def test_reduced_motion_can_be_asked_for(qapp, monkeypatch):
    monkeypatch.setenv("DIGITPAD_REDUCED_MOTION", "1")
    assert reduced_motion()
    monkeypatch.setenv("DIGITPAD_REDUCED_MOTION", "0")
    assert not reduced_motion()


def test_there_is_an_icon_for_every_action():
    wanted = (
        "app checkpoint clear copy dark data eraser export info light narrower open paste pause pen quit redo save "
        "stop theme train training undo wider"
    )
    assert set(wanted.split()) <= set(ICONS)


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("name", ICONS)
def test_icons_are_rendered_for_the_scale_they_are_shown_at(qapp, name, scale):
    pixmap = icon(name, LIGHT).pixmap(QSize(20, 20), scale)
    assert pixmap.size() == QSize(20, 20) * scale
    assert pixmap.devicePixelRatio() == scale
    drawn = _alpha(pixmap) > 0
    assert 0.05 < drawn.mean() < 1


@THEMES
def test_icons_take_the_themes_colours(qapp, theme):
    pen = icon("pen", theme)
    assert _ink(pen.pixmap(64, 64)) == QColor(theme.text)
    assert _ink(pen.pixmap(QSize(64, 64), QIcon.Mode.Normal, QIcon.State.On)) == QColor(theme.accent_text)
    faded = _ink(pen.pixmap(QSize(64, 64), QIcon.Mode.Disabled)).name()
    assert contrast(faded, theme.window) < contrast(theme.quiet, theme.window)


def test_an_icon_that_is_missing_is_named():
    with pytest.raises(FileNotFoundError, match="nonesuch"):
        icon("nonesuch", LIGHT)


def test_a_copied_icon_can_be_changed(qapp):
    """PySide6 crashes here where the clone of an icon's engine is left to Python alone."""
    for _ in range(200):
        copy = QIcon(icon("undo", LIGHT))
        copy.addPixmap(QPixmap(3, 3))
        assert not copy.pixmap(16, 16).isNull()


def test_a_theme_cannot_be_changed_by_accident():
    with pytest.raises(dataclasses.FrozenInstanceError):
        LIGHT.text = "#000000"


def _alpha(pixmap: QPixmap) -> np.ndarray:
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_Alpha8)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width()].copy()


def _ink(pixmap: QPixmap) -> QColor:
    """Colour of the first pixel that is covered fully."""
    rows, columns = np.nonzero(_alpha(pixmap) == 255)
    return QColor(pixmap.toImage().pixel(int(columns[0]), int(rows[0])))


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize("count", [2, 5, 9])
def test_the_list_of_a_box_shows_all_its_entries(qapp, qtbot, count):
    apply_theme(qapp, "light")
    box = QComboBox()
    qtbot.addWidget(box)
    box.addItems([f"entry {number}" for number in range(count)])
    box.show()
    box.showPopup()
    view = box.view()
    qtbot.waitUntil(view.isVisible)
    last = view.visualRect(box.model().index(count - 1, 0))
    assert view.verticalScrollBar().maximum() == 0
    assert view.viewport().rect().contains(last)
    box.hidePopup()


def test_large_text_stays_large_where_the_theme_changes(qtbot, wear):
    wear("light")
    label = QLabel("12")
    qtbot.addWidget(label)
    label.setFont(text_font(NOTE_PIXELS))
    label.show()
    for mode in ("light", "dark", "dark"):
        wear(mode, 2.0)
        assert label.font().pixelSize() == 2 * NOTE_PIXELS
