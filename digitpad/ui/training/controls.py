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
from digitpad.domain.reports import EpochReport, Preparing, Report, StepsReport
from digitpad.domain.run import RunInfo
from digitpad.ui.common.elided import ElidedLabel
from digitpad.ui.common.format import duration, numeral, percent
from digitpad.ui.common.theme import text_font


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
        self._accuracy = ""
        self._words = ""
        self._paused = False
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
        self.show_idle()

    @property
    def recipe(self) -> Recipe | None:
        """The recipe that is chosen."""
        index = self.recipe_combo.currentIndex()
        return self._recipes[index] if 0 <= index < len(self._recipes) else None

    def show_recipes(self, recipes: Sequence[Recipe], selected: str) -> None:
        """Offer recipes, and choose one by its id; the first where there is no such."""
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

    def show_idle(self, words: str = "") -> None:
        """No run goes on; say how the last one ended."""
        self.train_button.setEnabled(True)
        self.recipe_combo.setEnabled(True)
        self.pause_button.setEnabled(False)
        self.stop_button.setEnabled(False)
        self.show_paused(False)
        self._bar.setRange(0, 1000)
        self._bar.setValue(0)
        self._bar.setVisible(False)
        self._say(words)

    def show_asked(self) -> None:
        """A run was asked for."""
        self.train_button.setEnabled(False)
        self.recipe_combo.setEnabled(False)
        self.stop_button.setEnabled(True)
        self._accuracy = ""
        self._bar.setRange(0, 0)
        self._bar.setVisible(True)
        self._say(self.tr("Reading the data…"))

    def show_preparing(self, preparing: Preparing) -> None:
        """Say how far the making of drawings to train on has come."""
        self.pause_button.setEnabled(True)
        self._bar.setRange(0, preparing.total)
        self._bar.setValue(preparing.done)
        words = self.tr("Varying drawings: {done} of {total} · {left} left")
        left = duration(preparing.remaining_seconds)
        self._say(words.format(done=numeral(preparing.done), total=numeral(preparing.total), left=left))

    def show_started(self, info: RunInfo) -> None:
        """A run trains from now on."""
        self.pause_button.setEnabled(True)
        self._bar.setRange(0, 1000)
        self._bar.setValue(0)
        self._say(self.tr("Training {name}").format(name=info.recipe.title))

    def show_paused(self, paused: bool) -> None:
        """Say whether the run waits."""
        self._paused = paused
        self.pause_button.setText(self.tr("Go on") if paused else self.tr("Pause"))
        self._say(self._words)

    def show_stopping(self, began: bool) -> None:
        """The run was told to stop, after its first step or before."""
        self.pause_button.setEnabled(False)
        self.stop_button.setEnabled(False)
        self.show_paused(False)
        self._say(self.tr("Saving what was learned…") if began else self.tr("Stopping…"))

    def show_report(self, report: Report) -> None:
        """Say how far the run has come."""
        if isinstance(report, StepsReport):
            self._bar.setValue(round(1000 * report.last / report.steps))
            words = self.tr("Epoch {epoch} of {epochs} · {speed} images/s · {elapsed} · {left} left").format(
                epoch=report.epoch,
                epochs=report.epochs,
                speed=numeral(report.images_per_second, 0),
                elapsed=duration(report.train_seconds),
                left=duration(report.remaining_seconds),
            )
            self._say(words + self._accuracy)
        elif isinstance(report, EpochReport):
            self._accuracy = self.tr(" · test {accuracy}").format(accuracy=percent(report.test_accuracy, 2))

    def _button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        return button

    def _say(self, words: str) -> None:
        self._words = words
        if self._paused:  # the step under way still reports
            words = self.tr("Paused. {words}").format(words=words)
        self._text.setText(words)
        self._text.setAccessibleName(words)

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
