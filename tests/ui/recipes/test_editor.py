"""The recipe editor: what was not touched comes back as it was, and what cannot be used goes nowhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QTabWidget

from digitpad.domain.recipe import Augmentation, Recipe, check_recipe
from digitpad.domain.run import TrainingConfig
from digitpad.domain.settings_fields import declared
from digitpad.ui.common.number_box import NumberBox
from digitpad.ui.common.setting_fields import ProblemLabel
from digitpad.ui.data.augmentation_preview import AugmentationEditor
from digitpad.ui.recipes.editor import RecipeEditor
from digitpad.ui.session.worker import Worker
from tests.domain.test_recipe import RECIPES

SETTINGS, SEED = declared(Recipe), declared(TrainingConfig)["seed"]
NETWORKS = [("small", 40_000), ("large", 221_000)]
FAST = Recipe(
    id="fast",
    title="Fast",
    network="small",
    epochs=3,
    teaches="How little is needed.",
    stroke_variations=2,
    test_batch=50,
    test_every=50,
    test_images=2000,
    samples_before=20,
    samples_after=10,
    outputs_after=1,
    validation_images=5000,
    augmentation=Augmentation(degrees=10, plain=0.2),
)


@pytest.fixture
def editor(qtbot):
    worker = Worker()
    page = AugmentationEditor(worker, lambda pixels, augmentation, count, seed: np.repeat(pixels[None], count, 0))
    dialog = RecipeEditor(NETWORKS, lambda: ["fast", "mine"], page)
    qtbot.addWidget(dialog)
    yield dialog
    worker.stop()


@pytest.fixture
def used(editor):
    runs = []
    editor.recipe_used.connect(lambda recipe, seed: runs.append((recipe, seed)))
    return runs


def click(editor, name):
    button = editor.findChild(QPushButton, name)
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def enter(editor, name, text, kind=NumberBox):
    field = editor.findChild(kind, name)
    field.selectAll()
    QTest.keyClicks(field, text)
    return field


def choose(editor, name, value):
    box = editor.findChild(QComboBox, name)
    box.setCurrentIndex(box.findData(value))


def test_an_untouched_recipe_is_used_as_it_is(editor, used):
    editor.show_recipe(FAST, 7)
    click(editor, "use_button")
    assert used == [(FAST, 7)]
    assert used[0][0] is FAST
    assert not editor.isVisible()


@given(RECIPES, st.integers(*SEED.limits))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_recipe_comes_back_to_the_last_digit(editor, used, recipe, seed):
    recipe = replace(recipe, network="large")
    editor.show_recipe(recipe, seed)
    click(editor, "use_button")
    assert used.pop() == (recipe, seed)


def test_a_changed_recipe_is_another_one(editor, used):
    """Every field that has no place in the dialog is carried over."""
    editor.show_recipe(FAST, 0)
    enter(editor, "epochs", "5")
    enter(editor, "learning_rate", "1e-4")
    enter(editor, "seed", "9223372036854775807")
    click(editor, "use_button")
    changed = replace(FAST, id="fast-changed", title="Fast, changed", epochs=5, learning_rate=1e-4)
    assert used == [(changed, 2**63 - 1)]


def test_a_changed_recipe_is_not_renamed_again(editor):
    editor.show_recipe(replace(FAST, id="fast-changed", title="Fast, changed"), 0)
    enter(editor, "epochs", "5")
    assert (editor.recipe().id, editor.recipe().title) == ("fast-changed", "Fast, changed")


def test_a_changed_recipe_can_be_used_however_long_its_name_is(editor):
    editor.show_recipe(replace(FAST, id="a" * 64, title="ß" * 100), 0)
    enter(editor, "epochs", "5")
    check_recipe(editor.recipe())


def test_a_title_of_the_persons_own_is_kept(editor):
    editor.show_recipe(FAST, 0)
    enter(editor, "title", "Slow", QLineEdit)
    assert (editor.recipe().id, editor.recipe().title) == ("fast-changed", "Slow")


@pytest.mark.parametrize(
    "name",
    [
        "epochs",
        "batch",
        "validation_images",
        "label_smoothing",
        "ema_decay",
        "mean",
        "std",
        "learning_rate",
        "weight_decay",
    ],
)
@given(data=st.data())
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_stays_within_the_limits(editor, name, data):
    editor.show_recipe(FAST, 0)
    enter(editor, name, data.draw(st.text("0123456789.,e-+ ", max_size=8)))
    check_recipe(editor.recipe())


@pytest.mark.parametrize(
    ("text", "value"), [("1e-4", 1e-4), ("0.0001", 1e-4), ("0,02", 0.02), ("99", 9), ("1e-", 1), ("inf", 0.003)]
)
def test_a_learning_rate_is_typed_as_people_write_it(editor, text, value):
    """The second 9 and 'inf' cannot be typed; an unfinished number falls back to the last whole one."""
    editor.show_recipe(FAST, 0)
    box = enter(editor, "learning_rate", text)
    QTest.keyClick(box, Qt.Key.Key_Tab)
    assert editor.recipe().learning_rate == value


def test_the_arrows_go_through_round_numbers(editor):
    editor.show_recipe(FAST, 0)
    box = editor.findChild(NumberBox, "learning_rate")
    seen = []
    for key in [Qt.Key.Key_Up] * 4 + [Qt.Key.Key_Down] * 8:
        QTest.keyClick(box, key)
        seen.append(box.value())
    assert seen == [0.005, 0.01, 0.02, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001]


def test_the_arrows_reach_both_ends(editor):
    editor.show_recipe(FAST, 0)
    box = editor.findChild(NumberBox, "weight_decay")
    box.stepBy(-100)
    assert box.value() == SETTINGS["weight_decay"].limits[0]
    box.stepBy(100)
    assert box.value() == SETTINGS["weight_decay"].limits[1]


@pytest.mark.parametrize("optimiser", SETTINGS["optimiser"].choices)
@pytest.mark.parametrize("schedule", SETTINGS["schedule"].choices)
def test_only_fields_that_count_are_shown(editor, optimiser, schedule):
    editor.show_recipe(FAST, 0)
    choose(editor, "optimiser", optimiser)
    choose(editor, "schedule", schedule)
    assert editor.findChild(NumberBox, "momentum").isVisible() == (optimiser == "sgd")
    assert editor.findChild(NumberBox, "weight_decay").isVisible() == (optimiser == "adamw")
    assert editor.findChild(NumberBox, "factor").isVisible() == (schedule == "steps")
    assert editor.findChild(QLineEdit, "milestones").isVisible() == (schedule == "steps")
    assert (editor.recipe().optimiser, editor.recipe().schedule) == (optimiser, schedule)


def test_the_precision_is_shown_and_can_be_changed(editor):
    editor.show_recipe(replace(FAST, precision="mixed"), 0)
    assert editor.recipe().precision == "mixed"
    choose(editor, "precision", "full")
    assert editor.recipe().precision == "full"


@pytest.mark.parametrize(("text", "milestones"), [("0, 5,10 ", (0, 5, 10)), ("7", (7,)), ("", ())])
def test_milestones_are_a_list_of_epochs(editor, text, milestones):
    editor.show_recipe(replace(FAST, schedule="steps", milestones=(1,)), 0)
    editor.findChild(QLineEdit, "milestones").setText(text)
    assert editor.recipe().milestones == milestones


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("milestones", "5, x", "Enter epochs from 0 to 1,000 in rising order, 100 at most."),
        ("milestones", "5, 5", "Enter epochs from 0 to 1,000 in rising order, 100 at most."),
        ("milestones", "²", "Enter epochs from 0 to 1,000 in rising order, 100 at most."),
        ("title", "  ", "Give the recipe a title."),
    ],
)
def test_what_cannot_be_used_is_said_beside_the_field(editor, name, text, said):
    editor.show_recipe(replace(FAST, schedule="steps"), 0)
    field = editor.findChild(QLineEdit, name)
    good = field.text()
    field.setText(text)
    label = next(label for label in editor.findChildren(ProblemLabel) if label.isVisible())
    assert label.text() == said
    assert 0 < label.mapTo(editor, QPoint()).y() - field.mapTo(editor, QPoint()).y() < 64
    for button in ("use_button", "save_as_button", "export_button"):
        assert not editor.findChild(QPushButton, button).isEnabled()
    field.setText(good)
    assert not any(label.isVisible() for label in editor.findChildren(ProblemLabel))
    assert editor.recipe() == replace(FAST, schedule="steps")


def test_a_network_that_is_not_there_is_said_and_another_can_be_chosen(editor):
    editor.show_recipe(replace(FAST, network="gone"), 0)
    assert editor.recipe() is None
    assert [label.text() for label in editor.findChildren(ProblemLabel) if label.isVisible()] == [
        "This digitpad has no network “gone”. Choose another."
    ]
    choose(editor, "network", "large")
    assert editor.recipe().network == "large"


def test_a_recipe_is_saved_under_a_new_title_with_a_free_id(editor, qtbot):
    editor.show_recipe(FAST, 0)
    enter(editor, "epochs", "5")
    click(editor, "save_as_button")
    title = editor.findChild(QLineEdit, "save_title")
    assert title.text() == "Fast, changed"
    QTest.keyClicks(title, "Mine")
    with qtbot.waitSignal(editor.recipe_save_requested) as asked:
        QTest.keyClick(title, Qt.Key.Key_Return)
    mine = replace(FAST, id="mine-2", title="Mine", epochs=5)
    assert asked.args == [mine]
    assert editor.isVisible()
    editor.show_saved(mine)
    assert editor.recipe() == mine
    assert not editor.findChild(QPushButton, "reset_button").isEnabled()


def test_an_own_recipe_that_keeps_its_title_is_replaced(editor, qtbot):
    mine = replace(FAST, id="mine", title="Mine")
    editor.show_recipe(mine, 0, own=True)
    enter(editor, "epochs", "5")
    click(editor, "save_as_button")
    with qtbot.waitSignal(editor.recipe_save_requested) as asked:
        click(editor, "save_recipe_button")
    assert asked.args == [replace(mine, epochs=5)]


def test_an_own_recipe_is_renamed_and_nothing_else_of_it_changed(editor, qtbot):
    mine = replace(FAST, id="mine", title="Mine")
    editor.show_recipe(mine, 0, own=True)
    enter(editor, "epochs", "5")
    click(editor, "rename_button")
    title = editor.findChild(QLineEdit, "save_title")
    assert title.text() == "Mine"
    QTest.keyClicks(title, "My own")
    assert title.accessibleDescription() == "Its id stays mine."
    with qtbot.waitSignal(editor.recipe_save_requested) as asked:
        QTest.keyClick(title, Qt.Key.Key_Return)
    renamed = replace(mine, title="My own")
    assert asked.args == [renamed]
    editor.show_saved(renamed)
    assert editor.recipe() == replace(renamed, id="mine-changed", title="My own, changed", epochs=5)
    click(editor, "save_as_button")
    assert editor.findChild(QLineEdit, "save_title").text() == "My own", "to save what was changed too"


def test_an_empty_title_is_not_saved(editor):
    editor.show_recipe(FAST, 0)
    click(editor, "save_as_button")
    title = editor.findChild(QLineEdit, "save_title")
    QTest.keyClick(title, Qt.Key.Key_Backspace)
    assert not editor.findChild(QPushButton, "save_recipe_button").isEnabled()


def test_escape_leaves_the_title_and_then_the_dialog(editor, used):
    editor.show_recipe(FAST, 0)
    click(editor, "save_as_button")
    title = editor.findChild(QLineEdit, "save_title")
    QTest.keyClick(title, Qt.Key.Key_Escape)
    assert editor.isVisible()
    assert not title.isVisible()
    QTest.keyClick(editor.findChild(NumberBox, "epochs"), Qt.Key.Key_Escape)
    assert not editor.isVisible()
    assert used == []


def test_enter_uses_the_recipe(editor, used):
    editor.show_recipe(FAST, 0)
    QTest.keyClick(enter(editor, "epochs", "5"), Qt.Key.Key_Return)
    assert used[0][0].epochs == 5


def test_reset_undoes_everything_but_the_seed(editor, used):
    editor.show_recipe(FAST, 0)
    reset = editor.findChild(QPushButton, "reset_button")
    assert not reset.isEnabled()
    enter(editor, "epochs", "5")
    enter(editor, "degrees", "45")
    enter(editor, "title", "x", QLineEdit)
    enter(editor, "seed", "12")
    choose(editor, "network", "large")
    click(editor, "reset_button")
    assert not reset.isEnabled()
    click(editor, "use_button")
    assert used == [(FAST, 12)]


def test_files_are_asked_for(editor, qtbot):
    editor.show_recipe(FAST, 0)
    with qtbot.waitSignal(editor.export_requested) as asked:
        click(editor, "export_button")
    assert asked.args == [FAST]
    with qtbot.waitSignal(editor.import_requested):
        click(editor, "import_button")
    editor.notice.say("broken.json is not a recipe.")
    assert editor.notice.isVisible()
    editor.show_recipe(FAST, 0)
    assert not editor.notice.isVisible()


def test_the_augmentation_says_what_it_comes_to(editor):
    editor.show_recipe(FAST, 0)
    editor.findChild(QTabWidget).setCurrentIndex(1)
    enter(editor, "scale", "0.1")
    enter(editor, "shear", "0.15")
    words = [label.text() for label in editor.augmentation.findChildren(QLabel)]
    assert {"×0.90–1.11", "±8.5°", "20 %"} <= set(words)
    assert editor.recipe().augmentation == Augmentation(degrees=10, plain=0.2, scale=0.1, shear=0.15)


def test_the_curve_follows_the_fields(editor):
    editor.show_recipe(FAST, 0)
    curve = editor.training.curve
    assert curve.accessibleDescription() == "Starts at 0.00012, rises to 0.003 at most, ends at 1.2e-08"
    before = curve.grab().toImage()
    enter(editor, "learning_rate", "0.01")
    assert curve.accessibleDescription() == "Starts at 0.0004, rises to 0.01 at most, ends at 4e-08"
    assert curve.grab().toImage() != before


def test_the_curve_shows_the_value_under_the_cursor(editor, qtbot):
    with qtbot.waitExposed(editor):  # or the cursor still leaves it for a window of the test before
        editor.show_recipe(FAST, 0)
    curve = editor.training.curve
    plain = curve.grab().toImage()
    place = QPointF(curve.width() / 2, 40)  # sent to the widget itself: the machine's own mouse may be elsewhere
    none = Qt.MouseButton.NoButton
    move = QMouseEvent(QEvent.Type.MouseMove, place, place, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(curve, move)
    assert curve.words() == "learning rate 0.002069 after 1.5 epochs"
    assert curve.grab().toImage() != plain


def test_another_theme_is_painted(editor, wear):
    editor.show_recipe(FAST, 0)
    before = editor.training.curve.grab().toImage()
    wear("dark")
    assert editor.training.curve.grab().toImage() != before


def test_every_field_has_a_name_and_says_what_it_does(editor):
    for kind in (NumberBox, QComboBox):
        for field in editor.findChildren(kind):
            assert field.accessibleName()
            assert field.accessibleDescription().endswith(".")
            assert field.toolTip()
