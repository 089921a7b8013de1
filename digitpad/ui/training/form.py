"""What a run is made with, beside the recipe: data, device, epochs, seed; and what the bars show meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QSpinBox, QWidget

from digitpad.domain.data_info import DataInfo
from digitpad.domain.recipe import Recipe
from digitpad.domain.run import RunInfo, TrainingConfig
from digitpad.domain.settings_fields import declared
from digitpad.storage.mnist import MNIST_COUNTS
from digitpad.ui.common.format import numeral
from digitpad.ui.common.layouts import FlowLayout, column, row
from digitpad.ui.common.number_box import TEXT_MARGINS, NumberBox
from digitpad.ui.common.setting_fields import described
from digitpad.ui.common.widgets import named, push_button
from digitpad.ui.training.data_choice import DataChoice


class Teaches(QLabel):
    """What a recipe teaches, and a word on data that are few; as high as the longest text, so that nothing jumps."""

    def __init__(self) -> None:
        super().__init__(wordWrap=True, textFormat=Qt.TextFormat.PlainText, alignment=Qt.AlignmentFlag.AlignTop)
        self.setObjectName("recipe_teaches")
        self.setProperty("note", True)
        self._recipes: Sequence[Recipe] = ()
        self._recipe: Recipe | None = None
        self._note = ""

    def heightForWidth(self, width: int) -> int:
        flags = Qt.TextFlag.TextWordWrap
        texts = [self._text(recipe) for recipe in self._recipes] + [self.text()]
        return max(self.fontMetrics().boundingRect(0, 0, width, 1000, flags, text).height() for text in texts)

    @Slot(object)
    def show_recipes(self, recipes: Sequence[Recipe]) -> None:
        """Leave room for each of these."""
        self._recipes = recipes
        self.updateGeometry()

    def show_recipe(self, recipe: Recipe | None) -> None:
        """Say what it teaches, nothing where None."""
        self._recipe = recipe
        self.setText(self._text(recipe) if recipe else "")

    @Slot(object)
    def show_data(self, data: DataInfo) -> None:
        """Say where these are too few for what a recipe promises."""
        words = self.tr("{data}: {count} training images only, so fewer will be read right.")
        is_small = data.train < MNIST_COUNTS["train"]
        self._note = words.format(data=data.title, count=numeral(data.train)) if is_small else ""
        self.show_recipe(self._recipe)
        self.updateGeometry()

    def _text(self, recipe: Recipe) -> str:
        return " ".join(part for part in (recipe.teaches, self._note) if part)


class TrainForm(QWidget):
    """Fields in as many lines as the width asks for."""

    edit_requested = Signal()  # to change the recipe
    browse_requested = Signal()  # to see the data
    live_toggled = Signal(bool)  # whether the bars are to show the network in training

    def __init__(self, data: DataChoice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.data = data
        self._recipe: Recipe | None = None
        self._choice: tuple[int, int] | None = None  # epochs and seed for the next run, while one goes on
        self.teaches = Teaches()
        epochs, seed = declared(Recipe)["epochs"], declared(TrainingConfig)["seed"]
        self.epochs, self.seed = QSpinBox(), NumberBox(seed)
        self.epochs.lineEdit().setTextMargins(*TEXT_MARGINS)
        self.epochs.setRange(*map(int, epochs.limits))
        epochs_label, seed_label = described(self.epochs, epochs), described(self.seed, seed)
        self.epochs.setObjectName("epochs_spin")
        self.seed.setObjectName("seed_spin")
        self.seed.setMinimumSize(96, 0)  # of itself it asks for more than is left, and the row would be cut off
        where = self.tr("Where to train: a GPU where there is one, else the CPU but for one core")
        self.device = named(QComboBox(), "device_combo", self.tr("Device"), where)
        for words, name in (
            (self.tr("Automatic"), "auto"),
            (self.tr("CPU"), "cpu"),
            (self.tr("GPU (CUDA)"), "cuda"),
            (self.tr("GPU (Apple, MPS)"), "mps"),
        ):
            self.device.addItem(words, name)
        tip = self.tr("During a run and after it: read with the run's network, or with the one loaded before")
        self.live = named(QCheckBox(self.tr("Bars show the network in training")), "live_check", tip=tip)
        self.live.setChecked(True)
        self.live.toggled.connect(self.live_toggled)
        tip = self.tr("Keep the network of every epoch in the run’s folder; the page Compare shows what each reads")
        self.keep_epochs = named(QCheckBox(self.tr("Keep each epoch")), "keep_epochs_check", tip=tip)
        edit = push_button(self.tr("Change recipe…"), "edit_recipe_button", self.edit_requested)
        browse = push_button(self.tr("Browse data…"), "browse_data_button", self.browse_requested)
        data_label, device_label = QLabel(self.tr("Data")), QLabel(self.tr("Device"))
        data_label.setBuddy(data.combo)
        device_label.setBuddy(self.device)
        labels = data_label, device_label, epochs_label, seed_label
        fields = FlowLayout()
        for label, field in zip(labels, (data.combo, self.device, self.epochs, self.seed), strict=True):
            pair = QWidget()
            row(label, field, parent=pair)
            fields.addWidget(pair)
        for part in (self.keep_epochs, edit, browse, self.live):
            fields.addWidget(part)
        column(self.teaches, fields, data, parent=self)

    def set_devices(self, devices: Mapping[str, bool]) -> None:
        """Offer those devices alone that are there: whether each is, by its name in `TrainingConfig.device`."""
        model = cast(QStandardItemModel, self.device.model())
        for index in range(model.rowCount()):
            is_there = devices.get(str(self.device.itemData(index)), False)
            model.item(index).setEnabled(is_there)
            why = self.tr("This machine has none, or PyTorch was installed without support for it")
            self.device.setItemData(index, "" if is_there else why, Qt.ItemDataRole.ToolTipRole)
        if not model.item(self.device.currentIndex()).isEnabled():
            self.device.setCurrentIndex(self.device.findData("auto"))

    @Slot(object)
    def show_recipe(self, recipe: Recipe) -> None:
        """Take another recipe's epochs, and say what it teaches; the same one again leaves a person's number alone."""
        if recipe != self._recipe:
            self._set_choice(recipe.epochs, self._choice[1] if self._choice else self.seed.value())
            self.keep_epochs.setChecked(self.keep_epochs.isChecked() or recipe.keep_epochs)
        self._recipe = recipe
        if self._choice is None:
            self.teaches.show_recipe(recipe)

    def choose_seed(self, seed: int) -> None:
        self._set_choice(self._choice[0] if self._choice else self.epochs.value(), seed)

    def show_run(self, info: RunInfo) -> None:
        """Show what the run that goes on was made with; what a person chose for the next one is kept."""
        self._choice = self._choice or (self.epochs.value(), self.seed.value())
        self.epochs.setValue(info.recipe.epochs)
        self.seed.show_value(info.seed)
        self.teaches.show_recipe(info.recipe)

    def show_choice(self) -> None:
        """Show again what is chosen for the next run."""
        self.set_training(False)
        if self._choice is not None:
            choice, self._choice = self._choice, None
            self._set_choice(*choice)
        self.teaches.show_recipe(self._recipe)

    def _set_choice(self, epochs: int, seed: int) -> None:
        if self._choice is not None:
            self._choice = epochs, seed
        else:
            self.epochs.setValue(epochs)
            self.seed.show_value(seed)

    def show_follows(self, follows: bool, has_learned: bool) -> None:
        """Show whether the bars follow a run, or one that has ended and learned something."""
        self.live.setChecked(follows)
        with_run, after = self.tr("Bars show the network in training"), self.tr("Bars show what the last run learned")
        self.live.setText(after if has_learned else with_run)

    def set_training(self, training: bool) -> None:
        """Let nothing be changed that a run in progress would not follow."""
        for field in (self.epochs, self.seed, self.device, self.data.combo, self.keep_epochs):
            field.setEnabled(not training)
