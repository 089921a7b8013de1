"""The recipes to choose from: those that ship, a person's own, and one that was changed for the next run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from digitpad.domain.data_info import DataInfo, ImagePage
from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.recipe import Augmentation, Recipe
from digitpad.services import TrainingService
from digitpad.storage.recipe_store import delete_recipe, free_id, keep_recipe, load_recipe, own_recipes, save_recipe
from digitpad.ui.common.dialogs import ask_open, file_filters
from digitpad.ui.common.exports import Export, Exporter
from digitpad.ui.session.worker import Worker

if TYPE_CHECKING:
    from digitpad.ui.recipes.editor import RecipeEditor

# The editor is imported when it is first opened: a start has no time for it.


class RecipeController(QObject):
    """Keeps the recipes and opens the editor on them."""

    recipes_changed = Signal(object, str)  # the recipes there are, and the id of the one to choose
    recipe_used = Signal(object, object)  # a Recipe and a seed for the next run
    saved = Signal(str)  # a sentence about a recipe that was written to a file
    failed = Signal(object)  # a Message

    def __init__(self, training_service: TrainingService, worker: Worker, parent: QWidget) -> None:
        super().__init__(parent)
        self._training_service, self._worker, self._window = training_service, worker, parent
        self._own: list[Recipe] = []
        self._changed: Recipe | None = None
        self._data_id = ""
        self._editor: RecipeEditor | None = None
        self._exporter = Exporter(worker, parent)
        self._exporter.saved.connect(self.saved)
        self._exporter.failed.connect(self._say)

    @property
    def recipes(self) -> Sequence[Recipe]:
        """Every recipe, those that ship first."""
        return [*self._training_service.recipes, *self._own, *([self._changed] if self._changed else [])]

    @Slot()
    def look(self) -> None:
        self._worker.run(own_recipes, self._on_found, self.failed.emit)

    def edit(self, recipe: Recipe, seed: int, augmentation: Augmentation | None = None) -> None:
        """Open the editor; give another augmentation to the recipe that is edited already, or else to this one."""
        if self._editor is None:
            show = partial(self._on_networks, recipe, seed, augmentation)
            self._worker.run(self._training_service.networks, show, self.failed.emit)
            return
        if augmentation is None or not self._editor.isVisible():
            self._show(recipe, seed)
        if augmentation is not None:
            self._editor.show_augmentation(augmentation)
            self._editor.raise_()

    @Slot(object)
    def show_data(self, data: DataInfo) -> None:
        """Show augmentation on images of these data."""
        self._data_id = data.id

    def _on_found(self, found: tuple[list[Recipe], list[InputError]]) -> None:
        recipes, problems = found
        shipped = {recipe.id for recipe in self._training_service.recipes}
        self._own = [recipe for recipe in recipes if recipe.id not in shipped]
        self.recipes_changed.emit(self.recipes, "")
        for problem in problems:
            self.failed.emit(problem)

    def _on_networks(
        self, recipe: Recipe, seed: int, augmentation: Augmentation | None, networks: list[tuple[str, int]]
    ) -> None:
        if self._editor is None:  # else it was asked for twice, before the first answer
            self._editor = self._make_editor(networks)
        self.edit(recipe, seed, augmentation)

    def _make_editor(self, networks: list[tuple[str, int]]) -> RecipeEditor:
        from digitpad.ui.data.augmentation_preview import AugmentationEditor
        from digitpad.ui.recipes.editor import RecipeEditor

        page = AugmentationEditor(self._worker, self._training_service.augment)
        page.sample_requested.connect(self._on_sample_requested)
        editor = RecipeEditor(networks, lambda: [known.id for known in self.recipes], page, self._window)
        editor.recipe_used.connect(self._on_used)
        editor.recipe_save_requested.connect(self._on_save)
        editor.delete_requested.connect(self._on_delete)
        editor.export_requested.connect(self._on_export)
        editor.import_requested.connect(self._on_import)
        return editor

    def _show(self, recipe: Recipe, seed: int) -> None:
        assert self._editor is not None
        self._editor.show_recipe(recipe, seed, own=recipe in self._own)
        self._editor.raise_()
        self._on_sample_requested(0)

    @Slot(int)
    def _on_sample_requested(self, number: int) -> None:
        def show(page: ImagePage) -> None:
            if self._editor is not None and len(page.labels):
                self._editor.augmentation.versions.show_sample(page.pixels[0], int(page.labels[0]))

        if self._data_id:
            load = partial(self._training_service.image_page, self._data_id, "train", None, number, 1)
            self._worker.run(load, show, self._say)

    @Slot(object, object)
    def _on_used(self, recipe: Recipe, seed: int) -> None:
        kept = (*self._training_service.recipes, *self._own)
        if recipe not in kept:
            ids = [known.id for known in kept]
            if recipe.id in ids:  # an imported one that was not changed
                recipe = replace(recipe, id=free_id(recipe.title, ids))
            self._changed = recipe
            self.recipes_changed.emit(self.recipes, recipe.id)
        self.recipe_used.emit(recipe, seed)

    @Slot(object)
    def _on_save(self, recipe: Recipe) -> None:
        self._worker.run(partial(keep_recipe, recipe), partial(self._on_kept, recipe), self._say)

    def _on_kept(self, recipe: Recipe, _result: object) -> None:
        self._own = [*(own for own in self._own if own.id != recipe.id), recipe]
        if self._editor is not None:
            self._editor.show_saved(recipe)
        self.recipes_changed.emit(self.recipes, recipe.id)

    @Slot(object)
    def _on_delete(self, recipe: Recipe) -> None:
        self._worker.run(partial(delete_recipe, recipe.id), partial(self._on_deleted, recipe), self._say)

    def _on_deleted(self, recipe: Recipe, _result: object) -> None:
        self._own = [own for own in self._own if own.id != recipe.id]
        if self._editor is not None:
            self._editor.close()
        self.recipes_changed.emit(self.recipes, "")

    @Slot(object)
    def _on_export(self, recipe: Recipe) -> None:
        title, name = self.tr("Export the recipe"), f"{recipe.id}.json"
        write = partial(save_recipe, recipe=recipe)
        self._exporter.save(Export(title, name, file_filters("recipe"), lambda path: partial(write, path)))

    @Slot()
    def _on_import(self) -> None:
        def read(path: Path) -> None:
            self._worker.run(partial(load_recipe, path), lambda recipe: self._show(recipe, 0), self._say)

        ask_open(self._window, self.tr("Import a recipe"), file_filters("recipe"), read)

    def _say(self, error: DigitpadError) -> None:
        if self._editor is not None:
            self._editor.notice.say(error)
