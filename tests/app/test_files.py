"""Checkpoints and drawings as files, in the real window: loading, saving, dropping, and what happens to broken ones."""

from __future__ import annotations

import functools
import re
import shutil
import threading
from itertools import combinations

import pytest
import torch
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, QSize, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QPushButton

from digitpad import app
from digitpad.domain.errors import DigitpadError
from digitpad.ink.formats.inkml import read_inkml
from digitpad.reading.load import open_reader
from digitpad.storage.io import DEFAULT_CHECKPOINT
from digitpad.ui.session.active_network import ActiveNetwork
from tests.app.pad import FOUR, SEVEN, Pad


def checkpoint_name(pad):
    return pad.widget("checkpoint_panel").accessibleName()


def wait_for_checkpoint(pad, name):
    pad.qtbot.waitUntil(lambda: checkpoint_name(pad) == f"Checkpoint {name}")


def action(pad, text):
    return next(action for action in pad.window.findChildren(QAction) if action.text() == text)


def drop(pad, *paths):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    middle = QPointF(pad.window.width() / 2, pad.window.height() / 2)
    buttons = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(pad.window, QDragEnterEvent(middle.toPoint(), Qt.DropAction.CopyAction, mime, *buttons))
    QApplication.sendEvent(pad.window, QDropEvent(middle, Qt.DropAction.CopyAction, mime, *buttons))


def choose(pad, path):
    """Choose a file in the dialog that is open."""
    pad.qtbot.waitUntil(lambda: bool(pad.window.findChildren(QFileDialog)))
    dialog = pad.window.findChild(QFileDialog)
    dialog.setDirectory(str(path.parent))
    dialog.selectFile(str(path))
    dialog.fileSelected.emit(str(path))
    dialog.close()
    pad.qtbot.waitUntil(lambda: not pad.window.findChildren(QFileDialog))


@pytest.fixture
def copy(tmp_path):
    target = tmp_path / "mine.safetensors"
    shutil.copy(DEFAULT_CHECKPOINT, target)
    return target


def test_the_panel_says_what_the_metadata_says(pad):
    wait_for_checkpoint(pad, "pen")

    said = pad.widget("checkpoint_panel").accessibleDescription()
    info = open_reader(DEFAULT_CHECKPOINT).info
    assert f"{info.network}, {info.parameters:,} parameters" in said
    assert "MNIST" in said
    assert "pen" in said


def networks(pad):
    """The entries of the menu that says which network reads, by their words."""
    menu = pad.widget("network_menu", QMenu)
    menu.aboutToShow.emit()
    return {entry.text(): entry for entry in menu.actions()}


def test_the_load_button_loads_and_the_recent_list_remembers(pad, copy):
    wait_for_checkpoint(pad, "pen")
    pad.widget("load_button", QPushButton).click()
    choose(pad, copy)
    wait_for_checkpoint(pad, "mine")

    assert networks(pad)["mine.safetensors"].isChecked()
    networks(pad)["Pen: best for digits drawn here"].trigger()
    wait_for_checkpoint(pad, "pen")
    offered = networks(pad)
    assert [words for words, entry in offered.items() if entry.isChecked()] == ["Pen: best for digits drawn here"]
    offered["mine.safetensors"].trigger()
    wait_for_checkpoint(pad, "mine")

    networks(pad)["Clear this list"].trigger()
    assert "mine.safetensors" not in networks(pad)


@pytest.mark.parametrize("name", sorted(path.stem for path in DEFAULT_CHECKPOINT.parent.glob("*.safetensors")))
def test_every_checkpoint_that_ships_is_in_the_menu_and_reads(pad, copy, name):
    wait_for_checkpoint(pad, "pen")
    drop(pad, copy)
    wait_for_checkpoint(pad, "mine")
    pad.draw(SEVEN)
    pad.answer()
    count = len(pad.shown)
    next(entry for words, entry in networks(pad).items() if words.lower().startswith(f"{name}:")).trigger()
    wait_for_checkpoint(pad, name)
    pad.qtbot.waitUntil(lambda: len(pad.shown) > count)

    assert pad.shown[-1].digit == 7


def test_a_loaded_checkpoint_reads_the_drawing_anew(pad, copy):
    pad.draw(SEVEN)
    pad.answer()
    count = len(pad.shown)
    drop(pad, copy)
    wait_for_checkpoint(pad, "mine")
    pad.qtbot.waitUntil(lambda: len(pad.shown) > count)

    assert pad.shown[-1].digit == 7


def test_a_broken_checkpoint_gets_a_sentence_and_the_one_in_use_stays(pad, copy):
    wait_for_checkpoint(pad, "pen")
    copy.write_bytes(copy.read_bytes()[:5000])
    drop(pad, copy)
    notice = pad.widget("checkpoint_notice")
    pad.qtbot.waitUntil(lambda: bool(notice.text))

    assert "mine.safetensors" in notice.text
    assert checkpoint_name(pad) == "Checkpoint pen"
    pad.draw(SEVEN)
    assert pad.answer().digit == 7


@pytest.mark.parametrize("is_open", [False, True])
def test_the_sentence_about_a_broken_checkpoint_goes_when_another_is_loaded(pad, copy, tmp_path, is_open):
    wait_for_checkpoint(pad, "pen")
    pad.widget("show_training", QAction).setChecked(is_open)
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"no checkpoint")
    drop(pad, broken)
    notice = pad.widget("notice" if is_open else "checkpoint_notice")
    pad.qtbot.waitUntil(lambda: "broken.safetensors" in notice.text)
    drop(pad, copy)
    wait_for_checkpoint(pad, "mine")
    assert not notice.text


def test_of_several_files_that_are_dropped_it_is_said_which_is_opened(pad, copy, tmp_path):
    wait_for_checkpoint(pad, "pen")
    drop(pad, copy, tmp_path / "second.png")
    assert "Only mine.safetensors is opened" in pad.window.statusBar().currentMessage()
    wait_for_checkpoint(pad, "mine")


def test_a_broken_checkpoint_on_the_command_line_gives_way_to_the_one_that_ships(start, tmp_path):
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"no checkpoint")
    pad = start("--checkpoint", str(broken))
    wait_for_checkpoint(pad, "pen")

    assert "broken.safetensors" in pad.widget("checkpoint_notice").text
    pad.draw(SEVEN)
    assert pad.answer().digit == 7


def test_a_checkpoint_on_the_command_line_is_used(start, copy):
    wait_for_checkpoint(start("--checkpoint", str(copy)), "mine")


def test_a_copy_of_the_checkpoint_is_saved(pad, tmp_path):
    wait_for_checkpoint(pad, "pen")
    pad.widget("save_button", QPushButton).click()
    choose(pad, tmp_path / "saved.safetensors")
    pad.qtbot.waitUntil(lambda: (tmp_path / "saved.safetensors").exists())

    assert (tmp_path / "saved.safetensors").read_bytes() == DEFAULT_CHECKPOINT.read_bytes()


def test_what_reads_is_exported_and_the_file_is_read_with_as_a_foreign_network(pad, tmp_path):
    wait_for_checkpoint(pad, "pen")
    exported = tmp_path / "exported.onnx"
    action(pad, "Export network…").trigger()
    choose(pad, exported)
    saved = re.escape(f"Saved {exported}; largest difference ") + r"\de-0\d"
    pad.qtbot.waitUntil(lambda: bool(re.fullmatch(saved, pad.window.statusBar().currentMessage())))
    drop(pad, exported)
    wait_for_checkpoint(pad, "exported")

    said = pad.widget("checkpoint_panel").accessibleDescription()
    assert re.search(r"Input: found: 0…255, reads 9\d\.\d % of 500 starter digits", said)
    assert "always answers with a digit" in said
    pad.draw(SEVEN)
    assert pad.answer().digit == 7
    assert networks(pad)["exported.onnx"].isChecked()

    action(pad, "Export network…").trigger()
    choose(pad, exported)
    notice = pad.widget("checkpoint_notice")
    pad.qtbot.waitUntil(lambda: "exported.onnx is the checkpoint that is to be exported" in notice.text)
    action(pad, "Export network…").trigger()
    choose(pad, tmp_path / "again.onnx")
    pad.qtbot.waitUntil((tmp_path / "again.onnx").exists)
    pad.qtbot.waitUntil(lambda: not notice.text)


@pytest.mark.parametrize("ending", ["inkml", "png"])
def test_a_saved_drawing_opens_again_and_reads_the_same(pad, tmp_path, ending):
    pad.draw(FOUR)
    assert pad.answer().digit == 4
    target = tmp_path / f"four.{ending}"
    pad.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    choose(pad, target)
    pad.qtbot.waitUntil(target.exists)
    pad.canvas.clear_ink()
    assert pad.answer().digit is None

    pad.press(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    choose(pad, target)
    pad.qtbot.waitUntil(lambda: not pad.canvas.ink.is_empty)

    assert pad.answer().digit == 4


def test_the_saved_ink_has_the_strokes_times_and_widths(pad, tmp_path):
    pad.draw(FOUR)
    drawn = pad.canvas.ink
    pad.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    choose(pad, tmp_path / "four.inkml")
    pad.qtbot.waitUntil((tmp_path / "four.inkml").exists)

    (drawing,) = read_inkml(tmp_path / "four.inkml")
    assert len(drawing.ink.strokes) == 2
    for saved, stroke in zip(drawing.ink.strokes, drawn.strokes, strict=True):
        assert saved.points == pytest.approx(stroke.points, abs=1e-3)
        assert saved.width == pytest.approx(stroke.width)


def test_a_file_that_is_no_picture_gets_a_sentence_beside_the_pad(pad, tmp_path):
    broken = tmp_path / "digit.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    pad.draw(SEVEN)
    drop(pad, broken)
    notice = pad.widget("notice")
    pad.qtbot.waitUntil(lambda: bool(notice.text))

    assert "digit.png" in notice.text
    assert len(pad.canvas.ink.strokes) == 1


def test_a_full_disk_gets_a_sentence_and_loses_nothing(pad, tmp_path, monkeypatch):
    def full(path, data):
        raise DigitpadError(f"{path.name} was not written, because the disk is full. Free some space.")

    monkeypatch.setattr("digitpad.ink.formats.opening.write_atomically", full)
    pad.draw(SEVEN)
    pad.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    choose(pad, tmp_path / "seven.png")
    notice = pad.widget("notice")
    pad.qtbot.waitUntil(lambda: bool(notice.text))

    assert "disk is full" in notice.text
    assert len(pad.canvas.ink.strokes) == 1


def test_a_message_about_a_checkpoint_cuts_nothing_off_in_the_smallest_window(pad, tmp_path):
    wait_for_checkpoint(pad, "pen")
    pad.window.resize(900, 600)
    broken = tmp_path / f"{'long_name' * 20}.safetensors"
    broken.write_bytes(b"no checkpoint")
    drop(pad, broken)
    notice = pad.widget("checkpoint_notice")
    pad.qtbot.waitUntil(notice.isVisible)
    pad.qtbot.waitUntil(lambda: notice.height() > 40)

    bars, panel = pad.widget("probability_bars"), pad.widget("checkpoint_panel")
    assert pad.window.size() == QSize(900, 600)
    assert bars.height() >= bars.minimumSizeHint().height()
    assert panel.rect().contains(notice.geometry())
    parts = [pad.widget(name) for name in ("prediction_label", "probability_bars", "network_input", "checkpoint_panel")]
    places = [QRect(part.mapTo(pad.window, QPoint()), part.size()) for part in parts]
    assert not any(one.intersects(other) for one, other in combinations(places, 2))
    assert all(pad.window.centralWidget().geometry().contains(place) for place in places)


def test_a_good_picture_takes_the_message_away(pad, tmp_path):
    broken = tmp_path / "digit.png"
    broken.write_bytes(b"nothing")
    drop(pad, broken)
    notice = pad.widget("notice")
    pad.qtbot.waitUntil(lambda: bool(notice.text))
    image = Image.new("L", (40, 40), 255)
    image.paste(0, (18, 8, 22, 32))
    image.save(broken)
    drop(pad, broken)
    pad.qtbot.waitUntil(lambda: not notice.text)

    assert not notice.isVisible()


def test_a_device_that_is_not_there_is_reported_where_training_is_opened(start, copy, monkeypatch):
    # wrapped, since torch's own modules look behind it
    monkeypatch.setattr(
        "torch.backends.mps.is_available", functools.wraps(torch.backends.mps.is_available)(lambda: False)
    )
    pad = start("--device", "mps", "--checkpoint", str(copy))
    wait_for_checkpoint(pad, "mine")
    pad.draw(SEVEN)
    assert pad.answer().digit == 7

    device = pad.widget("device_combo")
    assert device.currentData() == "mps"
    pad.widget("show_training", QAction).setChecked(True)
    pad.qtbot.waitUntil(lambda: "mps" in pad.widget("training_notice").text)
    assert device.currentData() == "auto"


def test_without_any_network_the_window_says_so_until_one_is_loaded(start, copy, tmp_path, monkeypatch):
    monkeypatch.setattr("digitpad.reading.load.DEFAULT_CHECKPOINT", tmp_path / "missing.safetensors")
    pad = start()
    label = pad.widget("prediction_label")
    pad.qtbot.waitUntil(lambda: "no network" in label.accessibleDescription())
    pad.draw(SEVEN)
    assert "no network" in label.accessibleDescription()

    drop(pad, copy)
    wait_for_checkpoint(pad, "mine")
    assert pad.answer().digit == 7


def test_a_checkpoint_cannot_be_saved_under_a_name_that_says_another_format(pad, tmp_path):
    wait_for_checkpoint(pad, "pen")
    pad.widget("save_button", QPushButton).click()
    choose(pad, tmp_path / "saved.pt")
    notice = pad.widget("checkpoint_notice")
    pad.qtbot.waitUntil(lambda: bool(notice.text))

    assert ".safetensors" in notice.text
    assert not (tmp_path / "saved.pt").exists()


def test_after_an_error_a_good_checkpoint_brings_the_empty_state_back(start, copy, tmp_path, monkeypatch):
    monkeypatch.setattr("digitpad.reading.load.DEFAULT_CHECKPOINT", tmp_path / "missing.safetensors")
    pad = start()
    label = pad.widget("prediction_label")
    pad.qtbot.waitUntil(lambda: "no network" in label.accessibleDescription())
    assert not action(pad, "Save checkpoint as…").isEnabled()
    assert not pad.widget("save_button").isEnabled()
    drop(pad, copy)
    wait_for_checkpoint(pad, "mine")

    assert "Draw a digit" in label.accessibleDescription()
    assert action(pad, "Save checkpoint as…").isEnabled()
    assert pad.widget("save_button").isEnabled()


def test_what_a_person_loads_during_the_start_stays_though_the_command_line_failed(start, copy, tmp_path):
    pad = start("--checkpoint", str(tmp_path / "missing.safetensors"))
    drop(pad, copy)
    wait_for_checkpoint(pad, "mine")
    pad.draw(SEVEN)

    assert pad.answer().digit == 7
    assert checkpoint_name(pad) == "Checkpoint mine"


def test_a_cleared_pad_shows_no_guess_while_a_checkpoint_is_being_opened(pad, copy, monkeypatch):
    pad.draw(SEVEN)
    pad.answer()
    let = threading.Event()
    monkeypatch.setattr("digitpad.reading.load.open_reader", lambda path, *_: let.wait(20) and open_reader(path))
    drop(pad, copy)
    pad.canvas.clear_ink()

    assert "Draw a digit" in pad.widget("prediction_label").accessibleDescription()
    assert "7" not in pad.widget("probability_bars").accessibleDescription()
    assert pad.widget("network_input").accessibleDescription() == "Empty"
    let.set()
    wait_for_checkpoint(pad, "mine")


def test_drawings_are_read_while_another_network_is_being_opened(pad, copy, monkeypatch):
    wait_for_checkpoint(pad, "pen")
    let = threading.Event()
    monkeypatch.setattr("digitpad.reading.load.open_reader", lambda path, *_: let.wait(20) and open_reader(path))
    drop(pad, copy)
    pad.draw(SEVEN)

    assert pad.answer().digit == 7
    assert checkpoint_name(pad) == "Checkpoint pen"
    let.set()
    wait_for_checkpoint(pad, "mine")


def test_a_drop_never_lets_the_source_delete_the_file(pad, copy):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(copy))])
    middle = QPointF(pad.window.width() / 2, pad.window.height() / 2)
    either = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction
    held = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier)
    enter = QDragEnterEvent(middle.toPoint(), either, mime, *held)
    event = QDropEvent(middle, either, mime, *held)
    for step in (enter, event):
        step.setDropAction(Qt.DropAction.MoveAction)
        QApplication.sendEvent(pad.window, step)

        assert step.isAccepted()
        assert step.dropAction() == Qt.DropAction.CopyAction
    wait_for_checkpoint(pad, "mine")


def test_what_is_dropped_before_the_first_checkpoint_opens_is_not_replaced_by_it(qtbot, qapp, copy):
    window = app.create([])
    qtbot.addWidget(window)
    pad, opened = Pad(qtbot, window), []
    window.findChild(ActiveNetwork).opened.connect(lambda info: opened.append(info.name))
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(copy))])
    held = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    window.show()  # no turn of the event loop yet: the person is quicker
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, *held))
    QApplication.sendEvent(window, QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, *held))
    wait_for_checkpoint(pad, "mine")
    pad.draw(SEVEN)
    pad.answer()
    assert opened == ["mine"]
    window.close()


def test_a_copied_checkpoint_file_is_pasted_as_one(pad, copy):
    wait_for_checkpoint(pad, "pen")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(copy))])
    QGuiApplication.clipboard().setMimeData(mime)
    pad.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)

    wait_for_checkpoint(pad, "mine")
    QGuiApplication.clipboard().clear()  # Python's end would come before the clipboard's
