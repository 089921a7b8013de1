"""The recipes to choose from: those that ship, a person's own, and one changed for the next run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMessageBox, QPushButton, QWidget

from digitpad.domain.data_info import ImagePage
from digitpad.domain.errors import DigitpadError
from digitpad.domain.recipe import Augmentation
from digitpad.storage.recipe_store import keep_recipe, load_recipe, recipes_folder, save_recipe
from digitpad.ui.common.number_box import NumberBox
from digitpad.ui.recipes.controller import RecipeController
from digitpad.ui.recipes.editor import RecipeEditor
from digitpad.ui.session.worker import Worker
from tests.ui.training_services import OTHER, RECIPE, STARTER

# The offscreen platform says so of every window that opens.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

OWN = replace(RECIPE, id="mine", title="Mine", epochs=9)


class TrainingService:
    """Has two recipes and one network."""

    recipes = (RECIPE, OTHER)
    problem = None

    def __init__(self):
        self.shown, self.augmented = [], []

    def image_page(self, data_id, part, digit, start, count):
        self.shown.append((data_id, part, digit, start, count))
        return ImagePage(np.full((1, 28, 28), start, np.uint8), np.array([3]), 9, (0,) * 10, np.zeros((10, 28, 28)))

    def augment(self, pixels, augmentation, count, seed):
        self.augmented.append((int(pixels[0, 0]), augmentation))
        return np.repeat(pixels[None], count, 0)

    def networks(self):
        if self.problem:
            raise DigitpadError(self.problem)
        return [("net", 10)]


@pytest.fixture
def training_service():
    return TrainingService()


@pytest.fixture
def controller(qtbot, training_service):
    window, worker = QWidget(), Worker()
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    yield RecipeController(training_service, worker, window)
    worker.stop()


@pytest.fixture
def used(controller):
    said = []
    controller.recipe_used.connect(lambda recipe, seed: said.append((recipe, seed)))
    return said


def edit(qtbot, controller, recipe=RECIPE, seed=5):
    """The editor, open on a recipe."""
    controller.edit(recipe, seed)
    window = controller.parent()
    qtbot.waitUntil(lambda: any(editor.isVisible() for editor in window.findChildren(RecipeEditor)))
    return window.findChild(RecipeEditor)


def test_an_editor_that_is_asked_for_twice_opens_once(qtbot, controller):
    controller.edit(RECIPE, 5)
    edit(qtbot, controller, OTHER)
    editors = controller.parent().findChildren(RecipeEditor)
    qtbot.waitUntil(lambda: editors[0].recipe() == OTHER)
    assert controller.parent().findChildren(RecipeEditor) == editors[:1]


def press(editor, name):
    button = editor.findChild(QPushButton, name)
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def enter(editor, name, text, kind=NumberBox):
    field = editor.findChild(kind, name)
    field.selectAll()
    QTest.keyClicks(field, text)


def choose(qtbot, controller, path):
    window = controller.parent()
    qtbot.waitUntil(lambda: bool(window.findChildren(QFileDialog)))
    dialog = window.findChild(QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.close()
    qtbot.waitUntil(lambda: not window.findChildren(QFileDialog))


def names(controller):
    return [recipe.id for recipe in controller.recipes]


def test_own_recipes_come_after_those_that_ship(qtbot, controller):
    keep_recipe(OWN)
    keep_recipe(replace(OWN, id="small"))  # its place is taken
    assert names(controller) == ["small", "large"]
    with qtbot.waitSignal(controller.recipes_changed) as changed:
        controller.look()
    assert changed.args == [[RECIPE, OTHER, OWN], ""]


def test_a_file_that_is_no_recipe_is_reported_by_name_and_the_others_are_there(qtbot, controller):
    keep_recipe(OWN)
    (recipes_folder() / "broken.json").write_text("{")
    with qtbot.waitSignal(controller.failed) as failed:
        controller.look()
    assert "broken.json" in str(failed.args[0])
    assert names(controller) == ["small", "large", "mine"]


def test_a_recipe_that_was_not_changed_is_used_as_it_is(qtbot, controller, used):
    press(edit(qtbot, controller), "use_button")
    assert used == [(RECIPE, 5)]
    assert names(controller) == ["small", "large"]


def test_a_changed_recipe_is_offered_and_replaces_the_one_changed_before(qtbot, controller, used):
    changes = []
    controller.recipes_changed.connect(lambda recipes, selected: changes.append(selected))
    for epochs in ("4", "6"):
        editor = edit(qtbot, controller)
        enter(editor, "epochs", epochs)
        press(editor, "use_button")
    assert [recipe.epochs for recipe, _ in used] == [4, 6]
    assert names(controller) == ["small", "large", "small-changed"]
    assert changes == ["small-changed", "small-changed"]
    assert controller.recipes[-1].epochs == 6


def test_an_own_recipe_is_saved_and_found_again(qtbot, controller):
    editor = edit(qtbot, controller)
    enter(editor, "epochs", "8")
    press(editor, "save_as_button")
    title = editor.findChild(QLineEdit, "save_title")
    title.selectAll()
    QTest.keyClicks(title, "Mine")
    with qtbot.waitSignal(controller.recipes_changed) as changed:
        QTest.keyClick(title, Qt.Key.Key_Return)
    assert changed.args[1] == "mine"
    assert load_recipe(recipes_folder() / "mine.json") == controller.recipes[-1]
    assert controller.recipes[-1].epochs == 8
    with qtbot.waitSignal(controller.recipes_changed) as changed:
        controller.look()
    assert changed.args[0] == [RECIPE, OTHER, controller.recipes[-1]]


@pytest.fixture
def own_editor(qtbot, controller):
    """The editor, open on a recipe of the person's own."""
    keep_recipe(OWN)
    with qtbot.waitSignal(controller.recipes_changed):
        controller.look()
    return edit(qtbot, controller, OWN)


@pytest.mark.parametrize(("answer", "left"), [("Delete", ["small", "large"]), ("Keep", ["small", "large", "mine"])])
def test_an_own_recipe_is_deleted_once_the_person_has_agreed(qtbot, controller, own_editor, answer, left):
    press(own_editor, "delete_button")
    question = own_editor.findChild(QMessageBox, "delete_question")
    next(button for button in question.buttons() if button.text() == answer).click()
    qtbot.waitUntil(lambda: names(controller) == left)
    assert (recipes_folder() / "mine.json").exists() == (answer == "Keep")
    qtbot.waitUntil(lambda: own_editor.isVisible() == (answer == "Keep"))


def test_an_own_recipe_is_renamed_in_its_file(qtbot, controller, own_editor):
    press(own_editor, "rename_button")
    with qtbot.waitSignal(controller.recipes_changed) as changed:
        QTest.keyClicks(own_editor.findChild(QLineEdit, "save_title"), "My own\r")
    renamed = replace(OWN, title="My own")
    assert changed.args == [[RECIPE, OTHER, renamed], "mine"]
    assert load_recipe(recipes_folder() / "mine.json") == renamed


@pytest.mark.parametrize("name", ["rename_button", "delete_button"])
def test_only_own_recipes_can_be_renamed_or_deleted(qtbot, controller, name):
    assert not edit(qtbot, controller).findChild(QPushButton, name).isVisible()


STRONG = Augmentation(degrees=30, shift=2)


def test_an_augmentation_that_was_tried_comes_into_the_recipe(qtbot, controller, used):
    controller.edit(RECIPE, 5, STRONG)
    window = controller.parent()
    qtbot.waitUntil(lambda: any(editor.isVisible() for editor in window.findChildren(RecipeEditor)))
    editor = window.findChild(RecipeEditor)
    qtbot.waitUntil(lambda: editor.recipe().augmentation == STRONG)
    press(editor, "use_button")
    assert used[0][0].augmentation == STRONG
    assert used[0][0].id == "small-changed"


def test_an_augmentation_that_was_tried_comes_into_the_recipe_that_is_edited(qtbot, controller):
    editor = edit(qtbot, controller, OTHER)
    enter(editor, "epochs", "8")
    controller.edit(RECIPE, 5, STRONG)
    assert editor.recipe() == replace(OTHER, id="large-changed", title="Large, changed", epochs=8, augmentation=STRONG)
    edit(qtbot, controller)
    assert editor.recipe() == RECIPE, "once is enough"


def test_the_editor_shows_what_its_augmentation_does_to_images_of_the_data(qtbot, controller, training_service):
    controller.show_data(STARTER)
    editor = edit(qtbot, controller, replace(RECIPE, augmentation=STRONG))
    qtbot.waitUntil(lambda: (0, STRONG) in training_service.augmented)
    enter(editor, "degrees", "45")
    qtbot.waitUntil(lambda: (0, replace(STRONG, degrees=45)) in training_service.augmented)
    editor.findChild(QPushButton, "another_button").click()
    qtbot.waitUntil(lambda: (1, replace(STRONG, degrees=45)) in training_service.augmented)
    assert training_service.shown == [("starter", "train", None, number, 1) for number in (0, 1)]


def test_a_recipe_that_cannot_be_deleted_is_reported_in_the_editor(qtbot, controller, own_editor):
    (recipes_folder() / "mine.json").unlink()
    (recipes_folder() / "mine.json").mkdir()
    own_editor.delete_requested.emit(OWN)
    qtbot.waitUntil(lambda: bool(own_editor.notice.text))
    assert "was not deleted" in own_editor.notice.text
    assert "mine" in names(controller)


def test_a_recipe_that_cannot_be_saved_is_reported_in_the_editor(qtbot, controller):
    recipes_folder().parent.mkdir(parents=True)
    recipes_folder().write_text("a file where the folder should be")
    editor = edit(qtbot, controller)
    editor.recipe_save_requested.emit(OWN)
    qtbot.waitUntil(lambda: bool(editor.notice.text))
    assert "mine.json" in editor.notice.text
    assert names(controller) == ["small", "large"]


def test_a_recipe_goes_to_a_file_and_comes_back(qtbot, controller, used, tmp_path):
    editor = edit(qtbot, controller, OTHER)
    press(editor, "export_button")
    with qtbot.waitSignal(controller.saved) as saved:
        choose(qtbot, controller, tmp_path / "shared.json")
    assert saved.args == [f"Saved {tmp_path / 'shared.json'}"]
    save_recipe(tmp_path / "shared.json", replace(load_recipe(tmp_path / "shared.json"), id="theirs", title="Theirs"))
    press(editor, "import_button")
    choose(qtbot, controller, tmp_path / "shared.json")
    qtbot.waitUntil(lambda: "Theirs" in editor.windowTitle())
    press(editor, "use_button")
    assert used[0][0] == replace(OTHER, id="theirs", title="Theirs")
    assert names(controller)[-1] == "theirs"


def test_an_imported_recipe_does_not_hide_behind_the_one_with_its_id(qtbot, controller, used, tmp_path):
    save_recipe(tmp_path / "foreign.json", replace(RECIPE, epochs=77))
    editor = edit(qtbot, controller)
    press(editor, "import_button")
    choose(qtbot, controller, tmp_path / "foreign.json")
    qtbot.waitUntil(lambda: editor.recipe() is not None and editor.recipe().epochs == 77)
    press(editor, "use_button")
    assert used[0][0].epochs == 77
    assert len(set(names(controller))) == 3
    assert next(recipe for recipe in controller.recipes if recipe.id == used[0][0].id).epochs == 77


def test_a_file_that_is_no_recipe_is_reported_in_the_editor(qtbot, controller, tmp_path):
    (tmp_path / "picture.json").write_bytes(b"\x89PNG")
    editor = edit(qtbot, controller)
    press(editor, "import_button")
    choose(qtbot, controller, tmp_path / "picture.json")
    qtbot.waitUntil(lambda: "picture.json" in editor.notice.text)


def test_without_networks_there_is_no_editor_but_a_sentence(qtbot, controller, training_service):
    training_service.problem = "PyTorch could not be loaded."
    with qtbot.waitSignal(controller.failed) as failed:
        controller.edit(RECIPE, 0)
    assert [str(error) for error in failed.args] == ["PyTorch could not be loaded."]


def test_the_editor_takes_the_colours_of_a_theme(qtbot, controller, wear):
    editor = edit(qtbot, controller)
    before = editor.training.curve.grab().toImage()
    wear("dark")
    assert editor.training.curve.grab().toImage() != before
