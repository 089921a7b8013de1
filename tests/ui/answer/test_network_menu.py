"""The menu of networks, and the button that names the one that reads, where it was taught a hand."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from digitpad.ink.formats.collection import hand_folder
from digitpad.reading.checkpoint_file import save_checkpoint
from digitpad.reading.load import load_checkpoint, open_reader
from digitpad.storage.io import shipped
from digitpad.ui.answer.network_menu import NetworkButton, NetworkMenu
from digitpad.ui.session.settings import Settings
from digitpad.ui.session.worker import Worker
from tests.ui.networks import opened_network

BASE = shipped("checkpoints", "fast.safetensors")


def test_of_a_taught_network_it_is_said_from_which_and_one_that_was_taken_back_is_offered_no_more(qtbot):
    checkpoint, path = load_checkpoint(BASE), hand_folder("Me") / "Me 1.safetensors"
    path.parent.mkdir(parents=True)
    teachings = [{"base": "fast", "drawings": 30, "date": "2026-11-25"}]
    save_checkpoint(path, replace(checkpoint, info=replace(checkpoint.info, name="Me 1", teachings=teachings)))
    worker, settings, parent = Worker(), Settings(), QWidget()
    qtbot.addWidget(parent)
    network = opened_network(qtbot, worker, open_reader, BASE)
    menu = NetworkMenu(network, settings, [], parent)
    button = NetworkButton(network, menu)
    qtbot.addWidget(button)
    with qtbot.waitSignal(network.opened):
        network.open(path)
    assert button.accessibleName().startswith("Reads with Me 1 (taught from fast)")
    with qtbot.waitSignal(network.opened):
        network.open(BASE)

    def offered():
        menu.aboutToShow.emit()
        back, *others = menu.actions()
        return back.isEnabled(), [action.text() for action in others if action.text().startswith("Me")]

    assert offered() == (True, ["Me 1.safetensors"])
    path.unlink()
    assert offered() == (False, [])
    worker.stop()
    settings.stop()
