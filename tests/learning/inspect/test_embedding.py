import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.prediction import CLASSES
from digitpad.learning.data.images import Images
from digitpad.learning.inspect.embedding import EmbeddingMap, aligned
from digitpad.learning.inspect.embedding_worker import MapProcess
from digitpad.reading.reader import Reader
from digitpad.reading.zoo import NETWORKS
from tests.reading.networks import checkpoint_for, random_network, torch_logits

pytestmark = pytest.mark.timeout(400)  # the process steps back behind all others, and a busy machine starves it

LINEAR = [["flatten"], ["linear", 16], ["relu"], ["dropout", 0.5], ["linear", 10]]


def last_hidden(reader, images):
    """What the last linear layer gets, float32 (n, d)."""
    return reader.features(images, ["hidden"])["hidden"].reshape(len(images), -1)


def bars(count: int) -> Images:
    """Ten kinds of images, which no random network takes for one another: a bar at one of ten places, and noise."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(count) % CLASSES
    pixels = torch.randint(0, 40, (count, 1, 28, 28), generator=generator, dtype=torch.uint8)
    for place, label in enumerate(labels.tolist()):
        pixels[place, 0, 2 * label : 2 * label + 4, 4:24] = 200
    return Images(pixels, labels)


def reader(change=lambda network: None) -> Reader:
    """Reads with a small network of random weights, some of which are changed."""
    network = random_network(LINEAR)
    with torch.no_grad():
        change(network)
    return Reader(checkpoint_for(network, LINEAR, mean=0.1, std=0.3))


@pytest.fixture(scope="module")
def shared():
    """A process that several tests share, since it takes over a second to start."""
    made = EmbeddingMap(bars(600))
    yield made
    made.close()


@pytest.fixture(scope="module")
def maps(shared):
    return [shared.update(reader(), step, bars(10).pixels[3, 0].numpy()) for step in (0, 50)]


@pytest.fixture
def own():
    """Keeps a map that a test has for itself, and closes it at the end."""
    kept = []
    yield lambda made: kept.append(made) or made
    for made in kept:
        made.close()


@pytest.mark.parametrize("name", NETWORKS)
def test_the_last_hidden_layer_is_what_the_last_linear_layer_gets(name):
    whole = random_network(NETWORKS[name])
    reader = Reader(checkpoint_for(whole, NETWORKS[name], mean=0.1, std=0.3))
    images = bars(3).pixels[:, 0].numpy()
    column = whole[0].columns[0] if name == "columns" else whole
    with torch.no_grad():
        outputs = column[-1](torch.from_numpy(last_hidden(reader, images)))
    torch.testing.assert_close(outputs, torch_logits(column, images, 0.1, 0.3), rtol=1e-4, atol=1e-4)


def test_a_map_has_500_images_within_its_square_each_beside_its_like(maps):
    first = maps[0]
    assert first.points.shape == (500, 2)
    assert first.points.dtype == np.float32
    assert np.abs(first.points).max() == pytest.approx(1, abs=1e-5)
    distances = np.linalg.norm(first.points[:, None] - first.points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (first.labels[distances.argmin(axis=1)] == first.labels).mean() > 0.95


def test_the_next_map_moves_on_from_the_one_before(maps):
    first, second = maps
    assert second.step == 50
    assert np.linalg.norm(second.points - first.points, axis=1).mean() < 0.15
    assert not np.array_equal(second.points, first.points)


def test_a_drawing_lies_among_the_images_like_it(maps, shared):
    drawing = bars(10).pixels[3, 0].numpy()
    place = shared.place(drawing)
    assert maps[-1].drawing == place
    nearest = np.linalg.norm(maps[-1].points - place, axis=1).argmin()
    assert maps[-1].labels[nearest] == 3
    assert shared.place(np.zeros((28, 28), np.uint8)) is None


def test_a_map_of_fewer_steps_leaves_drawings_in_the_one_of_most(maps, shared):
    drawing = bars(10).pixels[3, 0].numpy()
    place = shared.place(drawing)
    earlier = shared.update(reader(), 25, None)
    assert earlier.step == 25
    assert not np.array_equal(earlier.points, maps[-1].points)
    assert shared.place(drawing) == place


def test_a_drawing_that_is_one_of_the_images_lies_on_it(maps, shared):
    assert shared.place(shared.pixels[123]) == pytest.approx(maps[-1].points[123].tolist(), abs=1e-3)


def test_the_place_of_a_drawing_is_within_the_map_whatever_is_drawn(maps, shared):
    @given(st.binary(min_size=784, max_size=784))
    @settings(max_examples=20)
    def check(ink):
        place = shared.place(np.frombuffer(ink, np.uint8).reshape(28, 28).copy())
        assert place is None or max(map(abs, place)) <= 1

    check()


def test_a_network_that_computes_no_numbers_is_refused_and_the_map_before_stays(maps, shared):
    broken = reader(lambda network: network[1].weight.fill_(float("nan")))
    place = shared.place(shared.pixels[0])
    with pytest.raises(InputError, match="not finite"):
        shared.update(broken, 60, None)
    assert shared.place(shared.pixels[0]) == place


def test_a_network_that_tells_nothing_apart_makes_one_dot_and_the_next_map_is_whole_again(own):
    made = own(EmbeddingMap(bars(500)))
    made.update(reader(), 50, None)
    dead = reader(lambda network: (network[1].weight.zero_(), network[1].bias.zero_()))
    same = made.update(dead, 60, made.pixels[0])
    assert not same.points.any()
    assert same.drawing == (0, 0)
    assert made.update(reader(), 70, None).points.std() > 0.2


@pytest.fixture(scope="module")
def process():
    made = MapProcess()
    yield made
    made.end()


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_a_few_images_make_a_map_too(process, count):
    features = last_hidden(reader(), bars(count).pixels[:, 0].numpy())
    places = process.compute(features, np.zeros((0, 2), np.float32))
    assert (places.shape, places.dtype) == ((count, 2), np.float32)
    assert np.isfinite(places).all()


def test_a_hidden_layer_of_one_number_makes_a_map(process):
    features = np.linspace(0, 1, 40, dtype=np.float32)[:, None]
    places = process.compute(features, np.zeros((0, 2), np.float32))
    assert np.isfinite(places).all()
    assert places.std() > 0


def test_a_map_that_was_mirrored_and_turned_is_laid_back_on_the_one_before():
    before = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    before -= before.mean(axis=0)
    turned = before @ np.array([[0, 1], [1, 0]], np.float32) + 5
    np.testing.assert_allclose(aligned(turned, before), before, atol=1e-5)


@pytest.fixture
def children():
    """Lists the processes that were started since the test began."""
    before = {process.pid for process in multiprocessing.active_children()}
    return lambda: [process for process in multiprocessing.active_children() if process.pid not in before]


def update_for_ever(made, problems):
    try:
        while True:
            made.update(reader(), 0, None)
    except DigitpadError as error:
        problems.append(str(error))


def test_where_the_process_dies_a_sentence_says_so_and_the_next_update_starts_another(own, children):
    made = own(EmbeddingMap(bars(500)))
    made.update(reader(), 0, None)
    (first,), problems = children(), []
    updates = threading.Thread(target=update_for_ever, args=(made, problems))
    updates.start()
    while updates.is_alive():
        for process in children():
            process.kill()
        updates.join(0.05)
    assert "process ended" in problems[0]
    assert made.update(reader(), 0, None).points.shape == (500, 2)
    assert [process.pid for process in children()] != [first.pid]
    made.close()
    assert not children()


def test_closing_ends_an_update_under_way(own, children):
    made = own(EmbeddingMap(bars(500)))
    problems = []
    thread = threading.Thread(target=update_for_ever, args=(made, problems))
    thread.start()
    while not children():
        time.sleep(0.01)
    made.close()
    thread.join()
    assert "process ended" in problems[0]
    assert not children()
    with pytest.raises(DigitpadError, match="process ended"):
        made.update(reader(), 0, None)


def test_the_process_needs_neither_torch_nor_qt():
    code = """
import sys, multiprocessing, threading
from digitpad.learning.inspect.embedding_worker import serve
print(sorted({"torch", "PySide6", "sklearn", "numpy"} & set(sys.modules)))
import numpy as np
ours, theirs = multiprocessing.Pipe()
ours.send((np.random.rand(20, 3), np.zeros((0, 2))))
threading.Thread(target=lambda: (ours.recv(), ours.close())).start()
serve(theirs)
print(sorted({"torch", "PySide6", "sklearn"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["[]", "['sklearn']", ""]


def test_it_ends_with_its_parent():
    code = """
import os, sys
from digitpad.learning.inspect.embedding_worker import MapProcess
if __name__ == "__main__":
    print(MapProcess().pid, flush=True)
    os._exit(0)
"""
    # It writes where its parent writes, so reading goes on until both have ended.
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert int(done.stdout) > 0
    assert not done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Ctrl+C reaches a process there by other ways")
def test_the_process_leaves_ctrl_c_to_its_parent():
    process = MapProcess()
    table = np.eye(20, dtype=np.float32)
    process.compute(table, table[:0, :2])
    os.kill(process.pid, signal.SIGINT)
    assert process.compute(table, table[:0, :2]).shape == (20, 2)
    process.end()
    with pytest.raises((OSError, EOFError)):
        process.compute(table, table[:0, :2])
