"""The fields that say how a recipe trains."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from digitpad.domain.errors import InputError
from digitpad.domain.recipe import LIMITS, OPTIMISERS, PRECISIONS, SCHEDULES, SEEDS, Recipe, check_milestones
from digitpad.ui.common.format import numeral
from digitpad.ui.common.number_box import NumberBox
from digitpad.ui.common.theme import Theme
from digitpad.ui.curves.rate_curve import LearningRateAt, LearningRateCurve


class ProblemLabel(QLabel):
    """A sentence in amber under the field that it is about; takes no room while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("note", True)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.setStyleSheet(f"color: {theme.amber}")

    def say(self, sentence: str) -> None:
        """Show a sentence, or nothing where it is empty."""
        self.setText(sentence)
        self.setVisible(bool(sentence))


def described(widget: QWidget, name: str, tip: str) -> None:
    """Give a field its name and what it does, for those who see and those who hear."""
    widget.setToolTip(f"<p>{escape(tip)}</p>")  # plain text would be one long line
    widget.setAccessibleName(name)
    widget.setAccessibleDescription(tip)


class TrainingFields(QWidget):
    """Everything but the title, the network and the augmentation; and the seed, which belongs to the run.

    What a person has not touched comes back to the last digit as it was given.

    Signals:
        edited: a value is another one.
    """

    edited = Signal()

    def __init__(self, learning_rate_at: LearningRateAt, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given = ""
        self._milestones: tuple[int, ...] = ()
        images = self.tr(" images")
        self._numbers = {
            "epochs": NumberBox(LIMITS["epochs"], 1, whole=True),
            "batch": NumberBox(LIMITS["batch"], 8, whole=True, suffix=images),
            "validation_images": NumberBox(LIMITS["validation_images"], 1000, whole=True, suffix=images),
            "mean": NumberBox(LIMITS["mean"], 0.1),
            "std": NumberBox(LIMITS["std"], 0.1),
            "label_smoothing": NumberBox(LIMITS["label_smoothing"], 0.05),
            "ema_decay": NumberBox(LIMITS["ema_decay"], 0.001),
            "learning_rate": NumberBox(LIMITS["learning_rate"]),
            "momentum": NumberBox(LIMITS["momentum"], 0.05),
            "weight_decay": NumberBox(LIMITS["weight_decay"]),
            "factor": NumberBox(LIMITS["factor"], 0.1),
        }
        self._optimiser, self._schedule, self._precision = QComboBox(), QComboBox(), QComboBox()
        for box, ids, words in (
            (self._optimiser, OPTIMISERS, ("AdamW", "Adam", "SGD")),
            (self._schedule, SCHEDULES, (self.tr("One cycle"), self.tr("Constant"), self.tr("Steps"))),
            (self._precision, PRECISIONS, (self.tr("Full"), self.tr("Mixed"))),
        ):
            for value, word in zip(ids, words, strict=True):
                box.addItem(word, value)
            box.currentIndexChanged.connect(self._on_edited)
        self._points, self._seed = QLineEdit(), QLineEdit()
        self._points.setMaxLength(600)
        self._seed.setMaxLength(len(str(SEEDS[1])))
        for text in (self._points, self._seed):
            text.setMinimumHeight(24)
        self._points_problem, self._seed_problem = ProblemLabel(), ProblemLabel()
        self.curve = LearningRateCurve(learning_rate_at)
        for name, number in self._numbers.items():
            number.setObjectName(name)
            number.valueChanged.connect(self._on_edited)
        for name, field in (("milestones", self._points), ("seed", self._seed)):
            field.setObjectName(name)
            field.textChanged.connect(self._on_edited)
        self._optimiser.setObjectName("optimiser")
        self._schedule.setObjectName("schedule")
        self._precision.setObjectName("precision")
        columns = QHBoxLayout(self)
        columns.setContentsMargins(16, 16, 16, 16)
        columns.setSpacing(32)
        columns.addLayout(self._left(), 1)
        columns.addLayout(self._right(), 1)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.curve.set_theme(theme)
        self._points_problem.set_theme(theme)
        self._seed_problem.set_theme(theme)

    def show_recipe(self, recipe: Recipe, seed: int) -> None:
        """Show a recipe's values, and a run's seed."""
        for name, box in self._numbers.items():
            box.show_number(getattr(recipe, name))
        self._milestones = recipe.milestones
        self._given = ", ".join(map(str, recipe.milestones))
        self._points.setText(self._given)
        self._seed.setText(str(seed))
        self._optimiser.setCurrentIndex(OPTIMISERS.index(recipe.optimiser))
        self._schedule.setCurrentIndex(SCHEDULES.index(recipe.schedule))
        self._precision.setCurrentIndex(PRECISIONS.index(recipe.precision))
        self._on_edited()

    def applied(self, recipe: Recipe) -> Recipe:
        """The recipe with these fields' values; milestones that cannot be used are left as they were."""
        values: dict[str, Any] = {name: box.number() for name, box in self._numbers.items()}
        return replace(
            recipe,
            optimiser=self._optimiser.currentData(),
            schedule=self._schedule.currentData(),
            precision=self._precision.currentData(),
            milestones=self._read_milestones()[0],
            **values,
        )

    @property
    def seed(self) -> int:
        """The seed of the run; 0 where none can be read."""
        return int(self._seed.text()) if not self._seed_sentence() else 0

    @property
    def problem(self) -> str:
        """A sentence that says what cannot be used, or ''."""
        return self._read_milestones()[1] or self._seed_sentence()

    def _left(self) -> QVBoxLayout:
        rows = (
            (
                "epochs",
                self.tr("Epochs"),
                self.tr("How often the network sees every training image. More learn more, and take longer."),
            ),
            (
                "batch",
                self.tr("Batch size"),
                self.tr("Small batches learn more from each image and take longer; large ones step more steadily."),
            ),
            (
                "validation_images",
                self.tr("Held out"),
                self.tr(
                    "Training images kept aside to choose the best epoch on and to calibrate the confidence. With 0 "
                    "the network trains on all of them, and the last epoch counts."
                ),
            ),
            (
                "mean",
                self.tr("Mean"),
                self.tr("Pixels, 0 to 1, have this subtracted. 0.1307 is MNIST's own mean; 0 changes nothing."),
            ),
            (
                "std",
                self.tr("Standard deviation"),
                self.tr("Pixels are divided by this. Networks learn faster from numbers that spread around 0 by 1."),
            ),
        )
        care = (
            (
                "label_smoothing",
                self.tr("Label smoothing"),
                self.tr("This share of each label is spread over all ten digits, so that the network stays humble."),
            ),
            (
                "ema_decay",
                self.tr("Weight averaging"),
                self.tr(
                    "Keeps a running average of the weights, which often reads better: 0.998 averages over some 500 "
                    "steps. 0 keeps the last weights."
                ),
            ),
        )
        images, careful, run = QFormLayout(), QFormLayout(), QFormLayout()
        for form, group in ((images, rows), (careful, care)):
            for name, label, tip in group:
                _add(form, label, self._numbers[name], tip)
        tip = self.tr("Decides everything random. The same seed on the same device gives the same run.")
        _add(run, self.tr("Seed"), self._seed, tip, self._seed_problem)
        tip = self.tr(
            "Mixed computes in shorter numbers where the device is quicker with them. A run then takes about two "
            "thirds of the time."
        )
        _add(run, self.tr("Precision"), self._precision, tip)
        column = QVBoxLayout()
        column.setSpacing(8)
        for heading, form in (
            (self.tr("Images"), images),
            (self.tr("Against overfitting"), careful),
            (self.tr("This run"), run),
        ):
            column.addWidget(_heading(heading))
            column.addLayout(form)
            column.addSpacing(8)
        column.addStretch()
        return column

    def _right(self) -> QVBoxLayout:
        numbers, optimiser = self._numbers, QFormLayout()
        self._optimiser_rows, self._schedule_rows = optimiser, QFormLayout()
        tip = self.tr("How a step is made of the slope. Plain SGD needs the right rate; Adam and AdamW adapt it.")
        _add(optimiser, self.tr("Optimiser"), self._optimiser, tip)
        tip = self.tr(
            "How far a step goes, the highest of the schedule. Too small learns slowly, too large not at all."
        )
        _add(optimiser, self.tr("Learning rate"), numbers["learning_rate"], tip)
        tip = self.tr("How much of the last step is carried on. A one-cycle schedule sets it itself.")
        _add(optimiser, self.tr("Momentum"), numbers["momentum"], tip)
        tip = self.tr("Pulls weights towards 0, so that none grows without need.")
        _add(optimiser, self.tr("Weight decay"), numbers["weight_decay"], tip)
        tip = self.tr("How the learning rate changes: up and down once, not at all, or in steps at some epochs.")
        _add(self._schedule_rows, self.tr("Schedule"), self._schedule, tip)
        tip = self.tr("The epochs, counted from 0, at whose start the rate is multiplied by the factor: 5, 10, 15.")
        _add(self._schedule_rows, self.tr("At epochs"), self._points, tip, self._points_problem)
        tip = self.tr("What the learning rate is multiplied by at each of these epochs.")
        _add(self._schedule_rows, self.tr("Factor"), numbers["factor"], tip)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(_heading(self.tr("Learning")))
        column.addLayout(optimiser)
        column.addSpacing(8)
        column.addWidget(_heading(self.tr("Over the run")))
        column.addLayout(self._schedule_rows)
        column.addSpacing(8)
        column.addWidget(self.curve, 1)
        return column

    @Slot()
    def _on_edited(self) -> None:
        """Show the fields that count, and what is wrong with them."""
        optimiser, schedule = self._optimiser.currentData(), self._schedule.currentData()
        self._optimiser_rows.setRowVisible(self._numbers["momentum"], optimiser == "sgd")
        self._optimiser_rows.setRowVisible(self._numbers["weight_decay"], optimiser == "adamw")
        self._numbers["momentum"].setEnabled(schedule != "one-cycle")
        for field in (self._points, self._numbers["factor"]):
            self._schedule_rows.setRowVisible(field, schedule == "steps")
        self._points_problem.say(self._read_milestones()[1])
        self._seed_problem.say(self._seed_sentence())
        self.edited.emit()

    def _read_milestones(self) -> tuple[tuple[int, ...], str]:
        """The milestones, and a sentence where those entered cannot be used."""
        text = self._points.text()
        if text == self._given or self._schedule.currentData() != "steps":
            return self._milestones, ""
        words = text.replace(",", " ").split()
        milestones = tuple(int(word) if word.isascii() and word.isdigit() else word for word in words)
        try:
            check_milestones(milestones)
        except InputError:
            text = self.tr("List epochs from 0 to {most} in rising order: 5, 10, 15.")
            return self._milestones, text.format(most=numeral(LIMITS["epochs"][1]))
        return tuple(map(int, milestones)), ""

    def _seed_sentence(self) -> str:
        text = self._seed.text()
        if text.isascii() and text.isdigit() and int(text) <= SEEDS[1]:
            return ""
        return self.tr("Enter a whole number from 0 to {most}.").format(most=numeral(SEEDS[1]))


def _heading(words: str) -> QLabel:
    label = QLabel(words)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label


def _add(form: QFormLayout, name: str, field: QWidget, tip: str, problem: ProblemLabel | None = None) -> None:
    """Add a row: a name, a field that says what it does, and room for what is wrong with it."""
    form.setHorizontalSpacing(16)
    form.setVerticalSpacing(8)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    described(field, name, tip)
    label = QLabel(name)
    label.setToolTip(field.toolTip())
    label.setBuddy(field)
    label.setMinimumWidth(128)
    form.addRow(label, field)
    if problem is not None:
        form.setWidget(form.rowCount(), QFormLayout.ItemRole.FieldRole, problem)
