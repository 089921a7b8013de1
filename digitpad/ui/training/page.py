"""The page of training: assembles line, form, curves and runs, and connects them with the session."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QTabWidget, QWidget

from digitpad.domain.errors import Message
from digitpad.domain.recipe import Augmentation, Recipe
from digitpad.domain.run import RunInfo, TrainingConfig
from digitpad.services import TrainingService
from digitpad.ui.common.exports import Exporter
from digitpad.ui.common.layouts import column
from digitpad.ui.common.notice import Notice
from digitpad.ui.common.widgets import named
from digitpad.ui.curves.view import CurvesView
from digitpad.ui.recipes.controller import RecipeController
from digitpad.ui.runs.controller import RunController
from digitpad.ui.runs.list import RunList
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.pen_idle import PenIdle
from digitpad.ui.session.training_session import TrainingSession
from digitpad.ui.session.worker import Worker
from digitpad.ui.training.controls import TrainLine
from digitpad.ui.training.data_choice import DataChoice
from digitpad.ui.training.form import TrainForm

if TYPE_CHECKING:
    from digitpad.ui.data.browser import DataBrowser


class _Tabs(QTabWidget):
    """Takes the room that the rest of the page leaves."""

    def hasHeightForWidth(self) -> bool:
        return False

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()


class TrainingPage(QWidget):
    """Train and watch.

    Signals:
        load_requested: the Path of a checkpoint that is to be read with.
        image_picked: an image of the data that is to be put on the pad, uint8 (28, 28), 255 is ink.
        remarked: a sentence about what was done.
    """

    load_requested = Signal(object)
    image_picked = Signal(object)
    remarked = Signal(str)

    def __init__(
        self,
        training_service: TrainingService,
        session: TrainingSession,
        network: ActiveNetwork,
        pen_idle: PenIdle,
        device: str,
    ) -> None:
        super().__init__()
        self._training_service, self._session, self._network = training_service, session, network
        self._pen_idle = pen_idle
        self._worker, self._downloads = Worker("runs", self), Worker("downloads", self)
        self._background = Worker("imports", self)
        self._device = device  # that a run is to compute on
        self._has_begun = self._is_prepared = False
        self._browser: DataBrowser | None = None
        self._make_parts()
        column(self._line, self._notice, self._form, (self._tabs, 1), parent=self)
        self._connect()
        self._line.show_recipes(self._recipes.recipes, "")
        self._form.teaches.show_recipes(self._recipes.recipes)

    def _make_parts(self) -> None:
        self._line = TrainLine()
        self._data = DataChoice(self._training_service, self._downloads)
        self._form = TrainForm(self._data)
        self._form.device.setCurrentIndex(self._form.device.findData(self._device))
        self._curves = CurvesView()
        self._runs = RunList()
        self._runs_controller = RunController(self._runs, self._session, self._worker, self)
        self._exporter = Exporter(self._worker, self)
        self._recipes = RecipeController(self._training_service, self._worker, self)
        self._notice = Notice()
        self._notice.setObjectName("training_notice")
        self._tabs = _Tabs()
        named(self._tabs, "training_tabs", self.tr("Curves and runs"))
        self._tabs.setDocumentMode(True)
        self._tabs.addTab(self._curves, self.tr("Curves"))
        self._tabs.addTab(self._runs, self.tr("Runs"))

    def _connect(self) -> None:
        line, form, session, network = self._line, self._form, self._session, self._network
        runs, recipes, curves = self._runs_controller, self._recipes, self._curves
        line.train_requested.connect(self.train)
        line.pause_requested.connect(session.toggle_pause)
        line.stop_requested.connect(session.stop)
        line.resume_requested.connect(session.resume)
        line.recipe_selected.connect(form.show_recipe)
        line.recipe_selected.connect(self._on_recipe_selected)
        form.edit_requested.connect(lambda: self._edit_recipe())
        form.browse_requested.connect(self.browse_data)
        form.live_toggled.connect(network.set_follows_training)
        network.opened.connect(self.begin_if_seen)
        network.changed.connect(lambda: form.show_follows(network.state.follows_training, network.has_learned))
        session.changed.connect(self._on_session_changed)
        session.asked.connect(self._on_asked)
        session.started.connect(self._on_started)
        session.started.connect(form.show_run)
        session.run_changed.connect(self._runs.update_run)
        session.progressed.connect(curves.refresh)
        session.ended.connect(self._on_ended)
        runs.load_requested.connect(self.load_requested)
        runs.resume_requested.connect(session.resume)
        runs.run_selected.connect(curves.show_run)
        runs.renamed.connect(session.take_name)
        runs.laid_over.connect(curves.lay_over)
        runs.failed.connect(self._notice.say)
        recipes.recipes_changed.connect(line.show_recipes)
        recipes.recipes_changed.connect(form.teaches.show_recipes)
        self._data.data_selected.connect(form.teaches.show_data)
        self._data.data_selected.connect(recipes.show_data)
        recipes.recipe_used.connect(self._on_recipe_used)
        recipes.saved.connect(self.remarked)
        recipes.failed.connect(self._notice.say)
        for button in (curves.export, self._runs.save):
            button.requested.connect(self._exporter.save)
        runs.export_requested.connect(self._exporter.save)
        self._exporter.saved.connect(self.remarked)
        self._exporter.failed.connect(self._notice.say)

    # Requests.

    @Slot()
    def train(self) -> None:
        """Start a run with what is chosen."""
        self._begin()
        data, recipe, form = self._data.selected, self._line.recipe, self._form
        if recipe is not None:
            recipe = replace(recipe, epochs=form.epochs.value(), keep_epochs=form.keep_epochs.isChecked())
            device = str(form.device.currentData())
            self._session.start(TrainingConfig(recipe, form.seed.value(), data.id if data else "", device))

    @Slot()
    def browse_data(self) -> None:
        """Open the window that shows the data."""
        self._begin()
        from digitpad.ui.data.browser import DataBrowser  # here, since a start has no time for it

        if self._browser is None:
            service = self._training_service
            self._browser = DataBrowser(self._worker, service.image_page, service.augment, self)
            self._browser.image_picked.connect(self.image_picked)
            self._browser.augmentation_taken_over.connect(self._edit_recipe)
        selected = self._data.selected
        self._browser.show_data(self._data.data, selected.id if selected else "")
        if self._line.recipe is not None:
            self._browser.set_augmentation(self._line.recipe.augmentation)
        self._browser.show()
        self._browser.raise_()
        self._browser.activateWindow()

    @property
    def selection(self) -> tuple[str, list[str]]:
        """The id of the recipe that is selected, and those of the runs whose curves are shown, see `RunList.shown`."""
        return self._line.recipe.id if self._line.recipe else "", self._runs_controller.shown

    def select_again(self, recipe_id: str, run_ids: list[str]) -> None:
        """Select what was selected before, as soon as it is there."""
        self._line.show_recipes(self._recipes.recipes, recipe_id)
        self._runs_controller.show_again(run_ids)

    @property
    def run_actions(self) -> list[QAction]:
        """What can be done with the selected run from anywhere: the last one that ended, unless another was chosen."""
        return [self._runs.resume, self._runs.load_best, self._runs.load_last, self._runs.export]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.begin_if_seen()
        self._build_curves()

    @Slot()
    def begin_if_seen(self) -> None:
        """Look for data, recipes and runs where somebody sees them; a start reads the first drawing before that."""
        if self.isVisible() and self._network.state.info is not None:
            self._begin()

    def _begin(self) -> None:
        """Import torch, look for data, recipes and runs, and ready the curves."""
        if self._has_begun:
            return
        self._has_begun = True
        self._data.look()
        self._recipes.look()
        self._runs_controller.refresh()
        self._background.run(self._training_service.devices, self._on_devices, self._notice.say)
        self._background.run(
            partial(self._training_service.prepare, self._pen_idle.wait), self._on_prepared, self._notice.say
        )

    def shut_down(self) -> None:
        """End every thread."""
        self._data.cancel()
        self._pen_idle.end()
        for worker in (self._downloads, self._background, self._worker):
            worker.stop()

    # What happens.

    @Slot()
    def _on_asked(self) -> None:
        self._pen_idle.hurry()
        self._notice.close_message()
        self._data.close_message()
        self._form.set_training(True)

    @Slot(object)
    def _on_started(self, info: RunInfo) -> None:
        self._runs.select_run(info.id)
        self._curves.show_run(info.name, self._session.curves)

    @Slot()
    def _on_ended(self) -> None:
        state = self._session.state
        self._form.show_choice()
        if state.problem is not None:
            self._notice.say(state.problem)
        elif state.run is not None:
            self._runs.select_run(state.run.id)
        self._runs_controller.refresh()

    def _on_devices(self, devices: dict[str, bool]) -> None:
        self._form.set_devices(devices)
        if not devices.get(self._device, False):
            text = "The device {device} is not there. Training uses the CPU."
            self._notice.say(Message(text, device=self._device))

    def _on_prepared(self, _result: None) -> None:
        self._is_prepared = True
        self._on_session_changed()
        self._build_curves()

    @Slot()
    def _on_session_changed(self) -> None:
        self._line.show_state(self._session.state, is_loading=not self._is_prepared)

    def _build_curves(self) -> None:
        # Takes some 15 ms, so it waits until somebody looks.
        if self._is_prepared and self.isVisible():
            self._curves.build()

    @Slot(object, object)
    def _on_recipe_used(self, recipe: Recipe, seed: int) -> None:
        self._line.show_recipes(self._recipes.recipes, recipe.id)
        self._form.choose_seed(seed)

    @Slot(object)
    def _on_recipe_selected(self, recipe: Recipe) -> None:
        if self._browser is not None:
            self._browser.set_augmentation(recipe.augmentation)

    @Slot(object)
    def _edit_recipe(self, augmentation: Augmentation | None = None) -> None:
        if self._line.recipe is not None:
            self._recipes.edit(self._line.recipe, self._form.seed.value(), augmentation)
