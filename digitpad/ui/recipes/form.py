"""The fields that say how a recipe trains."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QBoxLayout, QFormLayout, QLabel, QWidget

from digitpad.domain.recipe import Recipe
from digitpad.domain.run import TrainingConfig
from digitpad.domain.settings_fields import declared
from digitpad.ui.common.layouts import column, row
from digitpad.ui.common.number_box import NumberBox
from digitpad.ui.common.setting_fields import ChoiceBox, NumbersEdit, ProblemLabel, described
from digitpad.ui.curves.rate_curve import LearningRateCurve

Field = NumberBox | ChoiceBox | NumbersEdit

_SETTINGS = {**declared(Recipe), "seed": declared(TrainingConfig)["seed"]}


class TrainingFields(QWidget):
    """Everything but the title, the network and the augmentation; and the seed, which belongs to the run.

    What a person has not touched comes back to the last digit as it was given. `edited`: a value is another one.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields: dict[str, Field] = {}
        self._forms: dict[str, QFormLayout] = {}
        self._points_problem = ProblemLabel()
        self.curve = LearningRateCurve()
        left = column(
            self._group(self.tr("Images"), "epochs", "batch", "validation_images", "mean", "std"),
            self._group(self.tr("Against overfitting"), "label_smoothing", "ema_decay"),
            self._group(self.tr("This run"), "seed", "precision"),
            None,
            spacing=16,
        )
        right = column(
            self._group(self.tr("Learning"), "optimiser", "learning_rate", "momentum", "weight_decay"),
            self._group(self.tr("Over the run"), "schedule", "milestones", "factor"),
            (self.curve, 1),
            spacing=16,
        )
        row((left, 1), (right, 1), parent=self, spacing=32, margin=16)

    def _group(self, heading: str, *names: str) -> QBoxLayout:
        title, form = QLabel(heading), QFormLayout(horizontalSpacing=16, verticalSpacing=8)
        title.setStyleSheet("font-weight: bold")
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name in names:
            setting, self._forms[name] = _SETTINGS[name], form
            kind = ChoiceBox if setting.choices else NumbersEdit if setting.longest else NumberBox
            field: Field = kind(setting)
            field.edited.connect(self._on_edited)
            label = described(field, setting)
            label.setMinimumWidth(128)
            form.addRow(label, field)
            self._fields[name] = field
            if name == "milestones":
                form.setWidget(form.rowCount(), QFormLayout.ItemRole.FieldRole, self._points_problem)
        return column(title, form)

    def show_recipe(self, recipe: Recipe, seed: int) -> None:
        for name, field in self._fields.items():
            value: Any = seed if name == "seed" else getattr(recipe, name)
            field.show_value(value)
        self._on_edited()

    def applied(self, recipe: Recipe) -> Recipe:
        """The recipe with these fields' values; milestones that cannot be used are left as they were."""
        values: dict[str, Any] = {name: field.value() for name, field in self._fields.items() if name != "seed"}
        return replace(recipe, **values)

    @property
    def seed(self) -> int:
        return cast(int, self._fields["seed"].value())

    @property
    def problem(self) -> str:
        """A sentence that says what cannot be used, or ''."""
        return cast(NumbersEdit, self._fields["milestones"]).problem if self._has("schedule", "steps") else ""

    def _has(self, name: str, value: str) -> bool:
        return self._fields[name].value() == value

    @Slot()
    def _on_edited(self) -> None:
        """Show the fields that count, and what is wrong with them."""
        for name, counts in (
            ("momentum", self._has("optimiser", "sgd")),
            ("weight_decay", self._has("optimiser", "adamw")),
            ("milestones", self._has("schedule", "steps")),
            ("factor", self._has("schedule", "steps")),
        ):
            self._forms[name].setRowVisible(self._fields[name], counts)
        self._fields["momentum"].setEnabled(not self._has("schedule", "one-cycle"))
        self._points_problem.say(self.problem)
        self.edited.emit()
