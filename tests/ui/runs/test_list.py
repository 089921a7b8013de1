"""The list of runs: what it shows, what it asks for, and what stays when runs come, change and go."""

import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QMainWindow, QMessageBox, QPushButton, QStyle, QStyleOptionViewItem

from digitpad.domain.errors import Message
from digitpad.domain.recipe import Recipe
from digitpad.domain.run import RunInfo
from digitpad.ui.common.theme import DARK, LIGHT
from digitpad.ui.runs.list import RunList
from digitpad.ui.runs.table import Column

Key = Qt.Key


def info(run_id, recipe="fast", **changes):
    started = f"2026-03-0{run_id}T12:00:00+00:00"
    run = RunInfo(run_id, recipe, Recipe(recipe, recipe, "net", epochs=5), 7, Message("MNIST"), "mnist", "cpu", started)
    return replace(run, state="finished", epochs_done=5, best_accuracy=0.99, last_accuracy=0.98, **changes)


ONE = replace(info("1"), train_seconds=3.94, best_accuracy=0.9912)
TWO = replace(
    info("2", "classic"), state="stopped", problem=Message("It was cut off."), epochs_done=3, train_seconds=200.4
)
THREE = replace(info("3", "sgd"), state="running", epochs_done=0, best_accuracy=None, last_accuracy=None)
FOUR = replace(
    info("4", "mlp"), state="failed", problem=Message("The disk is full."), seed=2**63 - 1, train_seconds=3720
)
RUNS = [ONE, TWO, THREE, FOUR]


@pytest.fixture
def runs(qtbot):
    widget = RunList()
    qtbot.addWidget(widget)
    widget.resize(1100, 300)
    widget.show_runs(RUNS, {"2", "4"})
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


@pytest.fixture
def said(runs):
    """What the list says, as (signal, run's id, …)."""
    heard = []
    for name in ("load", "resume", "export", "rename", "delete"):
        signal = getattr(runs, f"{name}_requested")
        signal.connect(lambda run, *more, name=name: heard.append((name, run.id, *more)))
    runs.selected.connect(lambda run: heard.append(("selected", run and run.id)))
    runs.laid_over.connect(lambda over: heard.append(("laid_over", *sorted(run.id for run in over))))
    return heard


def cells(runs, column):
    model = runs.view.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def ids(runs):
    """The runs' ids from the top: each has its recipe's name, and its number for its day."""
    days = [text.split("/")[1] for text in cells(runs, Column.STARTED)]
    assert len(set(days)) == len(days)
    return days


def checked(runs):
    marks = [cell(runs, run_id).data(Qt.ItemDataRole.CheckStateRole) for run_id in ids(runs)]
    return [run_id for run_id, mark in zip(ids(runs), marks, strict=True) if mark == Qt.CheckState.Checked]


def cell(runs, run_id, column=Column.NAME):
    return runs.view.model().index(ids(runs).index(run_id), column)


def click(runs, run_id, column=Column.RECIPE):
    place = runs.view.visualRect(cell(runs, run_id, column)).center()
    QTest.mouseClick(runs.view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def check(runs, run_id):
    """Click the check box of a row."""
    option = QStyleOptionViewItem()
    runs.view.initViewItemOption(option)
    option.rect = runs.view.visualRect(cell(runs, run_id))
    option.features |= QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator
    box = runs.view.style().subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, option, runs.view)
    QTest.mouseClick(runs.view.viewport(), Qt.MouseButton.LeftButton, pos=box.center())


def buttons(runs):
    return [button(runs, name) for name in ("load_best", "load_last", "resume", "export", "rename", "delete")]


def button(runs, name):
    return runs.findChild(QPushButton, f"{name}_button")


def press(runs, name):
    QTest.mouseClick(button(runs, name), Qt.MouseButton.LeftButton)


def editor(runs):
    return runs.view.viewport().findChild(QLineEdit)


# What it shows.


def test_each_run_has_a_row_and_the_newest_is_first(runs):
    assert cells(runs, Column.NAME) == ["mlp", "sgd", "classic", "fast"]
    assert cells(runs, Column.EPOCHS) == ["5 / 5", "0 / 5", "3 / 5", "5 / 5"]
    assert cells(runs, Column.BEST) == ["99.00 %", "–", "99.00 %", "99.12 %"]
    assert cells(runs, Column.STATE) == ["failed", "running", "cut off", "finished"]
    assert cells(runs, Column.DURATION) == ["1:02:00 h", "0.0 s", "3:20 min", "3.9 s"]
    assert cells(runs, Column.SEED)[0] == str(2**63 - 1)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 s"), (59.94, "59.9 s"), (59.96, "1:00 min"), (3599.4, "59:59 min"), (3599.6, "1:00:00 h")],
)
def test_durations(runs, seconds, text):
    runs.show_runs([replace(ONE, train_seconds=seconds)], set())
    assert cells(runs, Column.DURATION) == [text]


def test_a_start_is_shown_in_local_time(runs, monkeypatch):
    if not hasattr(time, "tzset"):
        pytest.skip("the zone cannot be set here")
    monkeypatch.setenv("TZ", "UTC-3")  # POSIX counts westward
    time.tzset()
    try:
        assert cells(runs, Column.STARTED)[-1].split()[:2] == ["3/1/2026", "3:00"]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_reason_of_a_failure_is_the_tool_tip_of_its_state(runs, wear):
    state = cell(runs, "4", Column.STATE)
    assert state.data(Qt.ItemDataRole.ToolTipRole) == "The disk is full."
    assert state.data(Qt.ItemDataRole.ForegroundRole).name().upper() == LIGHT.amber
    wear("dark")
    assert state.data(Qt.ItemDataRole.ForegroundRole).name().upper() == DARK.amber


def test_without_a_run_it_says_what_to_do(runs):
    runs.show_runs([], set())
    assert runs.findChild(QLabel, "no_run").isVisible()
    assert not any(button.isEnabled() for button in buttons(runs))
    runs.show_runs(RUNS, set())
    assert runs.view.isVisible()


@pytest.mark.parametrize("width", [560, 700, 900, 1100])
def test_what_is_shown_fits(runs, width):
    runs.resize(width, 220)
    assert runs.width() == width, "the smallest size is wider"
    header = runs.view.horizontalHeader()
    shown = [column for column in Column if not runs.view.isColumnHidden(column)]
    assert sum(header.sectionSize(column) for column in shown) <= runs.view.viewport().width()
    assert header.sectionSize(Column.NAME) >= 100
    assert {Column.NAME, Column.STARTED, Column.BEST, Column.STATE} <= set(shown)
    assert (len(shown) == len(Column)) == (width == 1100)


def test_a_screen_reader_hears_a_row(runs):
    click(runs, "2")
    heard = runs.view.accessibleDescription()
    assert heard.startswith("4 runs. classic\ncut off\nTest images that the best checkpoint reads right: 99.00 %")
    assert "It was cut off." in heard
    assert cell(runs, "2").data(Qt.ItemDataRole.AccessibleTextRole) in heard
    assert cell(runs, "2", Column.LAST).data(Qt.ItemDataRole.AccessibleTextRole) == "Last: 98.00 %"
    assert all(button.accessibleDescription() and button.toolTip() for button in buttons(runs))


# Order.


@pytest.mark.parametrize(
    ("column", "order"),
    [
        (Column.NAME, ["2", "1", "4", "3"]),
        (Column.STARTED, ["1", "2", "3", "4"]),
        (Column.DURATION, ["3", "1", "2", "4"]),
        (Column.EPOCHS, ["3", "2", "1", "4"]),
    ],
)
def test_a_click_on_a_title_orders_the_runs(runs, column, order):
    header = runs.view.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(column) + 20, 8)
    for _ in range(2):
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
        is_up = header.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
        ordered = ids(runs)
        if column == Column.EPOCHS:  # two have the same
            assert set(ordered[:2] if is_up else ordered[2:]) == {"2", "3"}
        else:
            assert ordered == (order if is_up else order[::-1])


@given(st.permutations(RUNS), st.lists(st.none() | st.floats(0, 1), min_size=4, max_size=4))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_accuracies_are_in_order_and_those_without_are_last(runs, shown, shares):
    runs.view.sortByColumn(Column.BEST, Qt.SortOrder.DescendingOrder)
    runs.show_runs([replace(run, best_accuracy=share) for run, share in zip(shown, shares, strict=True)], set())
    best = {run.id: share for run, share in zip(shown, shares, strict=True)}
    ordered = [best[run_id] for run_id in ids(runs)]
    assert ordered == sorted(ordered, key=lambda share: -1 if share is None else share, reverse=True)


# Selection and check marks.


def test_selecting_says_which(runs, said):
    click(runs, "2")
    QTest.keyClick(runs.view, Key.Key_Down)
    runs.select_run("4")
    runs.select_run("none")
    assert said == [("selected", "2"), ("selected", "1"), ("selected", "4")]
    assert runs.selected_run() == FOUR


def test_checks_lay_over(runs, said):
    check(runs, "2")
    check(runs, "1")
    check(runs, "2")
    assert [words for words in said if words[0] == "laid_over"] == [
        ("laid_over", "2"),
        ("laid_over", "1", "2"),
        ("laid_over", "1"),
    ]


def test_space_checks_whatever_cell_is_current(runs, said):
    click(runs, "2", Column.STATE)
    QTest.keyClick(runs.view, Key.Key_Space)
    assert said == [("selected", "2"), ("laid_over", "2")]
    assert cell(runs, "2").data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked


def test_selection_checks_and_order_stay_when_runs_come_and_change(runs, said):
    runs.view.sortByColumn(Column.NAME, Qt.SortOrder.AscendingOrder)
    click(runs, "2")
    check(runs, "1")
    click(runs, "2")
    said.clear()
    five = replace(info("5"), name="another")
    runs.show_runs([five, *(replace(run, train_seconds=9.0) for run in reversed(RUNS))], {"2"})
    assert said == []
    assert ids(runs) == ["5", "2", "1", "4", "3"]
    assert runs.selected_run().id == "2"
    assert checked(runs) == ["1"]


def test_runs_that_go_take_their_marks_along(runs, said):
    click(runs, "1")
    check(runs, "1")
    said.clear()
    runs.show_runs([TWO, THREE], set())
    assert ("laid_over",) in said
    assert runs.selected_run() in (TWO, THREE)
    assert said[-1] == ("laid_over",)
    said.clear()
    runs.show_runs([], set())
    assert runs.selected_run() is None
    assert said[-1] == ("selected", None)


def test_an_epoch_changes_its_row_alone(runs, said, qtbot):
    click(runs, "3")
    said.clear()
    with qtbot.waitSignal(runs.view.model().dataChanged) as changed:
        runs.update_run(replace(THREE, epochs_done=1, best_accuracy=0.9712, last_accuracy=0.9712))
    first, last = changed.args[:2]
    assert first.row() == last.row()
    assert cells(runs, Column.BEST)[1] == "97.12 %"
    assert button(runs, "load_best").isEnabled()
    assert said == []
    assert runs.selected_run().epochs_done == 1


def test_a_run_that_is_not_there_yet_gets_a_row(runs):
    runs.update_run(info("9"))
    assert ids(runs)[0] == "9"


# What can be done with a run.


@pytest.mark.parametrize(
    ("run_id", "enabled"),
    [
        ("1", {"load_best", "load_last", "export", "rename", "delete"}),
        ("2", {"load_best", "load_last", "export", "rename", "delete", "resume"}),
        ("3", {"rename"}),
        ("4", {"load_best", "load_last", "export", "rename", "delete", "resume"}),
    ],
)
def test_only_what_is_possible_can_be_pressed(runs, run_id, enabled):
    click(runs, run_id)
    names = ("load_best", "load_last", "export", "rename", "delete", "resume")
    assert {name for name in names if button(runs, name).isEnabled()} == enabled
    assert {name for name in names if getattr(runs, name).isEnabled()} == enabled


def test_a_run_without_a_saved_state_cannot_be_resumed(runs):
    click(runs, "2")
    runs.show_runs(RUNS, set())
    assert not button(runs, "resume").isEnabled()


def test_the_buttons_emit_their_signals(runs, said):
    click(runs, "2")
    for name in ("load_best", "load_last", "resume", "export"):
        press(runs, name)
    assert said[1:] == [("load", "2", "best"), ("load", "2", "last"), ("resume", "2"), ("export", "2")]


def test_the_runs_can_be_saved_as_a_table(runs, qtbot):
    with qtbot.waitSignal(runs.save.requested) as asked:
        runs.save.click()
    assert asked.args[0].name == "runs.csv"
    titles, *rows = runs.view.model().rows()
    assert [row[titles.index("id")] for row in rows] == ids(runs)
    assert rows[0][titles.index("best_accuracy")] == FOUR.best_accuracy
    runs.show_runs([], set())
    assert not runs.save.isEnabled()


def test_the_context_menu_offers_the_same(runs):
    assert [action.text() for action in runs.view.actions()] == [
        "Load best",
        "Load last",
        "Resume",
        "Export…",
        "Rename",
        "Delete",
    ]


def test_f2_renames_in_place(runs, said, qtbot):
    click(runs, "2", Column.STATE)
    QTest.keyClick(runs.view, Key.Key_F2)
    assert editor(runs).text() == "classic"
    editor(runs).selectAll()
    QTest.keyClicks(editor(runs), " my own ")
    QTest.keyClick(editor(runs), Key.Key_Return)
    qtbot.waitUntil(lambda: said[1:] == [("rename", "2", "my own")])
    assert "classic" in cells(runs, Column.NAME), "it has the name once it is written"
    runs.update_run(replace(TWO, name="my own"))
    assert "my own" in cells(runs, Column.NAME)


@pytest.mark.parametrize("typed", ["", "   ", "classic"])
def test_no_name_or_the_same_renames_nothing(runs, said, qtbot, typed):
    click(runs, "2")
    press(runs, "rename")
    editor(runs).selectAll()
    QTest.keyClick(editor(runs), Key.Key_Delete)
    QTest.keyClicks(editor(runs), typed)
    QTest.keyClick(editor(runs), Key.Key_Return)
    qtbot.waitUntil(lambda: editor(runs) is None)
    assert said == [("selected", "2")]


def test_an_epoch_does_not_disturb_who_types_a_name(runs, said, qtbot):
    click(runs, "3")
    runs.rename.trigger()
    QTest.keyClicks(editor(runs), "half a na")
    runs.view.sortByColumn(Column.EPOCHS, Qt.SortOrder.DescendingOrder)
    runs.update_run(replace(THREE, epochs_done=9))
    runs.show_runs([replace(THREE, epochs_done=10), ONE, info("8")], set())
    assert editor(runs).text() == "half a na"
    QTest.keyClicks(editor(runs), "me")
    QTest.keyClick(editor(runs), Key.Key_Return)
    qtbot.waitUntil(lambda: said[-1] == ("rename", "3", "half a name"))


def test_rename_twice_is_rename_once(runs):
    click(runs, "2")
    runs.rename.trigger()
    runs.rename.trigger()
    assert editor(runs) is not None


def question(runs):
    return next((box for box in runs.findChildren(QMessageBox) if box.isVisible()), None)


def ask(runs, run_id="2"):
    click(runs, run_id)
    press(runs, "delete")
    assert question(runs) is not None


def test_delete_asks_first(runs, said):
    ask(runs)
    assert "“classic · 99.00 %”" in question(runs).text()
    assert question(runs).defaultButton() is button(runs, "keep")
    assert said == [("selected", "2")]
    press(runs, "confirm")
    assert said[1:] == [("delete", "2")]
    assert runs.view.hasFocus()
    assert button(runs, "delete").isVisible()


def test_the_question_says_which_of_four_of_one_name_it_is(runs):
    """By accuracy, and where two read as well as each other, by the start."""
    same = [
        replace(run, name="fast", best_accuracy=share) for run, share in zip(RUNS, (0.9, 0.9, None, 0.8), strict=True)
    ]
    runs.show_runs(same, set())
    said = []
    for run_id in ("1", "2", "4"):
        ask(runs, run_id)
        said.append(question(runs).text().partition("”")[0])
        question(runs).reject()
    assert said[0].startswith("Delete “fast · 90.00 % · 3/1/2026")
    assert said[1].startswith("Delete “fast · 90.00 % · 3/2/2026")
    assert said[2] == "Delete “fast · 80.00 %"


@pytest.mark.parametrize("way", ["keep", "escape", "gone", "trained"])
def test_a_question_can_be_declined(runs, said, way):
    ask(runs)
    if way == "keep":
        press(runs, "keep")
    elif way == "escape":
        QTest.keyClick(question(runs), Key.Key_Escape)
    elif way == "gone":
        runs.show_runs([ONE], set())
    else:
        runs.update_run(replace(TWO, state="running"))
    assert question(runs) is None
    assert not [words for words in said if words[0] == "delete"]


@pytest.mark.parametrize("key", [Key.Key_Delete, Key.Key_Backspace])
def test_a_key_deletes_after_asking(runs, said, key):
    click(runs, "1")
    QTest.keyClick(runs.view, key)
    QTest.keyClick(button(runs, "confirm"), Key.Key_Space)
    assert said[1:] == [("delete", "1")]


def test_a_running_run_is_not_deleted_by_a_key(runs):
    click(runs, "3")
    QTest.keyClick(runs.view, Key.Key_Delete)
    assert question(runs) is None


def test_keys_without_a_run_do_nothing(runs, said):
    runs.view.clearSelection()
    runs.view.setCurrentIndex(runs.view.rootIndex())
    for key in (Key.Key_Space, Key.Key_F2, Key.Key_Delete):
        QTest.keyClick(runs.view, key)
    assert said == []


def test_the_keys_of_the_window_do_not_get_between(runs, qtbot):
    """Delete and Escape clear the pad elsewhere in the window."""
    window = QMainWindow()
    qtbot.addWidget(window)
    clear = QAction("Clear", window)
    clear.setShortcuts(["Del", "Backspace", "Esc"])
    window.addAction(clear)
    cleared = []
    clear.triggered.connect(lambda: cleared.append(True))
    window.setCentralWidget(runs)
    runs.show()
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    runs.select_run("1")
    runs.view.setFocus()
    assert runs.view.hasFocus()
    QTest.keyClick(runs.view, Key.Key_Delete)
    QTest.keyClick(question(runs), Key.Key_Escape)
    assert question(runs) is None
    window.takeCentralWidget()  # each of them is closed by itself
    assert cleared == []


def test_tab_leaves_the_table(runs, qtbot):
    click(runs, "1")
    runs.view.setFocus()
    QTest.keyClick(runs.view, Key.Key_Tab)
    assert runs.focusWidget() is button(runs, "load_best")


def test_a_question_about_one_of_thousands_comes_at_once(runs):
    many = [replace(ONE, id=str(n), name="fast") for n in range(2000)]
    runs.show_runs(many, set())
    runs.select_run("7")
    began = time.thread_time()
    runs.delete.trigger()
    assert time.thread_time() - began < 0.2
    assert question(runs).text().endswith("· 7” and its checkpoints?")


def test_thousands_of_runs_are_shown_and_sorted_while_nobody_waits(runs):
    """Two thousand runs took 0.3 s to fill and up to half a second to sort; a test machine may be busy."""
    many = [
        replace(ONE, id=str(n), name=f"run {n * 7919 % 2000}", best_accuracy=n * 31 % 2000 / 2000) for n in range(2000)
    ]
    began = time.thread_time()
    runs.show_runs(many, set())
    for column in (Column.NAME, Column.BEST, Column.STARTED):
        runs.view.sortByColumn(column, Qt.SortOrder.AscendingOrder)
    assert time.thread_time() - began < 0.4
    runs.view.sortByColumn(Column.BEST, Qt.SortOrder.AscendingOrder)
    assert cells(runs, Column.BEST)[:2] == ["0.00 %", "0.05 %"]
