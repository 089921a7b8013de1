"""The figures of an evaluation: what their places stand for, by mouse and keyboard, and what can be saved of them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from digitpad.ui.common.exports import to_svg
from digitpad.ui.common.theme import DARK, LIGHT
from digitpad.ui.views.evaluation.by_digit import DigitsFigure
from digitpad.ui.views.evaluation.differences import DifferencesFigure
from digitpad.ui.views.evaluation.matrix import ConfusionFigure
from digitpad.ui.views.evaluation.plots import RejectionFigure, ReliabilityFigure
from tests.ui.views.evaluation.networks import FIRST, SECOND, evaluated

FIGURES = [ConfusionFigure, DigitsFigure, ReliabilityFigure, RejectionFigure, DifferencesFigure]
Key = Qt.Key


@pytest.fixture
def shown(qtbot):
    """Shows a figure of the two evaluations."""

    def show(kind, *evaluations):
        figure = kind()
        qtbot.addWidget(figure)
        figure.resize(480, 400)
        figure.show_evaluated(evaluations or (FIRST, SECOND))
        figure.show()
        return figure

    return show


def selected(figure, keys):
    """What is selected after keys were pressed: the numbers of the images, and words."""
    found = []
    figure.selected.connect(found.append)
    for key in keys:
        QTest.keyClick(figure, key)
    figure.selected.disconnect(found.append)
    assert figure.accessibleDescription() == found[-1].words
    return found[-1].numbers.tolist(), found[-1].words


def test_the_matrix_begins_with_all_mistakes_and_goes_through_cells(shown):
    figure = shown(ConfusionFigure)
    assert figure.accessibleDescription() == "Mistakes, the surest first: 3"
    assert figure.selection().numbers.tolist() == [2, 4, 1]
    assert selected(figure, [Key.Key_Down] * 5) == ([2, 1], "Images of 4 read as another digit, the surest first: 2")
    assert selected(figure, [Key.Key_Right] * 10) == ([2, 1], "Images of 4 read as 9, the surest first: 2")
    assert selected(figure, [Key.Key_Down] * 3) == ([], "Images of 7 read as 9, the surest first: 0")
    assert selected(figure, [Key.Key_Left] * 2) == ([6, 5], "Images of 7 read right, the least sure first: 2")
    assert selected(figure, [Key.Key_Up] * 9) == ([], "Images wrongly read as 7, the surest first: 0")
    assert selected(figure, [Key.Key_Home]) == ([2, 4, 1], "Mistakes, the surest first: 3")


def test_a_click_selects_a_cell(shown):
    figure = shown(ConfusionFigure)
    found = []
    figure.selected.connect(found.append)
    side = (400 - 20) / 11  # of a cell; the titles have one beside a line of text
    for label, digit in ((4, 9), (9, 4)):
        place = QPoint(round(18 + (digit + 1.5) * side), round(18 + (label + 1.5) * side))
        QTest.mouseClick(figure, Qt.MouseButton.LeftButton, pos=place)
        assert f"of {label} read as {digit}" in found[-1].words
    QTest.mouseClick(figure, Qt.MouseButton.LeftButton, pos=QPoint(470, 390))
    assert len(found) == 2


def test_rows_of_digits_stand_for_what_was_missed_and_what_was_taken_for_them(shown):
    figure = shown(DigitsFigure)
    words = "Images of 4 read as another digit: 2; others read as 4: 1"
    assert selected(figure, [Key.Key_Down] * 4) == ([2, 1, 4], words)
    rows = list(figure.table()())
    assert rows[5] == (4, 3, 2, pytest.approx(1 / 3), 0.5, "9 (2x)")
    assert rows[1] == (0, 0, 0, None, None, "")


def test_points_of_reliability_stand_for_the_answers_in_their_bin(shown):
    figure = shown(ReliabilityFigure)
    assert selected(figure, [Key.Key_Home]) == (
        [1, 6],
        "Answers of 53 to 60 % confidence, mistakes first: 2, of which 50.0 % are right",
    )
    numbers, words = selected(figure, [Key.Key_End])
    assert numbers == [3, 5, 7]
    assert words.startswith("Answers of 93 to 100 % confidence, mistakes first: 3")
    assert sum(row[2] for row in list(figure.table()())[1:]) == 8


def test_the_rejection_curve_begins_where_the_network_rejects(shown):
    figure = shown(RejectionFigure)
    assert figure.selection().numbers.tolist() == [6]
    assert figure.accessibleDescription() == (
        "Rejected, with energy scores below 0.60: 1 of 8 (12.50 %); 57.14 % of the rest are right"
    )
    assert selected(figure, [Key.Key_Home])[0] == []
    assert len(list(figure.table()())) == 9


def test_differences_say_which_of_two_networks_is_right(shown):
    figure = shown(DifferencesFigure)
    assert figure.accessibleDescription() == "only first right: 2"
    assert selected(figure, [Key.Key_Left]) == ([0, 3, 7], "both right: 3")
    assert selected(figure, [Key.Key_Down]) == ([1], "only second right: 1")
    assert selected(figure, [Key.Key_Right]) == ([2, 4], "both wrong: 2")
    assert [row[:4] for row in list(figure.table()())[1:]] == [(1, 4, 9, 4), (2, 4, 9, 1), (5, 7, 7, 1), (6, 7, 7, 1)]


@pytest.mark.parametrize("kind", FIGURES)
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_figure_can_be_saved_and_follows_the_theme(shown, wear, kind, theme):
    figure = shown(kind)
    wear("dark" if theme.is_dark else "light")
    drawing = to_svg(figure.picture()).decode()
    assert drawing.count("<text") + drawing.count("<path") > 5
    assert theme.quiet.lower() in drawing


@pytest.mark.parametrize("kind", FIGURES)
def test_figures_of_few_or_perfect_answers_are_painted_too(shown, kind):
    for network in (evaluated([3], [3], [1.0]), evaluated([3], [5], [0.4]), evaluated([1] * 50, [1] * 50, [1] * 50)):
        figure = shown(kind, network, network)
        for key in (Key.Key_End, Key.Key_Home, Key.Key_Return):
            QTest.keyClick(figure, key)
        assert not figure.grab().isNull()


def test_nothing_is_shown_before_an_evaluation(shown, qtbot):
    for kind in FIGURES:
        figure = kind()
        qtbot.addWidget(figure)
        figure.show()
        QTest.keyClick(figure, Key.Key_Down)
        QTest.mouseClick(figure, Qt.MouseButton.LeftButton)
        assert figure.accessibleDescription() == ""
        assert len(list(figure.table()())) == 1
    assert np.array_equal(SECOND.data.labels, FIRST.data.labels)
