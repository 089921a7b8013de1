import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QRadioButton, QTabBar

from digitpad.ink.formats.collection import LEARNED, hand_folder, write_collected
from digitpad.ink.formats.inkml import read_inkml
from digitpad.ui.hand.grid import CollectionGrid
from digitpad.ui.hand.page import HandPage
from digitpad.ui.hand.round import Round
from digitpad.ui.session.fine_tuning import FineTuning
from digitpad.ui.session.training_session import TrainingSession
from tests.hand_drawn import drawings, drawn

RADIOS = "read_before", "read_taught"


@pytest.fixture
def page(hand, canvas, qtbot):
    made = HandPage(hand, FineTuning(hand, TrainingSession(None), None), Round(hand, canvas))
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    return made


def test_the_collection_shows_what_is_read_and_takes_labels_from_the_keys(page, hand, qtbot):
    grid = page.findChild(CollectionGrid)
    hand.add(drawn(7), 7)
    hand.add(drawn(4), 1)
    qtbot.waitUntil(lambda: grid.count() == 2 and grid.item(1).text() == "1, check\nfast: 4")
    assert grid.item(0).text() == "7\nfast: 7"
    assert "Is the label right?" in grid.item(1).toolTip()
    grid.item(1).setSelected(True)
    qtbot.keyClick(grid, Qt.Key.Key_4)
    qtbot.waitUntil(lambda: grid.item(1).text() == "4\nfast: 4")
    grid.item(0).setSelected(True)
    qtbot.keyClick(grid, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not hand.collected.learned)


def test_there_is_nothing_to_remove_before_something_is_kept(page, hand, qtbot):
    remove = page.findChild(QPushButton, "remove_hands_button")
    assert not remove.isEnabled()
    hand.add(drawn(7), 7, is_test=True)
    qtbot.waitUntil(remove.isEnabled)
    hand.remove_all()
    qtbot.waitUntil(lambda: not remove.isEnabled())


def test_both_networks_stand_beside_each_drawing_whichever_reads(page, hand, network, qtbot):
    grid, base, taught = page.findChild(CollectionGrid), *(page.findChild(QRadioButton, n) for n in RADIOS)
    write_collected(hand_folder("Me") / LEARNED, drawings(2))
    hand.add(drawn(7), 7, is_test=True)
    qtbot.waitUntil(lambda: grid.count() == 20 and grid.item(7).text() == "7\nfast: 7")
    assert not base.isVisible()
    assert page.findChild(QLabel, "test_label").text() == "Test drawings read right: fast 1 of 1."
    hand.learn()
    qtbot.waitUntil(lambda: not hand.is_learning)
    hand.take_offered()
    qtbot.waitUntil(lambda: hand.reads_taught and grid.item(7).text() == "7\nfast: 7\ntaught: 7")
    assert page.findChild(QLabel, "test_label").text() == "Test drawings read right: fast 1 of 1, taught 1 of 1."
    assert (base.text(), base.isChecked(), taught.isChecked()) == ("fast", False, True)
    base.click()
    qtbot.waitUntil(lambda: network.state.checkpoint.name == "fast")
    assert base.isChecked()
    assert grid.item(7).text() == "7\nfast: 7\ntaught: 7"
    hand.take_back()
    qtbot.waitUntil(lambda: grid.item(7).text() == "7\nfast: 7")


def test_drawings_to_test_with_are_seen_relabelled_deleted_and_exported(page, hand, qtbot, tmp_path):
    grid, parts = page.findChild(CollectionGrid), page.findChild(QTabBar, "collection_parts")
    hand.add(drawn(4), 4)
    hand.add(drawn(7), 1, is_test=True)
    hand.add(drawn(8), 8, is_test=True)
    parts.setCurrentIndex(1)
    qtbot.waitUntil(lambda: grid.count() == 2 and grid.item(0).text() == "1, check\nfast: 7")
    assert [parts.tabText(part) for part in range(2)] == ["To learn from (1)", "To test with (2)"]
    grid.item(0).setSelected(True)
    qtbot.keyClick(grid, Qt.Key.Key_7)
    qtbot.waitUntil(lambda: grid.item(0).text() == "7\nfast: 7")
    grid.clearSelection()
    grid.item(1).setSelected(True)
    qtbot.keyClick(grid, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: grid.count() == 1)
    with qtbot.waitSignal(hand.remarked):
        hand.export_file(tmp_path / "tests.inkml", is_test=True)
    assert [each.label for each in read_inkml(tmp_path / "tests.inkml")] == [7]
    assert [each.label for each in hand.collected.learned] == [4]
    parts.setCurrentIndex(0)
    assert grid.item(0).text() == "4\nfast: 4"


def test_a_drawing_is_painted_with_its_words_beside_it(page, hand, qtbot):
    grid = page.findChild(CollectionGrid)
    hand.add(drawn(7), 7)
    qtbot.waitUntil(lambda: grid.count() == 1 and grid.item(0).text() == "7\nfast: 7")
    cell = grid.visualItemRect(grid.item(0))
    shown, side, paper = grid.viewport().grab(cell).toImage(), grid.iconSize().width(), grid.palette().base().color()
    inked = [
        any(shown.pixelColor(x, y) != paper for x in columns for y in range(shown.height()))
        for columns in (range(side), range(side + 8, shown.width()))
    ]
    assert inked == [True, True]
    grid.item(0).setSelected(True)
    assert grid.viewport().grab(cell).toImage().pixelColor(cell.width() - 2, 2) == grid.palette().highlight().color()


def test_a_typed_name_opens_another_hand_and_a_field_that_is_left_opens_none(page, hand, qtbot):
    line = page.findChild(QLineEdit, "hand_line")
    line.selectAll()
    qtbot.keyClicks(line, "Ann")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert hand.name == "Ann"
    qtbot.waitUntil(lambda: "Ann" in hand.names)
    hand.load("Me")
    line.editingFinished.emit()  # as where the focus leaves it
    assert hand.name == "Me"
