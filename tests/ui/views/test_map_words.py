"""What is said of a map."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.reading.inspect.embedding import Layout, Location, MapImages
from digitpad.ui.session.active_network import Source
from digitpad.ui.session.run_states import RunState
from digitpad.ui.session.worker import Worker
from digitpad.ui.views.map.view import MapView
from digitpad.ui.views.map.words import image_lines, map_title, moment, neighbour_words, place_words
from digitpad.ui.views.map.work import NetworkMap, Target
from tests.ui.views.readings import Readings

INFO = CheckpointInfo("Run 2", "plain", recipe="fast")
NETWORK = SimpleNamespace(checkpoint=SimpleNamespace(info=INFO))
STATE = RunState(SimpleNamespace(info=INFO), 1200)
POINTS = np.zeros((4, 2), np.float32)
TSNE, PCA = Layout(POINTS, POINTS), Layout(POINTS, POINTS, variance=0.414)


def network_map(network=NETWORK, labels=(7, 7, 7, 1), *, is_output=False):
    """A map of four images; all are read as 7, with 91 %."""
    images = MapImages(np.zeros((4, 28, 28), np.uint8), np.array(labels))
    probabilities = np.full((4, 10), 0.01, np.float32)
    probabilities[:, 7] = 0.91
    return NetworkMap(Target(network, "mnist"), images, probabilities, 128, is_output)


def at(*neighbours):
    return Location((0.0, 0.0), np.array(neighbours), np.zeros(len(neighbours)))


def test_the_title_names_the_network_and_how_the_map_was_made():
    assert map_title(network_map(), "tsne") == "Run 2: 4 images by t-SNE"
    assert map_title(network_map(STATE), "pca") == "fast at step 1,200: 4 images by PCA"
    assert map_title(network_map(is_output=True), "pca").endswith("ten outputs, since it has no hidden layer")


def test_the_moment_is_the_step_of_the_run_or_its_end():
    assert moment(None, is_latest=True) == ""
    assert moment(Target(NETWORK, "mnist"), is_latest=True) == "at the end"
    assert moment(Target(STATE, "mnist"), is_latest=True) == "step 1,200, latest"
    assert moment(Target(STATE, "mnist"), is_latest=False) == "step 1,200"


def test_an_image_is_said_to_be_read_right_or_wrong():
    read = network_map()
    assert image_lines(read, 3) == ("is a 1", "read as 7, 91.0 %")
    assert [neighbour_words(read, number) for number in (0, 3)] == ["7", "1, read as 7"]


@pytest.mark.parametrize(
    ("labels", "location", "words"),
    [
        ((7, 7, 7, 1), None, "Draw a digit on the pad."),
        ((7, 7, 7, 1), at(0, 1, 2), "All 3 images nearest to your drawing are 7s."),
        ((7, 7, 7, 1), at(1, 2, 3), "Of the 3 images nearest to your drawing, 2 are 7s."),
        ((7, 4, 9, 1), at(0, 1, 2), "The 3 images nearest to your drawing are all of different digits."),
    ],
)
def test_the_drawing_lies_among_its_nearest_images(labels, location, words):
    read = network_map(labels=labels)
    how = "t-SNE cannot place a new image: yours is put between its nearest ones, as an estimate."
    assert place_words(read, TSNE, location) == f"{words} {how}"
    how = "The plane shows 41 % of how the network's 128 features vary."
    assert place_words(read, PCA, location) == f"{words} {how}"


class Network(QObject):
    changed = Signal()
    reader, state = None, SimpleNamespace(source=Source.NONE)


def test_data_that_should_be_there_and_is_broken_is_named(qtbot, broken_mnist):
    worker, said = Worker(), []
    view = MapView(Readings(None), worker, worker, Network(), SimpleNamespace(states=()))
    qtbot.addWidget(view)
    view.failed.connect(lambda problem: said.append(str(problem)))
    view.show()
    qtbot.waitUntil(lambda: bool(said))
    assert str(broken_mnist) in said[0]
    worker.stop()
