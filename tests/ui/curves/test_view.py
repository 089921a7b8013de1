"""The live curves: what they show, how they are moved, and that they wait until somebody looks."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations, pairwise

import numpy as np
import pyqtgraph
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QAction, QImage, QMouseEvent, QPainter, QPixmap, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QToolButton, QWidget

from digitpad.domain.errors import Message
from digitpad.domain.recipe import Augmentation, Recipe
from digitpad.domain.reports import EpochReport, InterimReport, StepsReport
from digitpad.domain.run import RunInfo
from digitpad.ui.common.exports import to_image, to_png
from digitpad.ui.common.theme import DARK, LIGHT
from digitpad.ui.curves.plots import CurvePlots
from digitpad.ui.curves.view import REDRAW_MILLISECONDS, CurvesView
from digitpad.ui.session.run_curves import RunCurves


def steps(first, count, total=469):
    losses = tuple(2.3 / (first + n) ** 0.5 for n in range(count))
    return StepsReport(first, losses, (0.001,) * count, 1, 1, total, 9000.0, 1.0, 1.0)


def epoch(number, step, accuracy):
    return EpochReport(number, 5, step, 1.0, 0.2, 0.95, 0.1, accuracy, None, None, True)


def info(name, **recipe):
    return RunInfo(
        name,
        "fast",
        Recipe("fast", "Fast", "cnn", 5, **recipe),
        0,
        Message("MNIST"),
        "m",
        "cpu",
        "2026-11-24T18:28:30+00:00",
    )


def run(count=469, total=469, of=None):
    curves = RunCurves(of)
    curves.add(steps(1, count, total))
    curves.add(epoch(1, count, 0.989))
    return curves


def add(view, report):
    """Let the run that is shown report."""
    view.curves.add(report)
    view.refresh()


def plots(view):
    return view.findChild(CurvePlots)


def labels(view):
    return [line.name for line in plots(view).entries]


def area(view):
    """The widget that takes the mouse."""
    return view.findChild(pyqtgraph.GraphicsLayoutWidget)


def boxes(view):
    """Those of loss, accuracy and learning rate."""
    found = [item for item in area(view).scene().items() if isinstance(item, pyqtgraph.ViewBox)]
    return sorted(found, key=lambda box: (box.sceneBoundingRect().x(), box.sceneBoundingRect().y()))


def ranges(view):
    """Of loss, accuracy and learning rate: first and last place, lowest and highest value (or its logarithm)."""
    return [box.viewRange() for box in boxes(view)]


def middle(view, number):
    """The middle of a plot, and the widget that it lies in."""
    place = area(view).mapFromScene(boxes(view)[number].sceneBoundingRect().center())
    return area(view).viewport(), QPointF(place)


def span(view):
    return ranges(view)[LOSS][0]


def settle(qtbot, view):
    """Wait until the plots show everything that was asked for."""
    with qtbot.waitSignal(view.drawn):
        view.lay_over(view.overlays)


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


LOSS, ACCURACY, LEARNING_RATE = range(3)


def send_mouse(viewport, kind, place, buttons=Qt.MouseButton.NoButton):
    button = buttons if kind != QEvent.Type.MouseMove else Qt.MouseButton.NoButton
    event = QMouseEvent(
        kind, place, QPointF(viewport.mapToGlobal(place)), button, buttons, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(viewport, event)


def wheel(view, number, notches):
    viewport, place = middle(view, number)
    event = QWheelEvent(
        place,
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
        return any("drawn here" in label.text() for label in bare.findChildren(QLabel) if label.isVisible())

    assert sentence_shown()
    bare.build()
    assert sentence_shown()
    add(bare, steps(1, 10))
    qtbot.waitUntil(lambda: not sentence_shown())
    bare.clear()
    qtbot.waitUntil(sentence_shown)
    assert bare.accessibleDescription() == "The loss and the accuracy of a run are drawn here from its first step on."


def test_reports_that_came_before_the_plots_are_shown_by_them(qtbot, bare):
    add(bare, steps(1, 10))
    add(bare, steps(11, 10))
    bare.build()
    settle(qtbot, bare)

    assert labels(bare) == ["each step", "smoothed"]
    assert bare.curves.last_step == 20


def test_what_is_shown_is_said(qtbot, view):
    assert view.accessibleDescription() == (
        f"best: Loss 0.1062 at step 469 of 469, smoothed {view.curves.smoothed[-1]:.4f}, learning rate 0.0010, "
        "test accuracy 98.90 % after epoch 1"
    )
    view.show_run("", RunCurves())
    add(view, steps(1, 50))
    add(view, InterimReport(50, 2000, 0.5, 0.875))
    settle(qtbot, view)
    assert view.accessibleDescription().endswith("accuracy 87.5 % on the first 2,000 test images")
    assert "test, first 2,000" in labels(view)


def test_redraws_are_at_most_ten_a_second_and_none_is_left_out(qtbot, view, monkeypatch):
    drawn = []
    draw = CurvePlots.draw
    monkeypatch.setattr(
        CurvePlots, "draw", lambda *given, **named: (drawn.append(given[1].last_step), draw(*given, **named))
    )
    view.show_run("new", RunCurves())
    for number in range(50):
        add(view, steps(1 + number, 1))
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
    add(view, steps(1, 5))
    qtbot.wait(2 * REDRAW_MILLISECONDS)  # nothing is to happen, so there is nothing else to wait for
    assert drawn == []
    view.show()
    assert drawn == [1]


def test_the_axis_grows_in_leaps_up_to_the_steps_that_are_planned(qtbot, bare):
    bare.build()
    ends = []
    for first, count in ((1, 20), (21, 20), (41, 100), (141, 300)):
        add(bare, steps(first, count))
        settle(qtbot, bare)
        ends.append(span(bare)[1])

    assert ends[0] == ends[1]
    assert 140 < ends[2] < ends[3]
    assert ends[3] == pytest.approx(469, rel=0.03)


def test_the_wheel_zooms_all_plots_and_the_whole_range_comes_back(qtbot, view):
    whole = span(view)
    wheel(view, ACCURACY, 3)
    assert span(view)[1] - span(view)[0] < 0.9 * (whole[1] - whole[0])

    add(view, steps(470, 10, total=1000))
    settle(qtbot, view)
    assert span(view)[1] < whole[1]  # a new report does not take away what was zoomed to

    QTest.mouseClick(button(view, "whole_range"), Qt.MouseButton.LeftButton)
    settle(qtbot, view)
    assert span(view)[1] > whole[1]


def test_zooming_out_ends_at_the_whole_range(qtbot, view):
    whole = span(view)
    wheel(view, LOSS, -20)

    assert span(view) == pytest.approx(whole)


def test_dragging_moves_what_was_zoomed_to(qtbot, view):
    wheel(view, LOSS, 5)
    settle(qtbot, view)
    before = span(view)
    viewport, place = middle(view, LEARNING_RATE)
    left = Qt.MouseButton.LeftButton
    send_mouse(viewport, QEvent.Type.MouseButtonPress, place, left)
    for distance in (10, 30, 50):
        qtbot.wait(20)  # pyqtgraph takes a hundred moves a second at most
        send_mouse(viewport, QEvent.Type.MouseMove, place + QPointF(distance, 0), left)
    send_mouse(viewport, QEvent.Type.MouseButtonRelease, place + QPointF(50, 0), left)

    assert span(view)[0] < before[0]
    assert span(view)[1] - span(view)[0] == pytest.approx(before[1] - before[0])


@pytest.mark.parametrize("number", [LOSS, ACCURACY, LEARNING_RATE])
def test_the_values_under_the_mouse_are_shown_until_it_leaves(qtbot, view, number):
    viewport, place = middle(view, number)
    send_mouse(viewport, QEvent.Type.MouseMove, place)
    assert 150 < plots(view).cursor_step < 320
    assert f"step {plots(view).cursor_step} of 469" in view.accessibleDescription()

    QApplication.sendEvent(plots(view), QEvent(QEvent.Type.Leave))
    assert plots(view).cursor_step is None
    assert "step 469 of 469" in view.accessibleDescription()


@pytest.mark.parametrize(("axis", "end"), [("epoch", 1), ("images", 469 * 64), ("time", 40)])
def test_the_horizontal_axis_can_be_chosen(qtbot, view, axis, end):
    curves = RunCurves(info("a", batch=64))
    curves.add(StepsReport(1, (1.0,) * 469, (0.1,) * 469, 1, 1, 469, 1000.0, 40.0, 0.0))
    view.show_run("fast", curves)
    box = view.findChild(QComboBox, "x_axis")
    box.setCurrentIndex(box.findData(axis))
    settle(qtbot, view)
    assert span(view)[1] == pytest.approx(1.02 * end)

    viewport, place = middle(view, LOSS)
    send_mouse(viewport, QEvent.Type.MouseMove, place)
    assert 200 < plots(view).cursor_step < 270
    wheel(view, LOSS, 40)
    assert span(view)[1] - span(view)[0] == pytest.approx(5 * end / 469, rel=0.01)


def test_the_keys_move_the_cursor_and_zoom(qtbot, view):
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
        QTest.keyClick(plots(view), key, modifier)
        seen.append(plots(view).cursor_step)
    assert seen == [469, 464, 465, 1, 469, 469, None]

    whole = span(view)
    QTest.keyClick(plots(view), Qt.Key.Key_Plus)
    QTest.keyClick(plots(view), Qt.Key.Key_Plus)
    assert span(view)[1] - span(view)[0] == pytest.approx((whole[1] - whole[0]) / 2.25, rel=0.05)
    QTest.keyClick(plots(view), Qt.Key.Key_Home)
    assert span(view)[0] <= 1 <= span(view)[1]  # the cursor stays in sight
    QTest.keyClick(plots(view), Qt.Key.Key_0)
    settle(qtbot, view)
    assert span(view) == pytest.approx(whole)


def test_the_log_scale_is_for_loss_and_rate(qtbot, view):
    before = ranges(view)[ACCURACY][1]
    QTest.mouseClick(button(view, "log_scale"), Qt.MouseButton.LeftButton)
    settle(qtbot, view)

    assert ranges(view)[LOSS][1][1] == pytest.approx(np.log10(2.5), abs=0.2)
    assert ranges(view)[ACCURACY][1] == before


def test_a_constant_learning_rate_has_a_decade_around_it_on_a_logarithmic_axis(qtbot, view):
    button(view, "log_scale").click()
    settle(qtbot, view)

    low, high = ranges(view)[LEARNING_RATE][1]
    assert high - low >= 1
    assert (low + high) / 2 == pytest.approx(-3)


def test_other_runs_are_laid_over_and_taken_away(qtbot, view):
    view.lay_over({"fast": run(100, 100), "long": run(2000, 2000)})
    settle(qtbot, view)
    assert labels(view) == ["each step", "smoothed", "test", "training", "fast", "long"]
    looks = {line.name: line.look for line in plots(view).entries}
    assert looks["fast"].dashes != looks["long"].dashes
    assert looks["fast"].colour != looks["long"].colour
    assert span(view)[1] > 2000

    view.lay_over({})
    settle(qtbot, view)
    assert labels(view) == ["each step", "smoothed", "test", "training"]
    assert span(view)[1] < 600


def test_a_run_does_not_lie_over_itself(qtbot, view):
    shown, other = run(of=info("a")), run(of=info("b"))
    view.show_run("fast", shown)
    view.lay_over({"fast · 1": run(of=info("a")), "fast · 2": other})
    settle(qtbot, view)
    assert view.overlays == {"fast · 2": other}
    assert labels(view)[-1] == "fast · 2"


def test_one_epoch_of_another_run_is_seen(qtbot, view):
    view.show_run("", RunCurves())
    view.lay_over({"fast": run()})
    settle(qtbot, view)
    picture = to_image(view.picture(), 1)
    colour = plots(view).entries[-1].look.colour_in(LIGHT)
    right = range(picture.width() - 100, picture.width())
    assert any(picture.pixelColor(x, y) == colour for x in right for y in range(60, picture.height() // 2))


def test_the_legend_takes_rows_and_shortens_names_in_the_middle(qtbot, view):
    legend = plots(view).legend
    assert legend.heightForWidth(880) < legend.heightForWidth(200)
    view.lay_over({f"{'long ' * 30}{number}": run() for number in range(2)})
    settle(qtbot, view)
    assert legend.height() >= legend.heightForWidth(legend.width())
    assert "…" in legend.text()
    assert legend.toolTip().endswith("long 1")


def test_why_the_test_loss_is_lower_is_said_where_it_is(qtbot, view):
    assert button(view, "why_lower").isVisible()
    view.show_run("", run(of=info("a", label_smoothing=0.1, ema_decay=0.9)))
    settle(qtbot, view)
    reasons = button(view, "why_lower").accessibleDescription()
    assert "Label smoothing" in reasons
    assert "averaged weights" in reasons
    assert "Augmentation" not in reasons
    view.show_run("", run(of=info("a", augmentation=Augmentation(degrees=5))))
    settle(qtbot, view)
    assert "Augmentation" in button(view, "why_lower").toolTip()

    add(view, EpochReport(2, 5, 938, 1.0, 0.1, 0.95, 0.2, 0.98, None, None, True))
    settle(qtbot, view)
    assert not button(view, "why_lower").isVisible()


def test_losses_that_are_no_numbers_and_rates_of_zero_are_drawn_without_complaint(qtbot, view):
    button(view, "log_scale").click()
    view.show_run("", RunCurves())
    add(view, StepsReport(1, (float("nan"), float("inf"), 0.0), (0.0, 0.0, 0.0), 1, 1, 469, 1.0, 1.0, 1.0))
    for _ in range(2):
        settle(qtbot, view)
        view.grab()
        shown = np.array(ranges(view))
        assert np.isfinite(shown).all()
        assert (shown[..., 0] < shown[..., 1]).all()
        button(view, "log_scale").click()


def test_the_picture_is_what_is_shown_in_the_colours_of_the_theme(qtbot, view, wear):
    wear("dark")
    image = QImage.fromData(to_png(to_image(view.picture())))

    assert image.size().width() == pytest.approx(2 * plots(view).width(), abs=20)
    assert image.size().height() > 2 * plots(view).height()
    assert image.pixelColor(1, 1).name().upper() == DARK.window
    colours = {image.pixelColor(x, y).name().upper() for x in range(0, image.width(), 2) for y in range(image.height())}
    assert DARK.accent in colours
    assert LIGHT.window not in colours


def test_the_picture_shows_neither_focus_nor_cursor(qtbot, view):
    before = to_image(view.picture())
    plots(view).setFocus()
    plots(view).put_cursor(100)
    settle(qtbot, view)
    assert plots(view).hasFocus()
    assert to_image(view.picture()) == before
    assert plots(view).cursor_step == 100


def test_all_that_is_shown_can_be_saved(qtbot, bare):
    assert not bare.export.isEnabled()
    bare.build()
    bare.show_run("best", run())
    settle(qtbot, bare)
    assert bare.export.isEnabled()
    with qtbot.waitSignal(bare.export.requested) as asked:
        bare.findChild(QAction, "save_table").trigger()
    assert asked.args[0].name == "best.csv"
    with qtbot.waitSignal(bare.export.requested) as asked:
        bare.findChild(QAction, "save_picture").trigger()
    assert asked.args[0].name == "best.png"


def axes(view):
    """Of loss, accuracy and learning rate: the numbers at the axis of values, and where they stand."""
    left = [item for item in area(view).scene().items() if getattr(item, "orientation", "") == "left"]
    left.sort(key=lambda axis: (axis.sceneBoundingRect().x(), axis.sceneBoundingRect().y()))
    canvas = QPixmap(10, 10)
    with QPainter(canvas) as painter:
        return [{text: rect for rect, _, text in axis.generateDrawSpecs(painter)[2]} for axis in left]


@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize("size", [(560, 190), (560, 240), (1000, 400)])
def test_axes_have_numbers_that_do_not_lie_over_each_other(qtbot, view, size, is_log):
    curves = run(of=info("a"))
    curves.add(StepsReport(470, (0.05,) * 100, tuple(np.geomspace(0.001, 1e-8, 100)), 2, 5, 2000, 9000.0, 1.0, 1.0))
    view.resize(*size)
    button(view, "log_scale").setChecked(is_log)
    view.show_run("", curves)
    settle(qtbot, view)
    for texts in axes(view):
        assert len(texts) >= 2
        tops = sorted(rect.top() for rect in texts.values())
        assert min(lower - upper for upper, lower in pairwise(tops)) >= (10 if is_log else 17)
    assert "100" in axes(view)[ACCURACY]  # the ends have their numbers too
    assert is_log or "0" in axes(view)[LOSS]


@pytest.mark.parametrize(("size", "rows"), [((560, 240), 1), ((880, 320), 2)])
def test_plots_lie_beside_each_other_where_there_is_little_height_and_nothing_collides(qtbot, view, size, rows):
    view.resize(*size)
    settle(qtbot, view)
    area(view).grab()  # lays it out
    titles = [item for item in area(view).scene().items() if isinstance(item, pyqtgraph.LabelItem)]
    places = [part.sceneBoundingRect().adjusted(1, 1, -1, -1) for part in (*titles, *boxes(view))]
    assert len({round(box.sceneBoundingRect().top()) for box in boxes(view)}) == rows
    assert len(places) == 6
    assert not [1 for first, second in combinations(places, 2) if first.intersects(second)]
    assert all(area(view).rect().contains(place.toRect()) for place in places)


def test_a_click_on_the_right_opens_no_menu(view):
    viewport, place = middle(view, LOSS)
    QTest.mouseClick(viewport, Qt.MouseButton.RightButton, pos=place.toPoint())

    assert QApplication.activePopupWidget() is None


def test_large_type_asks_for_more_height(view, wear):
    usual = view.minimumSizeHint().height()
    wear("light", 2.0)
    assert view.minimumSizeHint().height() >= 1.9 * usual


@pytest.mark.parametrize("size", [(560, 220), (1100, 320)])
def test_everything_has_room(qtbot, view, size):
    view.resize(*size)
    settle(qtbot, view)

    assert view.size() == QSize(*size)
    assert plots(view).legend.height() >= plots(view).legend.heightForWidth(plots(view).legend.width())
    assert area(view).height() >= 100
    widgets = [child for child in view.findChildren(QWidget) if child.isVisible() and child.parent() is view]
    assert all(view.rect().contains(widget.geometry()) for widget in widgets)


@pytest.mark.parametrize("width", [500, 640, 760, 866, 1200])
def test_the_values_are_whole_however_wide_the_curves_are(qtbot, view, width):
    view.show_run("five-by-five 12", run(9_380, 28_140))
    add(view, steps(9_381, 119, 28_140))
    add(view, InterimReport(9_450, 1000, 0.1, 0.9765))
    view.resize(width, 400)
    settle(qtbot, view)
    label = view.findChild(QLabel, "curve_values")
    assert "on the first 1,000" in label.text()
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()))


def test_the_axis_ends_where_a_run_of_few_steps_ends(qtbot, view):
    view.show_run("fast", run(29, 29))
    settle(qtbot, view)
    assert 29 < span(view)[1] < 31
