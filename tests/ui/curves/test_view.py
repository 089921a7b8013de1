"""The live curves: what they show, how they are moved, and that they wait until somebody looks."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from digitpad.domain.reports import EpochReport, InterimReport, StepsReport
from digitpad.ui.common.theme import DARK, LIGHT
from digitpad.ui.curves.data import RunCurves
from digitpad.ui.curves.panel import Panel
from digitpad.ui.curves.plots import CurvePlots
from digitpad.ui.curves.view import REDRAW_MILLISECONDS, CurvesView


def steps(first, count, total=469):
    losses = tuple(2.3 / (first + n) ** 0.5 for n in range(count))
    return StepsReport(first, losses, (0.001,) * count, 1, 1, total, 9000.0, 1.0, 1.0)


def epoch(number, step, accuracy):
    return EpochReport(number, 5, step, 1.0, 0.2, 0.95, 0.1, accuracy, None, None, True)


def run(count=469, total=469):
    curves = RunCurves()
    curves.add(steps(1, count, total))
    curves.add(epoch(1, count, 0.989))
    return curves


def panels(view):
    loss, accuracy, learning_rate = view.findChildren(Panel)
    return loss, accuracy, learning_rate


def labels(panel):
    return [label for label, _ in panel.legend.entries]


def span(view):
    return view.findChild(CurvePlots).span


def settle(qtbot, view):
    """Wait for the pause after a redraw to be over, and the one that may follow."""
    qtbot.waitUntil(lambda: not view._pause.isActive() and not view._is_stale)


@pytest.fixture
def bare(qtbot):
    view = CurvesView()
    qtbot.addWidget(view)
    view.resize(880, 280)
    view.show()
    return view


@pytest.fixture
def view(qtbot, bare):
    bare.build()
    bare.show_run("best", run())
    settle(qtbot, bare)
    return bare


def button(view, name):
    return view.findChild(QToolButton, name)


def target(panel):
    """The widget of a plot that the mouse is over, and a place in the middle of the plot."""
    viewport = panel._view.viewport()
    return viewport, QPoint(viewport.width() // 2, viewport.height() // 2)


def wheel(panel, notches):
    viewport, place = target(panel)
    event = QWheelEvent(
        QPointF(place),
        QPointF(viewport.mapToGlobal(place)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def test_the_widget_needs_no_pyqtgraph_before_it_is_built():
    code = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]);"
        "from digitpad.ui.curves.view import CurvesView; view = CurvesView(); view.show(); app.processEvents();"
        "assert not {'pyqtgraph', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_plots_leave_nothing_behind_that_falls_over_at_the_end():
    code = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]);"
        "from tests.ui.curves.test_view import CurvesView, run; view = CurvesView(); view.build();"
        "view.show_run('best', run()); view.show(); app.processEvents(); app.quit()"
    )
    ended = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr.replace("This plugin does not support propagateSizeHints()\n", "")) == (
        0,
        "",
    )


def test_plots_are_built_here_after_a_thread_has_imported_pyqtgraph():
    code = (
        "import sys; from PySide6.QtCore import QThread; from PySide6.QtWidgets import QApplication;"
        "app = QApplication([]);"
        "importer = type('Importer', (QThread,), {'run': lambda self: __import__('pyqtgraph') and None})();"
        "importer.start(); importer.wait(); assert 'pyqtgraph' in sys.modules;"
        "from tests.ui.curves.test_view import CurvesView, run; view = CurvesView(); view.build();"
        "view.show_run('best', run()); view.show(); app.processEvents()"
    )
    ended = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr.replace("This plugin does not support propagateSizeHints()\n", "")) == (
        0,
        "",
    )


def test_a_sentence_stands_there_until_there_is_something_to_see(qtbot, bare):
    def sentence_shown():
        return bare._sentence.isVisible()

    assert sentence_shown()
    bare.build()
    assert sentence_shown()
    bare.add(steps(1, 10))
    qtbot.waitUntil(lambda: not sentence_shown())
    bare.clear()
    qtbot.waitUntil(sentence_shown)
    assert bare.accessibleDescription() == "The loss and the accuracy of a run are drawn here from its first step on."


def test_reports_that_came_before_the_plots_are_shown_by_them(qtbot, bare):
    bare.add(steps(1, 10))
    bare.add(steps(11, 10))
    bare.build()
    settle(qtbot, bare)

    assert labels(panels(bare)[0]) == ["each step", "smoothed"]
    assert bare.curves.last_step == 20


def test_what_is_shown_is_said(qtbot, view):
    assert view.accessibleDescription() == (
        f"best: Loss 0.1062 at step 469 of 469, smoothed {view.curves.smoothed[-1]:.4f}, learning rate 0.0010, "
        "test accuracy 98.90 % after epoch 1"
    )
    view.show_run("", RunCurves())
    view.add(steps(1, 50))
    view.add(InterimReport(50, 2000, 0.5, 0.875))
    settle(qtbot, view)
    assert view.accessibleDescription().endswith("accuracy 87.5 % on the first 2,000 test images")
    assert "test, first 2,000" in labels(panels(view)[0])


def test_redraws_are_at_most_ten_a_second_and_none_is_lost(qtbot, view, monkeypatch):
    drawn = []
    draw = CurvePlots.draw
    monkeypatch.setattr(
        CurvePlots, "draw", lambda *given, **named: (drawn.append(given[1].last_step), draw(*given, **named))
    )
    view.show_run("new", RunCurves())
    for number in range(50):
        view.add(steps(1 + number, 1))
    assert len(drawn) <= 1
    qtbot.waitUntil(lambda: drawn[-1:] == [50])

    assert len(drawn) <= 2
    assert REDRAW_MILLISECONDS >= 100


def test_nothing_is_drawn_while_nobody_can_see_it(qtbot, view, monkeypatch):
    drawn = []
    draw = CurvePlots.draw
    monkeypatch.setattr(CurvePlots, "draw", lambda *given, **named: (drawn.append(1), draw(*given, **named)))
    view.hide()
    view.show_run("new", RunCurves())
    view.add(steps(1, 5))
    qtbot.waitUntil(lambda: not view._pause.isActive())
    assert drawn == []
    view.show()
    assert drawn == [1]


def test_the_axis_grows_in_leaps_up_to_the_steps_that_are_planned(qtbot, bare):
    bare.build()
    ends = []
    for first, count in ((1, 20), (21, 20), (41, 100), (141, 300)):
        bare.add(steps(first, count))
        settle(qtbot, bare)
        ends.append(span(bare)[1])

    assert ends[0] == ends[1]
    assert 140 < ends[2] < ends[3]
    assert ends[3] == pytest.approx(469, rel=0.03)


def test_the_wheel_zooms_all_plots_and_the_whole_range_comes_back(qtbot, view):
    whole = span(view)
    wheel(panels(view)[1], 3)
    assert span(view)[1] - span(view)[0] < 0.9 * (whole[1] - whole[0])
    assert len({panel.range[0] for panel in panels(view)}) == 1

    view.add(steps(470, 10, total=1000))
    settle(qtbot, view)
    assert span(view)[1] < whole[1]  # a new report does not take away what was zoomed to

    QTest.mouseClick(button(view, "whole_range"), Qt.MouseButton.LeftButton)
    settle(qtbot, view)
    assert span(view)[1] > whole[1]


def test_zooming_out_ends_at_the_whole_range(qtbot, view):
    whole = span(view)
    wheel(panels(view)[0], -20)

    assert span(view) == pytest.approx(whole)


def test_dragging_moves_what_was_zoomed_to(qtbot, view):
    wheel(panels(view)[0], 5)
    settle(qtbot, view)
    before = span(view)
    viewport, place = target(panels(view)[0])
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=place)
    for distance in (10, 30, 50):
        global_place = QPointF(viewport.mapToGlobal(place + QPoint(distance, 0)))
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(place + QPoint(distance, 0)),
            global_place,
            Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(viewport, event)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=place + QPoint(50, 0))

    assert span(view)[0] < before[0]
    assert span(view)[1] - span(view)[0] == pytest.approx(before[1] - before[0])


def test_the_values_under_the_mouse_are_shown_until_it_leaves(qtbot, view):
    viewport, place = target(panels(view)[0])
    QTest.mouseMove(viewport, place)
    plots = view.findChild(CurvePlots)
    qtbot.waitUntil(lambda: plots.cursor_step is not None)
    assert 150 < plots.cursor_step < 320
    assert f"step {plots.cursor_step} of 469" in view.accessibleDescription()

    QApplication.sendEvent(viewport, QEvent(QEvent.Type.Leave))
    assert plots.cursor_step is None
    assert "step 469 of 469" in view.accessibleDescription()


def test_the_keys_move_the_cursor_and_zoom(qtbot, view):
    plots = view.findChild(CurvePlots)
    seen = []
    for key, modifier in (
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
    ):
        QTest.keyClick(plots, key, modifier)
        seen.append(plots.cursor_step)
    assert seen == [469, 464, 465, 1, 469, 469, None]

    whole = span(view)
    QTest.keyClick(plots, Qt.Key.Key_Plus)
    QTest.keyClick(plots, Qt.Key.Key_Plus)
    assert span(view)[1] - span(view)[0] == pytest.approx((whole[1] - whole[0]) / 2.25, rel=0.05)
    QTest.keyClick(plots, Qt.Key.Key_Home)
    assert span(view)[0] <= 1 <= span(view)[1]  # the cursor stays in sight
    QTest.keyClick(plots, Qt.Key.Key_0)
    settle(qtbot, view)
    assert span(view) == pytest.approx(whole)


def test_the_log_scale_is_for_loss_and_rate(qtbot, view):
    loss, accuracy, learning_rate = panels(view)
    before = accuracy.range[1]
    changed = []
    view.log_scale_changed.connect(changed.append)
    QTest.mouseClick(button(view, "log_scale"), Qt.MouseButton.LeftButton)
    settle(qtbot, view)

    assert changed == [True]
    assert loss.range[1][1] == pytest.approx(np.log10(2.5), abs=0.2)
    assert learning_rate.range[1][1] == pytest.approx(-3, abs=0.3)
    assert accuracy.range[1] == before


def test_other_runs_are_laid_over_and_taken_away(qtbot, view):
    view.lay_over({"fast": run(100, 100), "long": run(2000, 2000)})
    settle(qtbot, view)
    assert labels(panels(view)[0]) == ["each step", "smoothed", "test", "fast", "long"]
    assert labels(panels(view)[1])[-2:] == ["fast", "long"]
    looks = dict(panels(view)[0].legend.entries)
    assert looks["fast"].dashes != looks["long"].dashes
    assert looks["fast"].colour != looks["long"].colour
    assert span(view)[1] > 2000

    view.lay_over({})
    settle(qtbot, view)
    assert labels(panels(view)[0]) == ["each step", "smoothed", "test"]
    assert span(view)[1] < 600


def test_losses_that_are_no_numbers_and_rates_of_zero_are_drawn_without_complaint(qtbot, view):
    view.set_log_scale(True)
    view.show_run("", RunCurves())
    view.add(StepsReport(1, (float("nan"), float("inf"), 0.0), (0.0, 0.0, 0.0), 1, 1, 469, 1.0, 1.0, 1.0))
    settle(qtbot, view)
    view.grab()
    view.set_log_scale(False)
    settle(qtbot, view)
    view.grab()


def test_the_picture_is_what_is_shown_in_the_colours_of_the_theme(qtbot, view):
    view.set_theme(DARK)
    image = QImage.fromData(view.to_png(2.0))
    plots = view.findChild(CurvePlots)

    assert image.size().width() == 2 * plots.width()
    assert image.size().height() > 2 * plots.height()
    assert image.pixelColor(1, 1).name().upper() == DARK.window
    colours = {image.pixelColor(x, y).name().upper() for x in range(0, image.width(), 2) for y in range(image.height())}
    assert DARK.accent in colours
    assert LIGHT.window not in colours


def test_export_is_asked_for(qtbot, bare):
    assert not button(bare, "export_png").isEnabled()
    assert not button(bare, "export_csv").isEnabled()
    bare.build()
    bare.show_run("best", run())
    settle(qtbot, bare)
    asked = []
    bare.export_requested.connect(asked.append)
    for kind in ("png", "csv"):
        QTest.mouseClick(button(bare, f"export_{kind}"), Qt.MouseButton.LeftButton)
    assert asked == ["png", "csv"]
    assert bare.to_csv().splitlines()[1].startswith("1,2.3,")


def test_a_click_on_the_right_opens_no_menu(view):
    viewport, place = target(panels(view)[0])
    QTest.mouseClick(viewport, Qt.MouseButton.RightButton, pos=place)

    assert QApplication.activePopupWidget() is None


@pytest.mark.parametrize("size", [(560, 220), (1100, 320)])
def test_everything_has_room(qtbot, view, size):
    view.resize(*size)
    settle(qtbot, view)

    assert view.size() == QSize(*size)
    for panel in panels(view):
        assert panel._view.height() >= 32
        assert panel.legend.height() >= 16
    widgets = [child for child in view.findChildren(QWidget) if child.isVisible() and child.parent() is view]
    assert all(view.rect().contains(widget.geometry()) for widget in widgets)
