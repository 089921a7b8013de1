"""The choice of how strictly what is no digit is rejected: slider, menu and words agree, and say what it costs."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QSlider

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.rejection import FALSE_REJECTION_RATE, FALSE_REJECTION_RATES
from digitpad.ui.answer.rejection import RejectionChoice

KNOWS = CheckpointInfo("knows", "wide", thresholds=[[share, 100 * share] for share in FALSE_REJECTION_RATES])
KNOWS_NOT = CheckpointInfo("knows not", "wide")


@pytest.fixture
def choice(qtbot):
    widget = RejectionChoice()
    qtbot.addWidget(widget)
    widget.resize(416, 20)
    widget.show_network(KNOWS)
    return widget


@pytest.fixture
def rate_selected(choice):
    said = []
    choice.rate_selected.connect(said.append)
    return said


def slider(choice):
    return choice.findChild(QSlider)


def texts(choice):
    return [label.text() for label in choice.findChildren(QLabel)]


def offered(choice):
    return [action for action in choice.menu.actions() if action.isVisible()]


def test_the_first_choice_is_the_usual_one_and_tells_its_price(choice):
    assert choice.false_rejection_rate == FALSE_REJECTION_RATE
    assert texts(choice) == ["False rejection rate", "0.3 % of real digits"]
    assert slider(choice).accessibleName() == "False rejection rate"
    assert slider(choice).accessibleDescription() == "What is no digit is rejected, and with it 0.3 % of real digits."
    assert choice.toolTip() == slider(choice).accessibleDescription()


def test_the_keyboard_goes_from_never_to_the_strictest_and_back(choice, rate_selected):
    QTest.keyClick(slider(choice), Qt.Key.Key_Home)
    assert texts(choice)[1] == "nothing is rejected"
    assert choice.toolTip() == "Whatever is drawn is read as a digit."
    for _ in FALSE_REJECTION_RATES:
        QTest.keyClick(slider(choice), Qt.Key.Key_Right)
    QTest.keyClick(slider(choice), Qt.Key.Key_Right)  # there is no further

    assert rate_selected == [None, *FALSE_REJECTION_RATES]
    assert choice.false_rejection_rate == FALSE_REJECTION_RATES[-1]
    assert texts(choice)[1] == "5 % of real digits"
    QTest.keyClick(slider(choice), Qt.Key.Key_PageDown)
    assert choice.false_rejection_rate == FALSE_REJECTION_RATES[-2]


def test_the_menu_offers_the_same_and_marks_what_is_chosen(choice, rate_selected):
    actions = offered(choice)
    assert [action.text() for action in actions[:2]] == ["Nothing is rejected", "0.05 % of real digits"]
    assert len(actions) == 1 + len(FALSE_REJECTION_RATES)
    actions[0].trigger()
    actions[-1].trigger()
    actions[-1].trigger()  # it is chosen already

    assert rate_selected == [None, FALSE_REJECTION_RATES[-1]]
    assert slider(choice).value() == len(FALSE_REJECTION_RATES)
    QTest.keyClick(slider(choice), Qt.Key.Key_Left)
    assert [action.isChecked() for action in offered(choice)].index(True) == len(FALSE_REJECTION_RATES) - 1
    assert sum(action.isChecked() for action in offered(choice)) == 1


def test_a_network_without_thresholds_leaves_no_choice_and_says_why(choice, rate_selected):
    choice.choose(None)
    choice.show_network(KNOWS_NOT)
    QTest.keyClick(slider(choice), Qt.Key.Key_End)

    reason = "This network cannot reject: it always answers with a digit."
    assert not slider(choice).isEnabled()
    assert choice.toolTip() == slider(choice).accessibleDescription() == reason
    assert texts(choice)[1] == "not with this network"
    assert [(action.text(), action.isEnabled()) for action in offered(choice)] == [(reason, False)]

    choice.show_network(KNOWS)
    assert slider(choice).isEnabled()
    assert choice.false_rejection_rate is None
    assert texts(choice)[1] == "nothing is rejected"
    assert rate_selected == [None]


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("false_rejection_rate", [None, *FALSE_REJECTION_RATES])
def test_nothing_moves_whatever_is_chosen(choice, wear, scale, false_rejection_rate):
    choice.show()
    wear("light", scale)
    choice.resize(600, 40)
    QApplication.processEvents()  # lays out
    before = slider(choice).geometry()
    choice.choose(false_rejection_rate)
    QApplication.processEvents()

    assert slider(choice).geometry() == before
    price = choice.findChildren(QLabel)[1]
    assert price.fontMetrics().horizontalAdvance(price.text()) <= price.width()


def test_what_is_no_step_is_not_chosen(choice, rate_selected):
    with pytest.raises(ValueError, match="not in"):
        choice.choose(0.4)
    assert (choice.false_rejection_rate, rate_selected) == (FALSE_REJECTION_RATE, [])
