"""Fine-tuning in the window: when it is offered, what it shows, and what comes of it."""

import threading

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea, QWidget

from digitpad.domain.errors import DigitpadError
from digitpad.domain.reports import Preparing
from digitpad.domain.teaching import Comparison, Figures, TeachingReport
from digitpad.ink.formats.collection import LEARNED, hand_folder, write_collected
from digitpad.reading.load import open_reader
from digitpad.reading.teaching.outcome import Taught
from digitpad.ui.hand.grid import CollectionGrid
from digitpad.ui.hand.page import HandPage
from digitpad.ui.hand.round import Round
from digitpad.ui.session.fine_tuning import FineTuning
from digitpad.ui.session.training_session import TrainingSession
from tests.hand_drawn import drawings
from tests.ui.hand.conftest import BASE
from tests.ui.training_services import StepwiseTrainingService, steps


class Service(StepwiseTrainingService):
    """Fine-tunes a step for each time it is let to."""

    def fine_tune(self, base, drawings, tested, last, control, on_progress):
        self.threads.append(threading.get_ident())
        for report in (Preparing(50, 100, 2.0), steps(1)):
            self.let.acquire()
            if not control.should_continue():
                raise DigitpadError("Fine-tuning was stopped.")
            on_progress(report)
        self.let.acquire()
        better = Comparison(Figures(20, 0.8, 0.5), Figures(20, 0.95, 0.2))
        same = Comparison(Figures(1000, 0.99), Figures(1000, 0.99))
        report = TeachingReport(80, 1.0, better, same, same, same, is_fine_tuned=True)
        return Taught(open_reader(base).checkpoint, report)


@pytest.fixture
def service():
    return Service()


@pytest.fixture
def training(service):
    made = TrainingSession(service)
    yield made
    service.let.release(1000)
    made.shut_down()


@pytest.fixture
def tuning(hand, training, service):
    return FineTuning(hand, training, service)


@pytest.fixture
def page(hand, tuning, canvas, qtbot):
    write_collected(hand_folder("Me") / LEARNED, drawings(10))
    made = HandPage(hand, tuning, Round(hand, canvas))
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    return made


def button(page, name):
    return page.findChild(QPushButton, name)


def test_it_shows_how_far_it_is_and_its_outcome_is_taken_and_taken_back(page, hand, tuning, network, service, qtbot):
    tune = button(page, "tune_button")
    qtbot.waitUntil(tune.isEnabled)
    tune.click()
    words = page.findChild(QLabel, "tuning_label")
    assert words.text() == "Loading PyTorch…"
    assert not tune.isEnabled()
    assert not button(page, "learn_button").isEnabled()
    service.let.release()
    qtbot.waitUntil(lambda: words.text() == "Varying drawings: 50 of 100 · 2 s left")
    service.let.release()
    qtbot.waitUntil(lambda: words.text().startswith("Epoch 1 of 3"))
    assert tuning.curves.steps.tolist() == [1]
    service.let.release()
    qtbot.waitUntil(lambda: hand.reads_taught)
    assert page.findChild(CollectionGrid).isVisible()
    assert page.minimumSizeHint().height() < 600
    figures = page.findChild(QLabel, "figures_label").text().replace("&nbsp;", " ")
    assert "did not learn from" in figures
    assert "80.0 %<br><small>0.5<" in figures
    assert "95.0 %<br><small>0.2<" in figures
    said = page.findChild(QLabel, "verdict_label").text()
    assert "it reads 19 right instead of 16. It is surer of what they are: log loss 0.2 instead of 0.5." in said
    assert said.startswith("What was learned reads from now on. Of 20 drawings of yours")
    button(page, "take_back_button").click()
    qtbot.waitUntil(lambda: network.state.checkpoint.path == BASE and not hand.collected.steps)


def test_it_takes_the_pages_room_and_its_outcome_is_scrolled_to(page, hand, tuning, service, qtbot):
    area = QScrollArea(widgetResizable=True)
    qtbot.addWidget(area)
    area.setWidget(page)
    area.resize(560, 440)  # of a window of 900 x 600
    area.show()
    tune, figures = button(page, "tune_button"), page.findChild(QLabel, "figures_label")
    qtbot.waitUntil(tune.isEnabled)
    tune.click()
    service.let.release(2)
    qtbot.waitUntil(lambda: tuning.curves.steps.tolist() == [1])
    plot = page.findChild(QWidget, "tuning_plot")
    qtbot.waitUntil(lambda: plot.visibleRegion().boundingRect().size() == plot.size())
    area.resize(560, 240)
    service.let.release()
    qtbot.waitUntil(lambda: figures.isVisible() and figures.visibleRegion().boundingRect().size() == figures.size())
    assert page.width() <= area.viewport().width()
    area.takeWidget()  # it is closed by itself


def test_a_name_has_room_in_its_field(page):
    name = page.findChild(QWidget, "hand_name")
    assert name.width() > name.fontMetrics().horizontalAdvance("A longer name")


def test_its_outcome_stays_with_its_hand_where_another_is_open_by_then(page, hand, tuning, network, service, qtbot):
    qtbot.waitUntil(button(page, "tune_button").isEnabled)
    button(page, "tune_button").click()
    service.let.release(2)
    qtbot.waitUntil(lambda: tuning.curves.steps.tolist() == [1])
    hand.load("Other")
    with qtbot.waitSignal(hand.remarked) as remarked:
        service.let.release()
    assert remarked.args == ["What was learned is kept with the hand Me."]
    assert network.state.checkpoint.path == BASE
    assert [path.name for path in hand_folder("Me").glob("*.safetensors")] == ["Me 1.safetensors"]


def test_it_can_be_stopped(page, hand, tuning, service, qtbot):
    qtbot.waitUntil(button(page, "tune_button").isEnabled)
    button(page, "tune_button").click()
    button(page, "stop_tuning_button").click()
    with qtbot.waitSignal(hand.remarked, check_params_cb=lambda words: "was stopped" in words):
        service.let.release()
    assert not tuning.is_active
    assert not hand.collected.steps


def test_it_is_offered_from_ten_drawings_of_each_and_the_round_is_for_them(page, hand, qtbot):
    tune = button(page, "tune_button")
    qtbot.waitUntil(tune.isEnabled)
    hand.relabel([0], None)
    qtbot.waitUntil(lambda: not tune.isEnabled())
    assert tune.toolTip() == "Fine-tuning takes 10 drawings of each digit"
    assert button(page, "round_button").text() == "Draw ten of each"


def test_not_while_a_run_goes_on(page, hand, tuning, training, failures, service, qtbot):
    training.worker.run(service.let.acquire, lambda _: None, failures.append)
    training.resume("run")
    qtbot.waitUntil(button(page, "tune_button").isEnabled)
    button(page, "tune_button").click()
    assert "A run is being trained" in str(failures.pop())
    assert not tuning.is_active


def test_no_run_while_it_goes_on(page, tuning, training, service, qtbot):
    qtbot.waitUntil(button(page, "tune_button").isEnabled)
    button(page, "tune_button").click()
    refused = []
    training.refused.connect(refused.append)
    training.resume("run")
    assert [str(error).partition(".")[0] for error in refused] == ["A network is being fine-tuned"]
    assert not training.state.is_active
    button(page, "stop_tuning_button").click()
    service.let.release()
    qtbot.waitUntil(lambda: not tuning.is_active)
    training.resume("run")
    assert training.state.is_active


def test_what_is_learned_from_and_what_was_taught_stay_while_it_goes_on(page, hand, network, tuning, service, qtbot):
    qtbot.waitUntil(button(page, "tune_button").isEnabled)
    held = [button(page, f"{name}_button") for name in ("learn", "import_hand", "remove_hands", "take_back")]
    tips = [each.toolTip() for each in held]
    assert all(each.isEnabled() for each in held)
    button(page, "tune_button").click()
    assert not any(each.isEnabled() for each in held)
    assert {each.toolTip() for each in held} == {"Not while the network is being taught"}
    service.let.release(3)
    qtbot.waitUntil(lambda: not tuning.is_active and hand.reads_taught)
    assert all(each.isEnabled() for each in held)
    assert [each.toolTip() for each in held] == tips
