"""What the list of runs asks for, done with the folders on disk."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton

from digitpad.domain.errors import Message
from digitpad.domain.reports import EpochReport
from digitpad.domain.run import RunInfo, TrainingConfig
from digitpad.storage.run_store import RunFolder, create, runs_folder
from digitpad.ui.common.exports import Exporter
from digitpad.ui.common.format import moment
from digitpad.ui.runs.controller import RunController
from digitpad.ui.runs.list import RunList
from digitpad.ui.runs.table import run_labels
from digitpad.ui.session.training_session import TrainingSession
from digitpad.ui.session.worker import Worker
from tests.ui.training_services import INFO, OTHER, RECIPE, StepwiseTrainingService, steps

EPOCH = EpochReport(1, 3, 2, 5.0, 0.3, 0.9, 0.2, 0.9412, None, None, True)


def stored(recipe, seed=0, state="finished", **changes):
    """A run on disk, with two steps and an epoch on its curves."""
    run = create(recipe, seed, Message("Starter set"), "starter", "cpu", runs_folder())
    run.update_info(lambda info: replace(info, state=state, epochs_done=1, best_accuracy=0.9, **changes))
    run.append([steps(1), steps(2), EPOCH])
    for path in (run.best, run.last, run.resume):
        path.write_bytes(path.stem.encode())
    return run.path.name


@pytest.fixture
def ids():
    """A finished run, one that was stopped, and one of the same recipe and seed as the first."""
    return [stored(RECIPE), stored(OTHER, state="stopped"), stored(RECIPE)]


@pytest.fixture
def runs(qtbot, ids):
    widget = RunList()
    qtbot.addWidget(widget)
    widget.resize(900, 260)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


@pytest.fixture
def service():
    return StepwiseTrainingService()


@pytest.fixture
def session(qapp, service):
    session = TrainingSession(service)
    yield session
    session.shut_down()


@pytest.fixture
def worker(qapp):
    worker = Worker()
    yield worker
    worker.stop()


@pytest.fixture
def controller(qtbot, runs, session, worker, ids):
    controller = RunController(runs, session, worker)
    controller.refresh()
    qtbot.waitUntil(lambda: listed(runs) == set(ids))
    return controller


@pytest.fixture
def exporter(runs, controller, worker):
    exporter = Exporter(worker, runs)
    controller.export_requested.connect(exporter.save)
    return exporter


def listed(runs):
    return {run.id for run in runs.view.model().runs}


def press(runs, run_id, name):
    runs.select_run(run_id)
    button = runs.findChild(QPushButton, f"{name}_button")
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_what_was_shown_before_is_shown_once_the_runs_are_listed(qtbot, runs, session, worker, ids):
    controller, before = RunController(runs, session, worker), [ids[1], ids[2], "gone"]
    controller.show_again(before)
    assert controller.shown == before
    with qtbot.waitSignal(controller.run_selected) as selected, qtbot.waitSignal(controller.laid_over):
        controller.refresh()
    assert selected.args[1].run.id == ids[1]
    assert controller.shown == runs.shown == before[:2]
    runs.select_run(ids[0])
    assert controller.shown == [ids[0], ids[2]]


@pytest.mark.parametrize("which", ["best", "last"])
def test_load_says_which_file_to_read_with(qtbot, runs, controller, ids, which):
    with qtbot.waitSignal(controller.load_requested) as asked:
        press(runs, ids[0], f"load_{which}")
    assert asked.args[0].read_text() == which
    assert asked.args[0].parent.name == ids[0]


def test_only_a_run_with_a_saved_state_can_go_on(qtbot, runs, controller, ids):
    with qtbot.waitSignal(controller.resume_requested) as asked:
        press(runs, ids[1], "resume")
    assert asked.args == [ids[1]]
    RunFolder(runs_folder() / ids[1]).resume.unlink()
    controller.refresh()
    button = runs.findChild(QPushButton, "resume_button")
    qtbot.waitUntil(lambda: not button.isEnabled())


def test_a_run_gets_another_name(qtbot, runs, controller, ids):
    press(runs, ids[0], "rename")
    editor = runs.view.viewport().findChild(QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, "my own")
    with qtbot.waitSignal(controller.renamed) as renamed:
        QTest.keyClick(editor, Qt.Key.Key_Return)
    assert (renamed.args[0].id, renamed.args[0].name) == (ids[0], "my own")
    qtbot.waitUntil(lambda: runs.selected_run().name == "my own")
    assert RunFolder(runs_folder() / ids[0]).read_info().name == "my own"


def test_a_name_that_cannot_be_is_refused(qtbot, runs, controller, ids):
    runs.select_run(ids[0])
    with qtbot.waitSignal(controller.failed) as failed:
        runs.rename_requested.emit(runs.selected_run(), "x" * 1000)
    assert "characters" in str(failed.args[0])
    assert runs.selected_run().name == "small"


def test_a_deleted_run_is_gone(qtbot, runs, controller, ids):
    press(runs, ids[0], "delete")
    QTest.mouseClick(runs.findChild(QPushButton, "confirm_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: listed(runs) == {ids[1], ids[2]})
    assert not (runs_folder() / ids[0]).exists()


def test_a_run_that_somebody_else_deleted_leaves_the_list_with_a_sentence(qtbot, runs, controller, ids):
    runs.select_run(ids[1])
    shutil.rmtree(runs_folder() / ids[1])
    with qtbot.waitSignal(controller.failed) as failed:
        runs.rename_requested.emit(runs.selected_run(), "too late")
    assert ids[1] in str(failed.args[0])
    qtbot.waitUntil(lambda: listed(runs) == {ids[0], ids[2]})


def choose(qtbot, runs, path):
    qtbot.waitUntil(lambda: bool(runs.findChildren(QFileDialog)))
    dialog = runs.findChild(QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.close()
    qtbot.waitUntil(lambda: not runs.findChildren(QFileDialog))


def test_the_best_checkpoint_is_exported(qtbot, runs, controller, exporter, ids, tmp_path):
    target = tmp_path / "exported.safetensors"
    press(runs, ids[0], "export")
    with qtbot.waitSignal(exporter.saved) as saved:
        choose(qtbot, runs, target)
    assert saved.args == [f"Saved {target}"]
    assert target.read_text() == "best"


def test_an_export_that_fails_says_why(qtbot, runs, controller, exporter, ids, tmp_path):
    press(runs, ids[0], "export")
    with qtbot.waitSignal(exporter.failed) as failed:
        choose(qtbot, runs, tmp_path / "no" / "folder.safetensors")
    assert "folder.safetensors" in str(failed.args[0])


def test_selecting_reads_the_curves(qtbot, runs, controller, ids):
    with qtbot.waitSignal(controller.run_selected):
        runs.select_run(ids[0])
    with qtbot.waitSignal(controller.run_selected) as selected:
        runs.select_run(ids[1])
    name, curves = selected.args
    assert name == "large"
    assert curves.run.id == ids[1]
    assert list(curves.steps) == [1, 2]
    assert curves.epochs == [EPOCH]


def test_runs_laid_over_have_names_of_their_own(qtbot, runs, controller, ids):
    runs.select_run(ids[0])
    QTest.keyClick(runs.view, Qt.Key.Key_Space)
    runs.select_run(ids[2])
    over = []
    controller.laid_over.connect(over.append)
    QTest.keyClick(runs.view, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(over) and len(over[-1]) == 2)
    assert set(over[-1]) == {"small · 90.00 %", "small 2 · 90.00 %"}
    assert {curves.run.id for curves in over[-1].values()} == {ids[0], ids[2]}
    assert all(list(curves.steps) == [1, 2] for curves in over[-1].values())


def test_labels_say_no_more_than_tells_runs_apart():
    def run(name, run_id, started, best=None):
        return RunInfo(run_id, name, RECIPE, 0, Message(""), "", "cpu", started, best_accuracy=best)

    runs = [
        run("fast", "a", "2026-11-24T18:28:30+00:00", 0.98),
        run("fast", "b", "2026-11-24T18:28:30+00:00", 0.97),
        run("pen", "c", "2026-11-24T18:28:30+00:00"),
        run("pen", "d", "2026-11-24T18:29:30+00:00"),
        run("pen", "e", "2026-11-24T18:29:40+00:00"),
    ]
    first, last = (moment(runs[number].started) for number in (2, 3))
    assert run_labels(runs) == [
        "fast · 98.00 %",
        "fast · 97.00 %",
        f"pen · {first}",
        f"pen · {last} · d",
        f"pen · {last} · e",
    ]


def train(qtbot, session, service, run_id):
    """Let a run of that id train three steps."""
    service.reports, service.info = [steps(number) for number in range(1, 4)], replace(INFO, id=run_id)
    session.start(TrainingConfig(RECIPE))
    service.let.release(3)
    qtbot.waitUntil(lambda: session.curves.last_step == 3)


def test_while_a_run_goes_on_no_other_takes_its_place(qtbot, runs, controller, session, service, ids):
    shown = []
    controller.run_selected.connect(lambda _, curves: shown.append(curves.run.id))
    train(qtbot, session, service, ids[0])
    for run_id in ids:
        runs.select_run(run_id)
    with qtbot.waitSignal(session.ended):
        session.stop()
    runs.select_run(ids[1])
    qtbot.waitUntil(lambda: bool(shown))
    assert shown == [ids[1]]


def test_the_curves_of_the_run_that_was_trained_last_are_not_read_from_disk(
    qtbot, runs, controller, session, service, ids
):
    train(qtbot, session, service, ids[0])
    with qtbot.waitSignal(session.ended):
        session.stop()
    shutil.rmtree(runs_folder() / ids[0])
    with qtbot.waitSignal(controller.run_selected) as selected:
        runs.select_run(ids[0])
    assert selected.args[1] is session.curves


def test_curves_that_are_read_while_a_run_begins_do_not_take_its_place(
    qtbot, runs, worker, controller, session, service, ids
):
    shown, gate = [], threading.Event()
    controller.run_selected.connect(lambda _, curves: shown.append(curves.run.id))
    worker.run(lambda: gate.wait(20), lambda _: None, pytest.fail)
    runs.select_run(ids[1])
    train(qtbot, session, service, ids[0])
    with qtbot.waitSignal(controller.laid_over):
        gate.set()
        runs.laid_over.emit([])  # its answer comes after that to the selection
    assert shown == []


def test_curves_that_are_read_late_do_not_take_the_place_of_those_selected_since(
    qtbot, runs, worker, controller, session, service, ids
):
    train(qtbot, session, service, ids[0])
    with qtbot.waitSignal(session.ended):
        session.stop()
    shown, gate = [], threading.Event()
    controller.run_selected.connect(lambda _, curves: shown.append(curves.run.id))
    worker.run(lambda: gate.wait(20), lambda _: None, pytest.fail)
    runs.select_run(ids[1])
    runs.select_run(ids[0])  # whose curves are there at once
    with qtbot.waitSignal(controller.laid_over):
        gate.set()
        runs.laid_over.emit([])
    assert shown == [ids[0]]
