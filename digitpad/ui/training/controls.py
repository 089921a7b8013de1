"""Recipe, Train, Pause, Stop, and how far the run has come."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QLabel, QProgressBar, QWidget

from digitpad.domain.recipe import Recipe
from digitpad.domain.run import RunInfo
from digitpad.ui.common.format import duration, numeral, percent
from digitpad.ui.common.layouts import FlowLayout, column, row
from digitpad.ui.common.theme import text_font
from digitpad.ui.common.widgets import ElidedLabel, named, push_button
from digitpad.ui.session.training_session import Phase, TrainingState


class TrainLine(QWidget):
    """What is needed to train, above how far it has come."""

    train_requested = Signal()
    pause_requested = Signal()
    stop_requested = Signal()
    resume_requested = Signal(str)  # the id of the run that was stopped or broke off
    recipe_selected = Signal(object)  # the Recipe, by a person or by `show_recipes`

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipes: list[Recipe] = []
        self._awaited = ""  # id of a recipe that is to be chosen once it is there
        self._resumable = ""  # the id of a run
        self.recipe_combo = named(QComboBox(), "recipe_combo", self.tr("Recipe"))
        self.recipe_combo.setMinimumWidth(120)
        self.recipe_combo.currentIndexChanged.connect(self._on_recipe_chosen)
        tip = self.tr("Train a network (F5)")
        self.train_button = push_button(self.tr("Train"), "train_button", self.train_requested, tip)
        tip = self.tr("Pause the run (F6)")
        self.pause_button = push_button(self.tr("Pause"), "pause_button", self.pause_requested, tip)
        tip = self.tr("Stop the run and keep what was learned (Shift+F5); once more skips the test at its end")
        self.stop_button = push_button(self.tr("Stop"), "stop_button", self.stop_requested, tip)
        tip = self.tr("Go on with the run from where it ended")
        self.resume_button = push_button(self.tr("Resume"), "resume_run_button", self._on_resume, tip)
        # A disabled button says nothing of its state but this; words that change must not move the others.
        words, metrics = (self.tr("Pause"), self.tr("Go on"), self.tr("Resume")), self.pause_button.fontMetrics()
        for button in (self.pause_button, self.resume_button):  # the second takes the place of the first
            button.setMinimumWidth(max(map(metrics.horizontalAdvance, words)) + 40)
        self.stop_button.setMinimumWidth(metrics.horizontalAdvance(self.tr("Skip test")) + 40)
        buttons = self.train_button, self.resume_button, self.pause_button, self.stop_button
        for button in buttons:
            button.setAutoDefault(False)
        self.train_button.setDefault(True)
        self._bar = named(QProgressBar(textVisible=False), "training_progress", self.tr("Progress of the run"))
        self._bar.setFixedSize(120, 6)
        self._text = named(ElidedLabel(), "training_text")
        self._text.setFont(text_font())
        label = QLabel(self.tr("Recipe"))
        label.setBuddy(self.recipe_combo)
        recipe = QWidget()
        row(label, self.recipe_combo, parent=recipe)
        # large type needs two lines where the window is small
        column(FlowLayout(recipe, *buttons), row(self._bar, (self._text, 1)), parent=self, spacing=4)
        self.show_state(TrainingState())

    @property
    def recipe(self) -> Recipe | None:
        index = self.recipe_combo.currentIndex()
        return self._recipes[index] if 0 <= index < len(self._recipes) else None

    @Slot(object, str)
    def show_recipes(self, recipes: Sequence[Recipe], selected: str) -> None:
        """Offer recipes, and choose one by its id, with '' the same as before; the first until there is such a one."""
        selected = selected or self._awaited or (self.recipe.id if self.recipe else "")
        self._awaited = "" if any(recipe.id == selected for recipe in recipes) else selected
        combo, self._recipes = self.recipe_combo, list(recipes)
        with QSignalBlocker(combo):
            combo.clear()
            for index, recipe in enumerate(recipes):
                combo.addItem(recipe.title, recipe.id)
                combo.setItemData(index, recipe.teaches, Qt.ItemDataRole.ToolTipRole)
            combo.setCurrentIndex(max(0, combo.findData(selected)))
        self._on_recipe()

    def show_state(self, state: TrainingState, is_loading: bool = False) -> None:
        """Say how far the run has come, or how it ended; before it begins, whether PyTorch is still being loaded."""
        phase, is_active = state.phase, state.is_active
        self._resumable = _resumable(state)
        can_pause = phase is Phase.PAUSED or (is_active and bool(state.run or state.preparing))
        had_focus = self._has_focus()
        for part in (self.train_button, self.recipe_combo):
            part.setEnabled(not is_active)
        self.resume_button.setVisible(bool(self._resumable))
        self.pause_button.setHidden(bool(self._resumable))
        self.pause_button.setEnabled(can_pause and phase is not Phase.STOPPING)
        self.pause_button.setText(self.tr("Go on") if phase is Phase.PAUSED else self.tr("Pause"))
        self.stop_button.setEnabled(is_active and (phase is not Phase.STOPPING or state.run is not None))
        self.stop_button.setText(self.tr("Skip test") if phase is Phase.STOPPING and state.run else self.tr("Stop"))
        if had_focus and (self.window().focusWidget() is self or not self._has_focus()):
            # Qt hands the focus of a button that is disabled on to the form, where Space would open the recipe.
            next(part for part in (self.stop_button, self.train_button, self) if part.isEnabled()).setFocus()
        self._bar.setVisible(is_active)
        done = total = 0
        if state.run is not None:
            done, total = round(1000 * state.steps.last / state.steps.steps) if state.steps else 0, 1000
        elif state.preparing is not None:
            done, total = state.preparing.done, state.preparing.total
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        words = self._words(state, is_loading)
        self._text.setText(words)
        self._text.setAccessibleName(words)

    def _has_focus(self) -> bool:
        focus = self.window().focusWidget()
        return focus is not None and (focus is self or self.isAncestorOf(focus))

    def _words(self, state: TrainingState, is_loading: bool) -> str:
        match state.phase:
            case Phase.IDLE:
                return ""
            case Phase.STOPPING:
                return self.tr("Testing and saving what was learned…") if state.run else self.tr("Stopping…")
            case Phase.FINISHED:
                return self._end_words(state.run) if state.run else self.tr("Stopped before training began")
            case Phase.FAILED:
                return self.tr("The run ended early") if state.run else self.tr("The run did not begin")
            case Phase.PAUSED:  # the step under way still reports
                return self.tr("Paused. {words}").format(words=self._progress_words(state, is_loading))
        return self._progress_words(state, is_loading)

    def _end_words(self, run: RunInfo) -> str:
        finished = run.state == "finished"
        words = self.tr("Run {name} finished in {time}") if finished else self.tr("Run {name} stopped after {time}")
        if run.best_accuracy is not None:
            words += self.tr(": {accuracy} of the test images read right")
        accuracy = percent(run.best_accuracy or 0.0, 2)
        return words.format(name=run.name, time=duration(run.train_seconds), accuracy=accuracy)

    def _progress_words(self, state: TrainingState, is_loading: bool) -> str:
        steps, preparing = state.steps, state.preparing
        if steps is not None:
            words = self.tr("Epoch {epoch} of {epochs} · {speed} images/s · {elapsed} · {left} left").format(
                epoch=steps.epoch,
                epochs=steps.epochs,
                speed=numeral(steps.images_per_second, 0),
                elapsed=duration(steps.train_seconds),
                left=duration(steps.remaining_seconds),
            )
            if state.epoch is not None:
                words += self.tr(" · test {accuracy}").format(accuracy=percent(state.epoch.test_accuracy, 2))
            return words
        if state.run is not None:
            return self.tr("Training run {name}").format(name=state.run.name)
        if preparing is None:
            return self.tr("Loading PyTorch…") if is_loading else self.tr("Reading the data…")
        words = self.tr("Varying drawings: {done} of {total} · {left} left")
        left = duration(preparing.remaining_seconds)
        return words.format(done=numeral(preparing.done), total=numeral(preparing.total), left=left)

    @Slot()
    def _on_recipe_chosen(self) -> None:
        self._awaited = ""
        self._on_recipe()

    @Slot()
    def _on_resume(self) -> None:
        self.resume_requested.emit(self._resumable)

    @Slot()
    def _on_recipe(self) -> None:
        if self.recipe is not None:
            self.recipe_combo.setToolTip(self.recipe.teaches)
            self.recipe_combo.setAccessibleDescription(self.recipe.teaches)
            self.recipe_selected.emit(self.recipe)


def _resumable(state: TrainingState) -> str:
    """The id of the run that has ended before its time and can go on; '' where there is none."""
    run, phase = state.run, state.phase
    was_stopped = run is not None and phase is Phase.FINISHED and run.state == "stopped"
    broke_off = run is not None and phase is Phase.FAILED and run.epochs_done > 0
    return run.id if run is not None and (was_stopped or broke_off) else ""
