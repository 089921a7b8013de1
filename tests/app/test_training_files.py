"""Recipes, data and runs in the real window: what is chosen, changed, kept, and what happens where that fails."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QProgressBar, QPushButton, QSpinBox

from digitpad.domain.data_info import DataInfo
from digitpad.domain.errors import DigitpadError
from digitpad.learning.training.recipes import RECIPES
from digitpad.reading.load import load_checkpoint
from digitpad.services import TrainingService
from digitpad.storage.recipe_store import load_recipe, recipes_folder
from digitpad.storage.run_store import RunFolder, runs_folder
from digitpad.ui.common.number_box import NumberBox
from digitpad.ui.training.data_choice import DataChoice
from tests.app.pad import SEVEN
from tests.app.training import CURVES, RUNS
from tests.learning.idx_files import hand_drawn_mnist

# The offscreen platform says so of dialogs that are put in front.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class OfflineTrainingService(TrainingService):
    """Has no network: a download waits to be cancelled, or fails."""

    def __init__(self, waits=False):
        self.waits = waits
        self.downloads = 0

    def download(self, progress, cancelled):
        self.downloads += 1
        progress(1_000_000, 11_600_000)
        while self.waits and not cancelled():
            pass
        raise DigitpadError("MNIST cannot be downloaded, because there is no network.")


# Recipes.


def recipe_ids(training):
    combo = training.combo("recipe_combo")
    return [combo.itemData(index) for index in range(combo.count())]


def epochs(training):
    return training.pad.widget("epochs_spin", QSpinBox)


def choose_recipe(training, recipe_id):
    combo = training.combo("recipe_combo")
    combo.setCurrentIndex(combo.findData(recipe_id))


def editor(training):
    """The recipe editor, open on the chosen recipe."""
    training.ready().open()
    training.press("edit_recipe_button")
    training.until(lambda: training.pad.widget("recipe_editor") is not None)
    return training.pad.widget("recipe_editor")


def enter(dialog, name, text):
    field = dialog.findChild(NumberBox, name)
    field.selectAll()
    QTest.keyClicks(field, text)


def press(dialog, name):
    QTest.mouseClick(dialog.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def test_every_recipe_that_ships_is_offered_with_its_epochs(training):
    assert recipe_ids(training) == list(RECIPES)
    assert len(RECIPES) == 8
    for recipe in RECIPES.values():
        choose_recipe(training, recipe.id)
        assert epochs(training).value() == recipe.epochs
        assert training.combo("recipe_combo").accessibleDescription() == recipe.teaches


def test_what_was_chosen_before_the_start_was_over_stays_chosen(training):
    choose_recipe(training, "mlp")
    epochs(training).setValue(3)
    training.ready()
    assert training.combo("recipe_combo").currentData() == "mlp"
    assert epochs(training).value() == 3


def test_the_number_of_epochs_and_the_seed_go_into_the_run(training):
    training.ready()
    training.pad.widget("seed_spin", NumberBox).show_value(2**63 - 1)
    training.train(epochs=2)
    (run,) = training.listed()
    assert (run.recipe.epochs, run.epochs_done, run.seed) == (2, 2, 2**63 - 1)
    assert run.recipe.id == "fast"


def test_a_changed_recipe_is_offered_and_trained(training):
    choose_recipe(training, "fast")
    dialog = editor(training)
    enter(dialog, "batch", "200")
    press(dialog, "use_button")
    assert recipe_ids(training) == [*RECIPES, "fast-changed"]
    assert training.combo("recipe_combo").currentData() == "fast-changed"
    training.press("train_button")
    training.wait_for_end()
    (run,) = training.listed()
    assert (run.recipe.id, run.recipe.batch) == ("fast-changed", 200)


def test_an_own_recipe_is_kept_and_offered_after_the_next_start(begin):
    training = begin()
    dialog = editor(training)
    enter(dialog, "epochs", "4")
    press(dialog, "save_as_button")
    title = dialog.findChild(QLineEdit, "save_title")
    title.selectAll()
    QTest.keyClicks(title, "My own")
    QTest.keyClick(title, Qt.Key.Key_Return)
    training.until(lambda: recipe_ids(training)[-1] == "my-own")
    assert load_recipe(recipes_folder() / "my-own.json").epochs == 4
    training.window.close()

    again = begin().ready()
    again.until(lambda: recipe_ids(again) == [*RECIPES, "my-own"])
    choose_recipe(again, "my-own")
    assert epochs(again).value() == 4


# Data.


def notice(training):
    return training.pad.widget("data_notice").text


def ask_for_download(training):
    combo = training.combo("data_combo")
    combo.activated.emit(next(i for i in range(combo.count()) if combo.itemText(i).startswith("Download MNIST")))


def fail_to_download(begin):
    training_service = OfflineTrainingService()
    training = begin(training_service=training_service).ready()
    training.open()
    ask_for_download(training)
    training.until(lambda: bool(notice(training)))
    return training, training_service


def test_without_mnist_there_are_the_starter_set_a_download_and_folders(training):
    combo = training.ready().combo("data_combo")
    assert [combo.itemText(i) for i in range(combo.count()) if combo.itemText(i)] == [
        "Starter set · 4,000 + 1,000",
        "Download MNIST (11 MB)…",
        "Choose a folder…",
    ]


def test_mnist_is_there_where_the_environment_names_its_folder(begin, tmp_path, monkeypatch):
    training = begin()
    (tmp_path / "data").mkdir()
    hand_drawn_mnist(tmp_path / "data" / "mnist")
    monkeypatch.setenv("DIGITPAD_DATA_DIR", str(tmp_path / "data"))
    training.ready()
    training.panel.findChild(DataChoice).look()
    training.until(lambda: training.combo("data_combo").findData("mnist") == 0)


def test_a_download_that_fails_says_why_and_can_be_tried_again(begin):
    training, training_service = fail_to_download(begin)
    assert notice(training) == "MNIST could not be downloaded: training with the starter set"
    assert training.combo("data_combo").currentData() == "starter"
    training.press("details_button")
    assert "no network" in notice(training)
    training.press("retry_button")
    training.until(lambda: training_service.downloads == 2 and bool(notice(training)))


def test_after_a_download_that_failed_the_starter_set_trains(begin):
    training, _ = fail_to_download(begin)
    training.train()
    assert notice(training) == ""
    assert training.listed()[0].data_id == "starter"


def test_a_download_can_be_cancelled(begin):
    training = begin(training_service=OfflineTrainingService(waits=True)).ready()
    training.open()
    ask_for_download(training)
    bar = training.pad.widget("download_progress", QProgressBar)
    training.until(lambda: bar.value() == 1_000_000)
    assert bar.isVisible()
    training.press("cancel_download_button")
    training.until(lambda: not bar.isVisible())
    assert notice(training) == ""


def test_closing_the_window_cancels_a_download(begin):
    training = begin(training_service=OfflineTrainingService(waits=True)).ready()
    ask_for_download(training)
    training.until(lambda: training.pad.widget("download_progress", QProgressBar).value() == 1_000_000)
    training.window.close()
    assert not training.window.isVisible()


def test_a_broken_folder_is_refused_by_name(training, tmp_path):
    folder = hand_drawn_mnist(tmp_path / "digits")
    for path in folder.iterdir():
        if path.name.startswith("t10k-images"):
            path.write_bytes(path.read_bytes()[:10])
    training.ready().panel.findChild(DataChoice).ask_for_folder()
    training.choose_file(folder)
    training.until(lambda: bool(notice(training)))
    assert "t10k-images" in notice(training)
    assert training.combo("data_combo").currentData() == "starter"


# Runs.


def train_twice(training):
    """Two runs, the older first; the newer one is shown."""
    training.train()
    (first,) = training.listed()
    training.pad.widget("seed_spin", NumberBox).show_value(1)
    training.train()
    second = next(run for run in training.listed() if run.id != first.id)
    training.until(lambda: training.file_in_use == str(RunFolder(runs_folder() / second.id).best))
    return first.id, second.id


def test_runs_are_loaded_compared_renamed_exported_and_deleted(training, tmp_path):
    first, second = train_twice(training)
    assert training.curves.name == "fast 2"
    training.select(first)
    training.until(lambda: training.curves.curves.last_step > 0)
    for which in ("best", "last"):
        training.press(f"load_{which}_button")
        training.until(lambda which=which: training.file_in_use == str(runs_folder() / first / f"{which}.safetensors"))
    training.pad.draw(SEVEN)
    training.pad.answer()

    training.runs.select_run(second)
    QTest.keyClick(training.runs.view, Qt.Key.Key_Space)
    training.runs.select_run(first)
    training.until(lambda: len(training.curves.overlays) == 1)
    (label,) = training.curves.overlays
    assert label.startswith("fast 2 · ")
    training.runs.select_run(second)
    training.until(lambda: not training.curves.overlays)  # a run does not lie over itself

    training.press("rename_button")
    field = training.runs.view.viewport().findChild(QLineEdit)
    field.selectAll()
    QTest.keyClicks(field, "second try")
    QTest.keyClick(field, Qt.Key.Key_Return)
    training.until(lambda: training.run(second).name == "second try")

    training.press("export_button")
    training.choose_file(tmp_path / "mine.safetensors")
    training.until((tmp_path / "mine.safetensors").exists)
    assert load_checkpoint(tmp_path / "mine.safetensors").info.seed == 1

    training.press("delete_button")
    training.press("confirm_button")
    training.until(lambda: [run.id for run in training.listed()] == [first])
    assert not (runs_folder() / second).exists()
    training.until(lambda: training.curves.overlays == {})


def test_a_run_that_is_renamed_while_it_trains_keeps_the_name(training):
    training.start_long()
    (run,) = training.listed()
    training.select(run.id)
    training.press("rename_button")
    field = training.runs.view.viewport().findChild(QLineEdit)
    field.selectAll()
    QTest.keyClicks(field, "under way")
    QTest.keyClick(field, Qt.Key.Key_Return)
    training.until(lambda: training.run(run.id).name == "under way")
    done = training.run(run.id).epochs_done
    training.until(lambda: training.run(run.id).epochs_done >= done + 2)
    assert training.run(run.id).name == "under way"
    training.stop()
    assert training.run(run.id).name == "under way"


def test_a_run_whose_checkpoint_is_damaged_is_refused_and_what_reads_stays(training):
    training.train()
    (run,) = training.listed()
    folder = RunFolder(runs_folder() / run.id)
    training.until(lambda: training.file_in_use == str(folder.best))
    folder.last.write_bytes(b"nothing")
    training.select(run.id)
    training.press("load_last_button")
    checkpoint_notice, window_notice = training.pad.widget("checkpoint_notice"), training.pad.widget("notice")
    training.until(lambda: bool(checkpoint_notice.text or window_notice.text))
    assert "last.safetensors" in checkpoint_notice.text + window_notice.text
    assert training.file_in_use == str(folder.best)


def test_curves_go_to_files_and_where_that_fails_it_is_reported(training, tmp_path):
    def save(target):
        training.curves.findChild(QAction, "save_table" if target.suffix == ".csv" else "save_picture").trigger()
        training.choose_file(target)

    training.train()
    training.open_tab(CURVES)
    training.until(lambda: training.curves.export.isEnabled())
    files = [tmp_path / f"curves.{kind}" for kind in ("png", "svg", "csv")]
    for target in files:
        save(target)
        training.until(target.exists)
        training.until(lambda name=target.name: name in training.window.statusBar().currentMessage())
    assert QImage(str(files[0])).width() > 500
    assert b"<image" not in files[1].read_bytes()  # lines stay lines
    lines = files[2].read_text().splitlines()
    assert lines[0].startswith("step,loss,")
    assert len(lines) == 1 + len(training.curves.curves.steps)
    save(tmp_path / "no" / "curves.csv")
    training.until(lambda: "curves.csv" in training.notice)


# What goes wrong.


def test_a_training_whose_loss_is_no_number_ends_with_a_sentence_and_another_can_begin(training):
    choose_recipe(training, "sgd")
    dialog = editor(training)
    enter(dialog, "learning_rate", "10")
    press(dialog, "use_button")
    training.press("train_button")
    training.until(lambda: bool(training.notice))
    training.wait_for_end()
    assert "no longer a number" in training.notice
    assert training.text == "The run ended early"
    (run,) = training.listed()
    assert run.state == "failed"
    assert "no longer a number" in str(run.problem)
    training.train()
    assert training.notice == ""
    assert {run.state for run in training.listed()} == {"failed", "finished"}


class FaultyTrainingService(TrainingService):
    """Trains nothing."""

    def run(self, config, control, on_progress, show):
        raise RuntimeError("out of luck")


def test_a_fault_is_reported_and_reaches_the_excepthook(begin):
    training = begin(training_service=FaultyTrainingService()).ready()
    with training.qtbot.captureExceptions() as exceptions:
        training.press("train_button")
        training.until(lambda: bool(exceptions) and bool(training.notice))
    assert [str(exception[1]) for exception in exceptions] == ["out of luck"]
    assert "fault of digitpad" in training.notice
    assert training.is_idle


class VanishedTrainingService(TrainingService):
    """Lists a folder of data that is gone once it is to be read."""

    def data(self):
        found, problems = super().data()
        return [DataInfo("/nowhere/digits", "digits", None, 10, 10), *found], problems


def test_data_that_are_gone_are_reported(begin):
    training = begin(training_service=VanishedTrainingService()).ready()
    training.press("train_button")
    training.until(lambda: bool(training.notice))
    assert "digits" in training.notice
    assert training.is_idle
    assert training.listed() == []


def test_a_folder_of_runs_that_cannot_be_written_to_is_reported(training):
    training.ready()
    shutil.rmtree(runs_folder(), ignore_errors=True)
    runs_folder().parent.mkdir(parents=True, exist_ok=True)
    runs_folder().write_text("a file where the folder should be")
    training.press("train_button")
    training.until(lambda: bool(training.notice))
    assert "runs" in training.notice
    assert training.is_idle


def test_without_a_run_the_list_says_what_to_do(training):
    training.ready().open_tab(RUNS)
    assert training.pad.widget("no_run").isVisible()
