import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractAnimation, QPoint, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QFontMetrics, QImage, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from digitpad.ui.answer.bars import LARGEST_ROW, SMALLEST_ROW, ProbabilityBars, percent
from digitpad.ui.common.theme import DARK, LIGHT, mix, text_font

SEVEN = (0.001, 0.009, 0.002, 0.0, 0.0, 0.001, 0.0, 0.986, 0.001, 0.0)
WEIGHTS = st.lists(st.floats(0, 1), min_size=10, max_size=10).filter(lambda w: sum(w) > 0.1)


@pytest.fixture
def bars(qtbot):
    widget = ProbabilityBars()
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    return widget


def pixels(widget: QWidget) -> np.ndarray:
    """The painted widget as (h, w, 3), on the light theme's window."""
    image = QImage(widget.size(), QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.window))
    widget.render(image, QPoint(), QRegion(), QWidget.RenderFlag(0))
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return rows[..., 2::-1].copy()


def figure_width() -> int:
    return QFontMetrics(text_font(bold=True)).horizontalAdvance(percent(1.0))


def lengths(widget: ProbabilityBars, colour: str) -> list[int]:
    """Pixels of a colour along the middle of each bar, above the hairline."""
    painted = pixels(widget)
    row = widget.height() // 10
    wanted = QColor(colour).getRgb()[:3]
    return [int((painted[row * digit + row // 2 - 2] == wanted).all(axis=1).sum()) for digit in range(10)]


def test_the_best_stands_out_in_the_accent(bars):
    bars.show_probabilities(SEVEN, 7)
    shown = lengths(bars, LIGHT.accent)
    assert shown[7] > 200
    assert shown[:7] + shown[8:] == [0] * 9


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_all_bars_and_figures_are_dimmed_where_the_drawing_is_no_digit(bars, theme, wear):
    """Bars keep their lengths; nothing is left of the accent, of its tint, or of the colour of strong text."""
    wear("dark" if theme.is_dark else "light")
    bars.show_probabilities(SEVEN, 7)
    full = lengths(bars, theme.accent)[7]
    bars.show_probabilities(SEVEN, None)

    assert lengths(bars, mix(theme.window, theme.quiet, 0.35))[7] == full
    seen = {tuple(colour) for colour in pixels(bars).reshape(-1, 3).tolist()}
    for colour in (theme.accent, mix(theme.window, theme.accent, 0.45), theme.text):
        assert QColor(colour).getRgb()[:3] not in seen
    assert QColor(theme.quiet).getRgb()[:3] in seen


def test_a_refusal_is_heard_and_is_not_the_same_as_no_answer(bars):
    bars.show_probabilities(SEVEN, None)
    assert bars.accessibleDescription() == "Not a digit; nearest: 7: 98.6 %, 1: 0.9 %, 2: 0.2 %"
    bars.show_probabilities(SEVEN, 7)
    assert bars.accessibleDescription() == "7: 98.6 %, 1: 0.9 %, 2: 0.2 %"


@given(WEIGHTS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_bar_is_as_long_as_its_probability(bars, weights):
    shares = [w / sum(weights) for w in weights]
    best = int(np.argmax(shares))
    bars.show_probabilities([1.0] + [0.0] * 9, 0)
    full = lengths(bars, LIGHT.accent)[0]
    bars.show_probabilities(shares, best)
    assert lengths(bars, LIGHT.accent)[best] == pytest.approx(full * shares[best], abs=2)


def test_nothing_but_the_bars_and_figures_moves(bars):
    """The hairlines and the labels of digits that are not the best stay where they are."""
    bars.show_probabilities(SEVEN, 7)
    narrow = pixels(bars)
    bars.show_probabilities((0.0,) * 7 + (1.0, 0.0, 0.0), 7)
    wide = pixels(bars)
    changed = (narrow != wide).any(axis=(0, 2))
    figures = figure_width()
    assert not changed[: QFontMetrics(text_font(bold=True)).horizontalAdvance("8")].any()
    gap = slice(400 - figures - 7, 400 - figures - 1)
    assert not changed[gap].any(), "a figure has outgrown its column"


def test_no_answer_shows_no_figures(bars):
    bars.show_probabilities(SEVEN, 7)
    bars.show_probabilities(None, None)
    column = pixels(bars)[:, 400 - figure_width() :]
    assert (column == column[0, 0]).all()
    assert bars.accessibleDescription() == "No answer yet"


def test_a_screen_reader_hears_the_three_most_probable(bars):
    bars.show_probabilities(SEVEN, 7)
    assert bars.accessibleName() == "Probabilities"
    assert bars.accessibleDescription() == "7: 98.6 %, 1: 0.9 %, 2: 0.2 %"


@pytest.mark.parametrize(("share", "text"), [(0, "0.0 %"), (0.0004, "0.0 %"), (0.986, "98.6 %"), (1, "100.0 %")])
def test_percentages(share, text):
    assert percent(share) == text


@pytest.mark.parametrize("height", [180, 250, 300, 320, 700])
def test_rows_fit_the_height(bars, height):
    bars.resize(400, height)
    bars.show_probabilities((0.0,) * 9 + (1.0,), 9)
    accent = (pixels(bars) == QColor(LIGHT.accent).getRgb()[:3]).all(axis=2).any(axis=1)
    rows = np.flatnonzero(accent)
    row = min(max(height // 10, SMALLEST_ROW), LARGEST_ROW)
    assert 9 * row < rows[0]
    assert rows[-1] < 10 * row <= max(height, 10 * SMALLEST_ROW)


def test_the_smallest_size_holds_ten_rows(bars):
    assert bars.minimumSizeHint().height() == 10 * SMALLEST_ROW
    assert bars.sizeHint().height() >= bars.minimumSizeHint().height()


def test_a_live_answer_is_there_at_once(bars):
    bars.show_probabilities(SEVEN, 7)
    assert bars.findChild(QVariantAnimation).state() == QAbstractAnimation.State.Stopped


def test_bars_glide_where_the_change_is_not_live(bars, monkeypatch):
    monkeypatch.setenv("DIGITPAD_REDUCED_MOTION", "0")
    glide = bars.findChild(QVariantAnimation)
    bars.show_probabilities(SEVEN, 7, animate=True)
    assert glide.state() == QAbstractAnimation.State.Running
    assert glide.duration() <= 80
    glide.setCurrentTime(0)
    start = lengths(bars, LIGHT.accent)[7]
    glide.setCurrentTime(glide.duration() // 2)
    half = lengths(bars, LIGHT.accent)[7]
    glide.setCurrentTime(glide.duration())
    assert start < half < lengths(bars, LIGHT.accent)[7]


def test_a_live_answer_ends_a_glide(bars, monkeypatch):
    monkeypatch.setenv("DIGITPAD_REDUCED_MOTION", "0")
    bars.show_probabilities(SEVEN, 7, animate=True)
    bars.show_probabilities((1.0,) + (0.0,) * 9, 0)
    assert bars.findChild(QVariantAnimation).state() == QAbstractAnimation.State.Stopped
    assert lengths(bars, LIGHT.accent)[0] > 200


def test_reduced_motion_stops_the_glide(bars, monkeypatch):
    monkeypatch.setenv("DIGITPAD_REDUCED_MOTION", "1")
    bars.show_probabilities(SEVEN, 7, animate=True)
    assert bars.findChild(QVariantAnimation).state() == QAbstractAnimation.State.Stopped


def test_the_theme_can_change(bars, wear):
    bars.show_probabilities(SEVEN, 7)
    wear("dark")
    assert lengths(bars, DARK.accent)[7] > 200


def test_other_than_ten_probabilities_are_refused(bars):
    with pytest.raises(ValueError, match="ten"):
        bars.show_probabilities([1.0], 0)


def test_type_grows_with_the_size_of_text_at_once(bars, wear):
    wear("light")
    bars.show_probabilities(SEVEN, 7)
    usual = lengths(bars, LIGHT.accent)[7]
    wear("light", 1.5)
    assert lengths(bars, LIGHT.accent)[7] < usual  # the figures beside the bar are wider


@pytest.fixture
def selected(bars):
    """What was selected of bars that are offered."""
    said = []
    bars.show_probabilities(SEVEN, 7)
    bars.offer_selection(True, None)
    bars.digit_selected.connect(said.append)
    return said


def click(bars, digit):
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(40, bars.height() // 10 * digit + 5))


def test_a_bar_is_selected_with_a_click_and_no_more_with_another(bars, selected):
    click(bars, 3)
    bars.offer_selection(True, 3)
    click(bars, 9)
    click(bars, 3)
    assert selected == [3, 9, None]


def test_keys_select_bars_from_the_most_probable_on(bars, selected):
    QTest.keyClick(bars, Qt.Key.Key_Up)
    bars.offer_selection(True, 6)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_2, Qt.Key.Key_Space):
        QTest.keyClick(bars, key)
    bars.offer_selection(True, 9)
    QTest.keyClick(bars, Qt.Key.Key_Down)
    assert selected == [6, 7, 2, None, 9]


def test_the_selected_bar_has_a_frame(bars, selected):
    before = pixels(bars)
    bars.offer_selection(True, 2)
    rows = np.flatnonzero((pixels(bars) != before).any(axis=(1, 2)))
    row = bars.height() // 10
    assert 2 * row <= rows[0] < rows[-1] < 3 * row


def test_bars_that_are_not_offered_are_only_seen(bars, selected):
    bars.offer_selection(False, None)
    click(bars, 3)
    QTest.keyClick(bars, Qt.Key.Key_4)
    assert selected == []
    assert bars.focusPolicy() == Qt.FocusPolicy.NoFocus
