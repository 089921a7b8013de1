"""The tree of networks to compare, and the columns of what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from digitpad.domain.prediction import REJECTED, Prediction
from digitpad.storage.run_store import RunFolder, runs_folder
from digitpad.ui.views.compare.columns import Columns
from digitpad.ui.views.compare.networks import ACTIVE, NetworkTree, Offer, Section, run_sections
from tests.ui.training_services import INFO

SECTIONS = [
    Section("In use", [Offer(ACTIVE, "What reads the pad")]),
    Section("fast", [Offer("/best", "best"), Offer("/1", "epoch 1"), Offer("/2", "epoch 2")], is_run=True),
]


def answer(digit, share=0.9):
    shares = [(1 - share) / 9] * 10
    shares[digit or 0] = share
    return Prediction(0, digit, tuple(shares), np.zeros((28, 28), np.uint8), None if digit is not None else REJECTED)


@pytest.fixture
def tree(qtbot):
    made = NetworkTree()
    qtbot.addWidget(made)
    made.show_sections(SECTIONS, [ACTIVE, "/gone"])
    return made


def test_what_is_checked_stays_checked_though_it_is_not_offered_now(tree):
    assert tree.checked == [ACTIVE, "/gone"]
    assert tree.shown == [(ACTIVE, "What reads the pad")]
    tree.show_sections([*SECTIONS, Section("Lately", [Offer("/gone", "gone")])], tree.checked)
    assert tree.shown[-1] == ("/gone", "gone")


def test_a_run_s_box_checks_all_of_its_epochs_and_that_is_said_once(tree, qtbot):
    heard = []
    tree.chosen.connect(lambda: heard.append(tree.checked))
    with qtbot.waitSignal(tree.chosen):
        tree.topLevelItem(1).setCheckState(0, Qt.CheckState.Checked)
    assert heard == [[ACTIVE, "/best", "/1", "/2", "/gone"]]
    tree.uncheck(["/1", "/gone"])
    assert tree.checked == [ACTIVE, "/best", "/2"]
    assert tree.topLevelItem(1).checkState(0) == Qt.CheckState.PartiallyChecked


def test_the_tree_has_the_names_of_the_columns_and_says_the_rest_in_tool_tips(tree):
    tree.show_sections([Section("Shipped", [Offer("/pen", "pen", "Pen: best for digits drawn here")])], ["/pen"])
    assert tree.shown == [("/pen", "pen")]
    assert tree.topLevelItem(0).child(0).toolTip(0) == "Pen: best for digits drawn here\n/pen"


def test_runs_offer_the_checkpoints_that_they_have():
    folder = RunFolder(runs_folder() / INFO.id)
    folder.path.mkdir(parents=True)
    folder.write_info(replace(INFO, state="finished"))
    assert run_sections() == ([], {})
    for path in (folder.best, folder.epoch(10), folder.epoch(9)):
        path.write_bytes(b"")
    (section,), changed = run_sections()
    assert [offer.name for offer in section.offers] == ["best epoch", "epoch 9", "epoch 10"]
    assert set(changed) == {str(folder.best), str(folder.epoch(9)), str(folder.epoch(10))}


@pytest.fixture
def columns(qtbot, wear):
    wear("light")
    made = Columns()
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    return made


def show(columns, *digits, notes=None, differ=None):
    count = len(digits)
    names = [f"network {at}" for at in range(count)]
    columns.show_answers(names, [answer(digit) for digit in digits], notes or [""] * count, differ or [False] * count)


def test_columns_say_answer_and_whether_it_differs(columns):
    show(columns, 4, None, notes=["reads the pad", ""], differ=[False, True])
    first, second = columns.columns
    assert first.words == "network 0: 4: 90.0 %, 0: 1.1 %, 1: 1.1 %; reads the pad"
    assert second.words.startswith("network 1: Not a digit; nearest: 0: 90.0 %")
    assert second.words.endswith("; differs")
    texts = {label.text() for label in second.findChildren(QLabel) if label.isVisible()}
    assert {"network 1", "not a digit", "differs"} <= texts


def test_columns_are_aligned_and_go_on_below(columns):
    show(columns, 1, 2, 3)
    tops, widths = ({get(made) for made in columns.columns} for get in (lambda it: it.y(), lambda it: it.width()))
    assert tops == {0}
    assert max(widths) - min(widths) <= 1
    columns.resize(400, 300)
    assert [made.y() > 0 for made in columns.columns] == [False, False, True]
    assert columns.minimumHeight() >= columns.columns[2].geometry().bottom()
    assert max(made.geometry().right() for made in columns.columns) < 400


def test_columns_come_and_go(columns):
    show(columns, 1, 2, 3)
    show(columns, 5)
    assert len(columns.columns) == 1
    assert columns.columns[0].words.startswith("network 0: 5: ")
    show(columns)
    assert columns.columns == []
