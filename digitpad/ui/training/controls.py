"""The line that training closes to: recipe, Train, Pause, Stop, and how far the run has come."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from digitpad.domain.recipe import Recipe
from digitpad.domain.run import RunInfo
from digitpad.ui.common.elided import ElidedLabel
from digitpad.ui.common.format import duration, numeral, percent
from digitpad.ui.common.theme import text_font
from digitpad.ui.session.training_session import Phase, TrainingState


class TrainLine(QWidget):
    """What is needed to train, on one line.

    Signals:
        train_requested, pause_requested, stop_requested: the buttons were pressed.
        recipe_chosen: the Recipe that was chosen, by a person or by `show_recipes`.
        toggled: whether what lies below the line is to be seen.
    """

    train_requested = Signal()
    pause_requested = Signal()
    stop_requested = Signal()
    recipe_chosen = Signal(object)
    toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipes: list[Recipe] = []
        self._toggle = QToolButton()
        self._toggle.setObjectName("training_toggle")
        self._toggle.setText(self.tr("Training"))
        self._toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._toggle.setArrowType(Qt.ArrowType.RightArrow)
        self._toggle.setCheckable(True)
        self._toggle.setToolTip(self.tr("Show curves, map and runs (Ctrl+T)"))
        self._toggle.toggled.connect(self._on_toggled)
        self.recipe_combo = QComboBox()
        self.recipe_combo.setObjectName("recipe_combo")
        self.recipe_combo.setAccessibleName(self.tr("Recipe"))
        self.recipe_combo.setMinimumWidth(120)
        self.recipe_combo.currentIndexChanged.connect(self._on_recipe)
        self.train_button = self._button("train_button", self.tr("Train"), self.tr("Train a network (F5)"))
        self.pause_button = self._button("pause_button", self.tr("Pause"), self.tr("Pause the run (F6)"))
        self.stop_button = self._button(
            "stop_button", self.tr("Stop"), self.tr("Stop the run and keep what was learned (Shift+F5)")
        )
        # A disabled button says nothing of its state but this; words that change must not move the others.
        width = max(
            self.pause_button.fontMetrics().horizontalAdvance(words) for words in (self.tr("Pause"), self.tr("Go on"))
        )
        self.pause_button.setMinimumWidth(width + 40)
        self.train_button.setDefault(True)
        self.train_button.clicked.connect(self.train_requested)
        self.pause_button.clicked.connect(self.pause_requested)
        self.stop_button.clicked.connect(self.stop_requested)
        self._bar = QProgressBar()
        self._bar.setObjectName("training_progress")
        self._bar.setTextVisible(False)
        self._bar.setFixedSize(120, 6)
        self._bar.setAccessibleName(self.tr("Progress of the run"))
        self._bar.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._text = ElidedLabel()
        self._text.setObjectName("training_text")
        self._text.setFont(text_font())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(8)
        for part in (self._toggle, self.recipe_combo, self.train_button, self.pause_button, self.stop_button):
            row.addWidget(part)
        row.addSpacing(8)
        row.addWidget(self._bar)
        row.addWidget(self._text, 1)
        self.show_state(TrainingState())

    @property
    def recipe(self) -> Recipe | None:
        """The recipe that is chosen."""
        index = self.recipe_combo.currentIndex()
        return self._recipes[index] if 0 <= index < len(self._recipes) else None

    @Slot(object, str)
    def show_recipes(self, recipes: Sequence[Recipe], selected: str) -> None:
        """Offer recipes, and choose one by its id, with '' the same as before; the first where there is no such."""
        selected = selected or (self.recipe.id if self.recipe else "")
        self.recipe_combo.blockSignals(True)
        self.recipe_combo.clear()
        self._recipes = list(recipes)
        for recipe in recipes:
            self.recipe_combo.addItem(recipe.title, recipe.id)
            self.recipe_combo.setItemData(self.recipe_combo.count() - 1, recipe.teaches, Qt.ItemDataRole.ToolTipRole)
        self.recipe_combo.setCurrentIndex(max(0, self.recipe_combo.findData(selected)))
        self.recipe_combo.blockSignals(False)
        self._on_recipe()

    def set_open(self, is_open: bool) -> None:
        """Show that what lies below is open, or closed."""
        self._toggle.setChecked(is_open)

    def show_state(self, state: TrainingState) -> None:
        """Say how far the run has come, or how it ended."""
        phase, is_active = state.phase, state.is_active
        can_pause = phase is Phase.PAUSED or (is_active and bool(state.run or state.preparing))
        self.train_button.setEnabled(not is_active)
        self.recipe_combo.setEnabled(not is_active)
        self.pause_button.setEnabled(can_pause and phase is not Phase.STOPPING)
        self.pause_button.setText(self.tr("Go on") if phase is Phase.PAUSED else self.tr("Pause"))
        self.stop_button.setEnabled(is_active and phase is not Phase.STOPPING)
        self._bar.setVisible(is_active)
        if state.run is not None:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(1000 * state.steps.last / state.steps.steps) if state.steps else 0)
        elif state.preparing is not None:
            self._bar.setRange(0, state.preparing.total)
            self._bar.setValue(state.preparing.done)
        else:
            self._bar.setRange(0, 0)
        words = self._words(state)
        self._text.setText(words)
        self._text.setAccessibleName(words)

    def _words(self, state: TrainingState) -> str:
        match state.phase:
            case Phase.IDLE:
                return ""
            case Phase.STOPPING:
                return self.tr("Saving what was learned…") if state.run else self.tr("Stopping…")
            case Phase.FINISHED:
                return self._end_words(state.run) if state.run else self.tr("Stopped before training began")
            case Phase.FAILED:
                return self.tr("The run ended early") if state.run else self.tr("The run did not begin")
            case Phase.PAUSED:  # the step under way still reports
                return self.tr("Paused. {words}").format(words=self._progress_words(state))
        return self._progress_words(state)

    def _end_words(self, run: RunInfo) -> str:
        finished = run.state == "finished"
        words = self.tr("{name} finished in {time}") if finished else self.tr("{name} stopped after {time}")
        if run.best_accuracy is not None:
            words += self.tr(": {accuracy} of the test images read right")
        accuracy = percent(run.best_accuracy or 0.0, 2)
        return words.format(name=run.recipe.title, time=duration(run.train_seconds), accuracy=accuracy)

    def _progress_words(self, state: TrainingState) -> str:
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
            return self.tr("Training {name}").format(name=state.run.recipe.title)
        if preparing is None:
            return self.tr("Reading the data…")
        words = self.tr("Varying drawings: {done} of {total} · {left} left")
        left = duration(preparing.remaining_seconds)
        return words.format(done=numeral(preparing.done), total=numeral(preparing.total), left=left)

    def _button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        return button

    @Slot()
    def _on_recipe(self) -> None:
        if self.recipe is not None:
            self.recipe_combo.setToolTip(self.recipe.teaches)
            self.recipe_combo.setAccessibleDescription(self.recipe.teaches)
            self.recipe_chosen.emit(self.recipe)

    @Slot(bool)
    def _on_toggled(self, is_open: bool) -> None:
        self._toggle.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self.toggled.emit(is_open)
