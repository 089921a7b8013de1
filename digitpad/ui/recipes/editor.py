"""The dialog in which a person changes a recipe for a run, or makes one of their own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QSizePolicy, QStackedWidget, QTabWidget, QWidget

from digitpad.domain.recipe import Augmentation, Recipe
from digitpad.domain.recipe_settings import ID_LENGTH, one_line
from digitpad.domain.settings_fields import declared
from digitpad.storage.recipe_store import free_id
from digitpad.ui.common.dialogs import ask_before_deleting
from digitpad.ui.common.format import numeral
from digitpad.ui.common.layouts import column, row
from digitpad.ui.common.notice import Notice
from digitpad.ui.common.setting_fields import ProblemLabel, described
from digitpad.ui.common.widgets import named, note_label, push_button
from digitpad.ui.data.augmentation_preview import AugmentationEditor
from digitpad.ui.recipes.form import TrainingFields
from digitpad.ui.recipes.title_row import TitleRow

_TITLE_LENGTH = declared(Recipe)["title"].longest or 0
_CHANGED = "-changed"


class RecipeEditor(QDialog):
    """Shows a recipe and hands on what a person makes of it; does no file work itself.

    A recipe in which nothing was changed is handed on as it is. A changed one is another recipe: its id gets '-changed'
    at its end, and its title 'changed' where the person gave it no other. What has no field (teaches, copies and how it
    is tested) is carried over. Saved as the person's own, it gets a free id made from its title; only where an own
    recipe is shown and keeps its title does it keep its id, and takes the old one's place.
    """

    recipe_used = Signal(object, object)  # train with this Recipe and this seed; an int of Qt's has 32 bits
    recipe_save_requested = Signal(object)  # keep this Recipe among the person's own; `show_saved` or a notice answers
    delete_requested = Signal(object)  # the person has been asked; answer by closing, or with a notice
    export_requested = Signal(object)  # write this Recipe to a file that the person chooses
    import_requested = Signal()  # read a recipe from such a file; answer with `show_recipe` or a notice

    def __init__(
        self,
        networks: Sequence[tuple[str, int]],
        taken_ids: Callable[[], Collection[str]],
        augmentation: AugmentationEditor,
        parent: QWidget | None = None,
    ) -> None:
        """Build the dialog.

        Args:
            networks: each network's id and number of parameters.
            taken_ids: the ids that a new recipe must not have: all others'.
            augmentation: its page; whoever made it gives it its images.
            parent: the window that holds this one.
        """
        super().__init__(parent)
        self.setObjectName("recipe_editor")
        self.setModal(False)
        self._taken_ids, self.augmentation = taken_ids, augmentation
        self._recipe: Recipe | None = None
        self._is_own = self._renames = False
        self._first_title = ""
        self.notice = Notice()
        self.training = TrainingFields()
        self._title, self._network = QLineEdit(maxLength=_TITLE_LENGTH), QComboBox()
        for network_id, count in networks:
            words = self.tr("{network} · {count} parameters").format(network=network_id, count=numeral(count))
            self._network.addItem(words, network_id)
        self._title_problem, self._network_problem = ProblemLabel(), ProblemLabel()
        self._teaches, self._state = note_label(), note_label()
        self._tabs = tabs = named(QTabWidget(documentMode=True), "recipe_tabs", self.tr("Parts of the recipe"))
        tabs.addTab(self.training, self.tr("Training"))
        tabs.addTab(augmentation, self.tr("Augmentation"))
        self._bottom = QStackedWidget()
        self._bottom.addWidget(self._buttons())
        self._save_row = TitleRow(self._remark, _TITLE_LENGTH)
        self._bottom.addWidget(self._save_row)
        self._bottom.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        fields = []
        for field, problem in ((self._title, self._title_problem), (self._network, self._network_problem)):
            label = described(field, declared(Recipe)["title" if field is self._title else "network"])
            label.setProperty("note", True)
            fields.append((column(label, field, problem, None, spacing=4), 1))
        below = self._state, self.notice, self._bottom
        column(row(*fields, spacing=32), self._teaches, (tabs, 1), *below, parent=self, margin=16)
        self._use.setDefault(True)  # now that the dialog can know of it
        self.resize(900, 640)

        self._title.textChanged.connect(self._follow)
        self._network.currentIndexChanged.connect(self._follow)
        self.training.edited.connect(self._follow)
        augmentation.edited.connect(self._follow)
        self._save_row.title_entered.connect(self._on_title_entered)
        self._save_row.left.connect(self._leave_save_row)

    def show_recipe(self, recipe: Recipe, seed: int, *, own: bool = False) -> None:
        """Open with a recipe that can be used, see `check_recipe`, and the seed of the run; `own` if it is saved."""
        self._recipe, self._is_own = recipe, own
        self.setWindowTitle(self.tr("Recipe: {title}").format(title=recipe.title))
        self._teaches.setText(recipe.teaches)
        self._teaches.setVisible(bool(recipe.teaches))
        self.notice.close_message()
        self._leave_save_row()
        self._fill(recipe, seed)
        self.show()
        self.activateWindow()

    @Slot(object)
    def show_saved(self, recipe: Recipe) -> None:
        """Say that a recipe was saved; from now on it is the one that is edited. The fields stay as they are."""
        self._recipe, self._is_own, self._first_title = recipe, True, self._title.text()
        self.setWindowTitle(self.tr("Recipe: {title}").format(title=recipe.title))
        self.notice.close_message()
        self._follow()
        if self.recipe() == recipe:
            self._state.setText(self.tr("Saved as “{title}”.").format(title=recipe.title))

    def show_augmentation(self, augmentation: Augmentation) -> None:
        """Fill in another augmentation, and show its page."""
        self.augmentation.fields.show_augmentation(augmentation)
        self._tabs.setCurrentIndex(1)

    def recipe(self) -> Recipe | None:
        """The recipe that the fields make, named as the class says; None while they cannot be used."""
        if self._recipe is None or self._problem():
            return None
        return self._edited(self._recipe)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Escape leave the row with the title, before it closes the dialog."""
        if event.key() == Qt.Key.Key_Escape and self._bottom.currentIndex():
            self._leave_save_row()
        else:
            super().keyPressEvent(event)

    def _buttons(self) -> QWidget:
        parts = (
            (self.tr("Import…"), "import", self.import_requested.emit, self.tr("Open a recipe from a file")),
            (self.tr("Export…"), "export", self._on_export, self.tr("Write this recipe to a small file to share")),
            (self.tr("Save as own…"), "save_as", self._on_save_as, self.tr("Keep this recipe among your own")),
            (self.tr("Rename…"), "rename", self._on_rename, self.tr("Give this recipe of your own another title")),
            (self.tr("Delete…"), "delete", self._on_delete, self.tr("Delete this recipe of your own")),
            (self.tr("Reset"), "reset", self._on_reset, self.tr("Undo all changes to the recipe")),
            (self.tr("Cancel"), "cancel", self.reject, self.tr("Close without changing the run (Esc)")),
            (self.tr("Use for this run"), "use", self._on_use, self.tr("Train the next run with these values (Enter)")),
        )
        buttons = [push_button(text, f"{name}_button", clicked, tip) for text, name, clicked, tip in parts]
        _, self._export, self._save_as, self._rename, self._delete, self._reset, _, self._use = buttons
        line = QWidget()
        row(*buttons[:6], None, *buttons[6:], parent=line)
        return line

    def _fill(self, recipe: Recipe, seed: int) -> None:
        self._title.setText(recipe.title)
        self._first_title = self._title.text()
        self._network.setCurrentIndex(self._network.findData(recipe.network))
        self.training.show_recipe(recipe, seed)
        self.augmentation.fields.show_augmentation(recipe.augmentation)
        self.training.curve.show_recipe(recipe)  # the fields may hold what cannot be used, and draw no other
        self._follow()

    @Slot()
    def _follow(self) -> None:
        """Show what the fields make: the curve, what it will be called, what is wrong, and what can be done."""
        if self._recipe is None:
            return
        title_problem, network_problem = self._title_sentence(), self._network_sentence()
        self._title_problem.say(title_problem)
        self._network_problem.say(network_problem)
        now = self.recipe()
        is_changed = now != self._recipe
        for button in (self._use, self._save_as, self._export):
            button.setEnabled(now is not None)
        self._reset.setEnabled(is_changed)
        for button in (self._rename, self._delete):
            button.setVisible(self._is_own)
        self._state.setText("")
        if now is not None:
            self.training.curve.show_recipe(now)
            if is_changed:
                text = self.tr("Changed: it runs as “{title}”, and “{recipe}” stays as it is.")
                self._state.setText(text.format(title=now.title, recipe=self._recipe.title))
        if self._bottom.currentWidget() is self._save_row:
            self._save_row.follow()

    def _problem(self) -> str:
        return self._title_sentence() or self._network_sentence() or self.training.problem

    def _title_sentence(self) -> str:
        return "" if one_line(self._title.text()) else self.tr("Give the recipe a title.")

    def _network_sentence(self) -> str:
        if self._recipe is None or self._network.currentIndex() >= 0:
            return ""
        text = self.tr("This digitpad has no network “{network}”. Choose another.")
        return text.format(network=self._recipe.network)

    def _edited(self, recipe: Recipe) -> Recipe:
        values = replace(
            recipe, network=self._network.currentData(), augmentation=self.augmentation.fields.augmentation()
        )
        now, title = self.training.applied(values), self._title.text()
        if now == recipe and title == self._first_title:
            return recipe
        if title == self._first_title:
            title = self._changed_title(recipe.title)
        short = recipe.id.removesuffix(_CHANGED)[: ID_LENGTH - len(_CHANGED)].rstrip("-")
        return replace(now, id=short + _CHANGED, title=one_line(title))

    def _changed_title(self, title: str) -> str:
        longer = self.tr("{title}, changed")
        ending = longer.format(title="")
        return longer.format(title=title.removesuffix(ending)[: _TITLE_LENGTH - len(ending)])

    def _to_save(self, text: str) -> Recipe | None:
        """The recipe under a title of the person's own; None where that cannot be."""
        now, title = self.recipe(), one_line(text)
        if now is None or self._recipe is None or not title:
            return None
        if self._renames:
            return replace(self._recipe, title=title)
        keeps = self._is_own and title == self._recipe.title
        return replace(now, id=self._recipe.id if keeps else free_id(title, self._taken_ids()), title=title)

    def _remark(self, title: str) -> tuple[bool, str]:
        """Whether the recipe can be saved under a title, and what comes of it."""
        saved = self._to_save(title)
        if saved is None:
            return False, self._problem() or self.tr("Give it a title.")
        if self._renames:
            return True, self.tr("Its id stays {id}.").format(id=saved.id)
        if self._recipe is not None and self._is_own and saved.id == self._recipe.id:
            return True, self.tr("Replaces the one you have.")
        return True, self.tr("New, with the id {id}.").format(id=saved.id)

    @Slot()
    def _on_save_as(self) -> None:
        now = self.recipe()
        if now is None or self._recipe is None:
            return
        keeps = self._is_own and self._title.text() == self._first_title
        self._ask(self._recipe.title if keeps else now.title, renames=False)

    @Slot()
    def _on_rename(self) -> None:
        if self._recipe is not None:
            self._ask(self._recipe.title, renames=True)

    def _ask(self, title: str, *, renames: bool) -> None:
        self._renames = renames
        self._bottom.setCurrentWidget(self._save_row)
        self._save_row.ask(title)

    @Slot()
    def _leave_save_row(self) -> None:
        self._bottom.setCurrentIndex(0)
        self._use.setDefault(True)

    @Slot(str)
    def _on_title_entered(self, title: str) -> None:
        saved = self._to_save(title)
        if saved is not None:
            self._title.setText(saved.title)
            self._leave_save_row()
            self.recipe_save_requested.emit(saved)

    @Slot()
    def _on_use(self) -> None:
        if (now := self.recipe()) is not None:
            self.recipe_used.emit(now, self.training.seed)
            self.accept()

    @Slot()
    def _on_export(self) -> None:
        if (now := self.recipe()) is not None:
            self.export_requested.emit(now)

    @Slot()
    def _on_delete(self) -> None:
        if self._recipe is not None:
            ask_before_deleting(self, self._recipe.title, partial(self.delete_requested.emit, self._recipe))

    @Slot()
    def _on_reset(self) -> None:
        if self._recipe is not None:
            self._fill(self._recipe, self.training.seed)
