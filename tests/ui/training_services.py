"""A training service for the window's parts, which does what a test tells it and needs no torch."""

from __future__ import annotations

import threading
from dataclasses import replace

from digitpad.domain.data_info import DataInfo
from digitpad.domain.errors import DigitpadError, Message
from digitpad.domain.recipe import Recipe
from digitpad.domain.reports import Preparing, StepsReport
from digitpad.domain.run import RunInfo
from digitpad.services import LiveNetwork

RECIPE = Recipe("small", "Small", "net", epochs=3, teaches="How little it takes.")
OTHER = Recipe("large", "Large", "net", epochs=20, teaches="What the last tenths cost.")
INFO = RunInfo(
    "20260301-120000-small", "small", RECIPE, 7, Message("Starter set"), "starter", "cpu", "2026-03-01T12:00:00+00:00"
)
STARTER = DataInfo("starter", "Starter set", None, 4000, 1000)
MNIST = DataInfo("mnist", "MNIST", None, 60000, 10000)


def steps(number, total=100, epoch=1):
    """The report of one step."""
    return StepsReport(number, (2.3 / number,), (0.01,), epoch, 3, total, 9000.0, 0.1 * number, 10.0 - 0.1 * number)


class StepwiseTrainingService:
    """Trains a step for each time it is let to.

    Attributes:
        let: lets a step through, and the end.
        configs: what was asked for: TrainingConfig, or the id of a run to resume.
        controls: the RunControl of each run.
        ending: 'finished' ends a run after its last report, a RunInfo too; an exception is raised there instead.
        stopping: an exception that is raised where a run is stopped that has begun.
        info: what is known of a run that begins.
        drawings: how many are varied before the first step, each let through like a step.
        reports: what a run reports, each let through.
        earlier: what a run is said to have reported before.
        sets: the data there are.
        is_waiting: whether a run waits in a pause.
    """

    recipes = (RECIPE, OTHER)

    def __init__(self):
        self.let = threading.Semaphore(0)
        self.configs, self.controls, self.threads = [], [], []
        self.ending = "finished"
        self.stopping = None
        self.info = INFO
        self.drawings = 0
        self.reports = [steps(number) for number in range(1, 11)]
        self.earlier = None
        self.sets = [STARTER]
        self.is_waiting = False

    def data(self):
        return self.sets, []

    def run(self, config, control, on_progress, show):
        self.configs.append(config)
        self.controls.append(control)
        self.threads.append(threading.get_ident())
        for number in range(self.drawings):
            on_progress(Preparing(number, self.drawings, 1.0))
            if not self._goes_on(control):
                raise DigitpadError("The run was stopped before its first step.")
        on_progress(self.info)
        if self.earlier is not None:
            on_progress(self.earlier)
        for number, report in enumerate(self.reports, 1):
            if not self._is_let(control):
                return self._stopped()
            on_progress(report)
            show(LiveNetwork(None, number))
            if not self._continues(control):
                return self._stopped()
        if not self._is_let(control):
            return self._stopped()
        if isinstance(self.ending, Exception):
            raise self.ending
        return self.ending if isinstance(self.ending, RunInfo) else replace(self.info, state=self.ending)

    def resume(self, run_id, control, on_progress, show):
        return self.run(run_id, control, on_progress, show)

    def _goes_on(self, control):
        return self._is_let(control) and self._continues(control)

    def _is_let(self, control):
        while not self.let.acquire(timeout=0.005):
            if control.is_stopped:
                return False
        return True

    def _continues(self, control):
        self.is_waiting = control.is_paused
        goes_on = control.should_continue()
        self.is_waiting = False
        return goes_on

    def _stopped(self):
        if self.stopping is not None:
            raise self.stopping
        return replace(self.info, state="stopped")
