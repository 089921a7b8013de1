from dataclasses import replace

import numpy as np
import pytest

from digitpad.domain.rejection import NO_DIGIT
from digitpad.ink.drawings import Drawing
from digitpad.ink.formats.collection import LEARNED, hand_folder, hands_folder, read_collected, write_collected
from digitpad.ink.formats.inkml import read_inkml, write_inkml
from digitpad.ink.strokes import Ink
from digitpad.reading.checkpoint_file import Checkpoint, save_checkpoint
from digitpad.reading.layers import network_of
from digitpad.reading.load import load_checkpoint, open_reader
from digitpad.reading.teaching.outcome import with_doubtful
from digitpad.ui.session.hand import HandSession
from digitpad.ui.session.hand_work import Collected, Teacher
from digitpad.ui.session.worker import Worker
from tests.hand_drawn import drawings, drawn
from tests.ui.hand.conftest import BASE
from tests.ui.networks import opened_network


def labels(hand):
    return [each.label for each in hand.collected.learned]


def kept():
    return [each.label for each in read_collected(hand_folder("Me") / LEARNED).drawings]


def test_a_correction_is_kept_on_the_disk_and_the_same_drawing_once(hand, qtbot):
    four, other = drawn(4), drawn(9)
    hand.correct(four, 7)
    hand.correct(four, 4)
    hand.correct(other, NO_DIGIT)
    qtbot.waitUntil(lambda: labels(hand) == [4, NO_DIGIT])
    assert kept() == [4, NO_DIGIT]


def test_a_drawing_that_is_kept_already_stays_in_its_part_with_the_new_label(hand, qtbot):
    four, nine = drawn(4), drawn(9)
    hand.correct(four, 7)
    hand.add(drawn(6), 6)
    hand.correct(four, 4)
    hand.add(nine, 4, is_test=True)
    hand.correct(nine, 9)
    hand.add(four, 1, is_test=True)
    qtbot.waitUntil(lambda: labels(hand) == [1, 6] and len(hand.collected.tested) == 1)
    assert [each.label for each in hand.collected.tested] == [9]
    hand.load("Other")
    hand.correct(nine, 9)
    qtbot.waitUntil(lambda: labels(hand) == [9])
    hand.load("Me")
    hand.correct(four, 4)
    qtbot.waitUntil(lambda: labels(hand) == [4, 6])
    assert kept() == [4, 6]


def test_a_drawing_is_imported_once(hand, qtbot, tmp_path):
    made, said = drawings(2), []
    write_collected(tmp_path / "theirs.inkml", made[:12])
    hand.remarked.connect(said.append)
    hand.add(made[0].ink, 0, is_test=True)
    hand.import_file(tmp_path / "theirs.inkml")
    qtbot.waitUntil(lambda: len(labels(hand)) == 11)
    hand.relabel([0], 7)
    qtbot.waitUntil(lambda: labels(hand) == [7, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
    hand.import_file(tmp_path / "theirs.inkml")
    qtbot.waitUntil(lambda: len(said) == 2)
    write_collected(tmp_path / "theirs.inkml", made[12:13] * 2)
    hand.import_file(tmp_path / "theirs.inkml")
    qtbot.waitUntil(lambda: len(said) == 3)
    assert labels(hand) == [7, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2]
    assert said == [
        "Drawings read: 12, of which were here already: 1",
        "Drawings read: 12, of which were here already: 12",
        "Drawings read: 2, of which were here already: 1",
    ]


def test_what_is_no_digit_survives_an_export_and_an_import(hand, qtbot, tmp_path):
    hand.correct(drawn(4), 4)
    hand.correct(drawn(9), NO_DIGIT)
    qtbot.waitUntil(lambda: labels(hand) == [4, NO_DIGIT])
    with qtbot.waitSignal(hand.remarked):
        hand.export_file(tmp_path / "mine.inkml")
    copy = tmp_path / "copy.inkml"
    copy.write_bytes((hand_folder("Me") / LEARNED).read_bytes())
    for number, path in enumerate((tmp_path / "mine.inkml", copy)):
        hand.load(f"Other {number}")
        with qtbot.waitSignal(hand.remarked):
            hand.import_file(path)
        assert labels(hand) == [4, NO_DIGIT]


def test_unlabelled_drawings_of_a_foreign_file_are_left_out_and_counted(hand, failures, qtbot, tmp_path):
    made = [Drawing(drawn(4), 4, None, "a"), Drawing(drawn(9), None, None, "b")]
    write_inkml(tmp_path / "theirs.inkml", made)
    hand.import_file(tmp_path / "theirs.inkml")
    qtbot.waitUntil(lambda: labels(hand) == [4])
    assert [str(each) for each in failures] == [
        "Left out drawings of theirs.inkml that are not labelled with a digit: 1"
    ]
    failures.clear()


def test_a_digit_that_was_kept_as_none_is_suspicious():
    assert Teacher().read(BASE, Collected((Drawing(drawn(4), NO_DIGIT, None, "a"),))).learned.suspicious == (True,)


def test_what_is_kept_while_the_thread_is_busy_survives_a_relabelling(hand, qtbot, tmp_path):
    write_collected(tmp_path / "theirs.inkml", drawings(1))
    hand.import_file(tmp_path / "theirs.inkml")
    qtbot.waitUntil(lambda: labels(hand) == list(range(10)))
    hand.correct(drawn(4), 4)  # none of these three waits for the one before it
    hand.relabel([0], None)
    hand.relabel([9], 3)
    qtbot.waitUntil(lambda: labels(hand) == [1, 2, 3, 4, 5, 6, 7, 8, 3, 4])
    assert kept() == labels(hand)


def test_what_was_taught_one_hand_reads_no_other(hand, network, qtbot):
    write_collected(hand_folder("Me") / LEARNED, drawings(2))
    hand.load("Me")
    qtbot.waitUntil(lambda: len(hand.collected.learned) == 20)
    hand.learn()
    qtbot.waitUntil(lambda: not hand.is_learning)
    hand.take_offered()
    qtbot.waitUntil(lambda: hand.reads_taught and hand.report is not None)
    hand.load("Other")
    qtbot.waitUntil(lambda: network.state.checkpoint.path == BASE)
    assert (hand.report, hand.offered) == (None, None)


def test_a_picture_cannot_be_learned_from(hand, failures):
    hand.correct(Ink(), 4)
    assert "no strokes" in str(failures.pop())


def test_drawings_are_relabelled_deleted_imported_and_exported(hand, qtbot, tmp_path):
    write_collected(tmp_path / "theirs.inkml", drawings(1))
    hand.import_file(tmp_path / "theirs.inkml")
    qtbot.waitUntil(lambda: labels(hand) == list(range(10)))
    hand.relabel([3, 5], 8)
    qtbot.waitUntil(lambda: labels(hand) == [0, 1, 2, 8, 4, 8, 6, 7, 8, 9])
    hand.relabel([0, 1, 2], None)
    qtbot.waitUntil(lambda: labels(hand) == [8, 4, 8, 6, 7, 8, 9])
    with qtbot.waitSignal(hand.remarked):
        hand.export_file(tmp_path / "mine.inkml")
    assert [each.label for each in read_inkml(tmp_path / "mine.inkml")] == [8, 4, 8, 6, 7, 8, 9]
    qtbot.waitUntil(lambda: len(hand.read.learned.suspicious) == 7)
    assert [number for number, is_suspicious in enumerate(hand.read.learned.suspicious) if is_suspicious] == [0, 2]


def test_what_is_learned_reads_and_can_be_taken_back(hand, network, qtbot):
    for seed in range(2):
        write_collected(hand_folder("Me") / LEARNED, drawings(2, seed))
        known = hand.collected
        hand.load("Me")
        qtbot.waitUntil(lambda known=known: hand.collected is not known)
        hand.learn()
        qtbot.waitUntil(lambda: not hand.is_learning)
        hand.take_offered()
        qtbot.waitUntil(lambda seed=seed: hand.reads_taught and len(hand.collected.steps) == seed + 1)
        assert network.state.checkpoint.teachings[0]["base"] == "fast"
        assert len(network.state.checkpoint.teachings) == 1  # each time from the network before the first
        unlearned = hand.report.unlearned  # all drawings of the second time are new to the first
        assert (unlearned and (unlearned.last.n, unlearned.after)) == (None, (20, hand.report.own.after))[seed]
    qtbot.waitUntil(lambda: network.state.checkpoint.name == "Me 2")
    hand.read_with(False)
    qtbot.waitUntil(lambda: network.state.checkpoint.path == BASE)
    hand.read_with(True)
    qtbot.waitUntil(lambda: network.state.checkpoint.name == "Me 2")
    hand.take_back()
    qtbot.waitUntil(lambda: network.state.checkpoint.name == "Me 1" and len(hand.collected.steps) == 1)
    hand.take_back()
    qtbot.waitUntil(lambda: network.state.checkpoint.path == BASE and not hand.collected.steps)


def doubtful(seed):
    """Twenty drawings, each with a wrong label: what is learned of them is not accepted."""
    return [replace(each, label=(each.label + 1 + seed) % 10) for each in drawings(2, seed)]


def test_what_is_not_accepted_is_no_step_until_it_is_taken(hand, network, qtbot):
    write_collected(hand_folder("Me") / LEARNED, doubtful(0))
    hand.load("Me")
    qtbot.waitUntil(lambda: len(hand.collected.learned) == 20)
    hand.learn()
    qtbot.waitUntil(lambda: not hand.is_learning)
    assert (hand.report.is_accepted, hand.collected.steps, hand.offered is None) == (False, (), False)
    hand.take_offered()
    qtbot.waitUntil(lambda: network.state.checkpoint.name == "Me 1")
    assert ([path.name for path in hand.collected.steps], hand.offered) == (["Me 1.safetensors"], None)


def test_what_cannot_be_taken_stays_offered(hand, network, failures, qtbot):
    write_collected(hand_folder("Me") / LEARNED, doubtful(0))
    hand.load("Me")
    qtbot.waitUntil(lambda: len(hand.collected.learned) == 20)
    hand.learn()
    qtbot.waitUntil(lambda: not hand.is_learning)
    offered = hand.offered
    moved = offered.replace(offered.with_suffix(".moved"))
    hand.take_offered()
    qtbot.waitUntil(lambda: bool(failures))
    assert ("could not be taken" in str(failures.pop()), hand.offered) == (True, offered)
    moved.replace(offered)
    hand.take_offered()
    qtbot.waitUntil(lambda: network.state.checkpoint.name == "Me 1")


def test_no_other_hand_is_opened_while_one_is_taught(hand, failures, qtbot):
    write_collected(hand_folder("Me") / LEARNED, drawings(1))
    hand.load("Me")
    qtbot.waitUntil(lambda: len(hand.collected.learned) == 10)
    hand.learn()
    hand.load("Other")
    assert (hand.name, "being taught" in str(failures.pop())) == ("Me", True)
    qtbot.waitUntil(lambda: not hand.is_learning)
    hand.load("Other")
    assert hand.name == "Other"


def test_removing_all_leaves_no_verdict_and_no_offer(hand, qtbot):
    said = []
    hand.remarked.connect(said.append)
    write_collected(hand_folder("Me") / LEARNED, doubtful(0))
    hand.load("Me")
    qtbot.waitUntil(lambda: len(hand.collected.learned) == 20)
    hand.learn()
    qtbot.waitUntil(lambda: not hand.is_learning)
    hand.remove_all()
    qtbot.waitUntil(lambda: not hand.collected.learned)
    assert (hand.report, hand.offered) == (None, None)
    assert said == ["All drawings, and what was learned from them, are removed."]


def test_the_network_before_is_called_as_where_it_reads(hand, network, qtbot, tmp_path):
    folder = tmp_path / "run"  # every run's files have the same names
    folder.mkdir()
    info = replace(load_checkpoint(BASE).info, run="run", recipe="fast")
    save_checkpoint(folder / "best.safetensors", replace(load_checkpoint(BASE), info=info))
    network.open(folder / "best.safetensors")
    qtbot.waitUntil(lambda: network.state.checkpoint.name == "fast, best epoch")
    assert hand.base_name == "fast, best epoch"
    write_collected(hand_folder("Me") / LEARNED, drawings(1))
    hand.load("Me")
    qtbot.waitUntil(lambda: len(hand.collected.learned) == 10)
    hand.learn()
    qtbot.waitUntil(lambda: not hand.is_learning)
    hand.take_offered()
    qtbot.waitUntil(lambda: hand.reads_taught)
    assert hand.base_name == "fast, best epoch"


def outdated_step(**more):
    """The file of a step that was taught from a network which is not there any more."""
    write_collected(hand_folder("Me") / LEARNED, drawings(1))
    checkpoint = load_checkpoint(BASE)
    step = {"base": "fast", "drawings": 10, "date": "2026-01-01", "fingerprint": 1, **more}
    path = hand_folder("Me") / "Me 1.safetensors"
    save_checkpoint(path, replace(checkpoint, info=replace(checkpoint.info, teachings=[step])))
    return path


def loaded(hand, qtbot):
    """The hand, read from the disk anew after what was asked for before."""
    with qtbot.waitSignal(hand.changed):
        hand.load("Me")
    return hand


def test_a_hand_is_learned_anew_where_the_network_is_another(hand, network, qtbot):
    outdated_step()
    assert len(loaded(hand, qtbot).collected.steps) == 1  # the network before reads
    hand.read_with(True)
    qtbot.waitUntil(lambda: hand.report is not None and not hand.is_learning)
    hand.take_offered()  # this one was taught from the network that is there
    qtbot.waitUntil(lambda: network.state.checkpoint.name == "Me 2")
    assert len(loaded(hand, qtbot).collected.steps) == 2


def test_a_fine_tuned_network_reads_on_where_the_one_before_is_another(hand, network, qtbot):
    path = outdated_step(is_fine_tuned=True)
    with qtbot.waitSignal(hand.remarked) as remarked:
        network.open(path)
    assert "fine-tune it anew" in remarked.args[0]
    assert loaded(hand, qtbot).collected.steps == (path,)
    assert network.state.checkpoint.path == path


@pytest.fixture
def started(qtbot):
    """A hand at a start, where nothing has read yet but what it was taught, from a file."""
    parts = []

    def made(taught_from):
        parts.append(Worker())
        network = opened_network(qtbot, parts[-1], open_reader, outdated_step(base="another"))
        parts.append(HandSession(network, "Me", taught_from))
        return parts[-1], network

    yield made
    for part in reversed(parts):
        part.stop()


def test_a_step_that_reads_from_the_start_on_leads_back_to_what_was_taught(started, qtbot):
    hand, network = started(BASE)
    hand.load()
    qtbot.waitUntil(lambda: bool(hand.collected.steps))
    hand.read_with(False)
    qtbot.waitUntil(lambda: not hand.reads_taught)
    assert network.state.checkpoint.path == BASE


def test_where_what_was_taught_is_gone_the_network_that_ships_is_compared_with(started, qtbot, tmp_path):
    hand, _network = started(tmp_path / "gone.safetensors")
    failures = []
    hand.failed.connect(failures.append)
    hand.load()
    qtbot.waitUntil(lambda: len(hand.read.learned.before) == 10 or bool(failures))
    assert not failures


def test_a_name_that_no_folder_can_have_leaves_the_hand_open_that_was(hand, failures, qtbot):
    hand.correct(drawn(4), 4)
    hand.load("../Me")
    assert "cannot be called" in str(failures.pop())
    hand.correct(drawn(6), 6)
    qtbot.waitUntil(lambda: labels(hand) == [4, 6])
    assert hand.name == "Me"


def test_test_drawings_are_apart(hand, qtbot):
    for each in drawings(1):
        hand.add(each.ink, each.label, is_test=True)
    qtbot.waitUntil(lambda: hand.read.tested.right >= (8,))
    assert hand.collected.learned == ()
    hand.learn()
    assert not hand.is_learning


def test_of_a_broken_collection_what_can_be_read_is_there_and_said(hand, failures, qtbot):
    path = hand_folder("Me") / LEARNED
    write_collected(path, [Drawing(drawn(3), 3, None, "a"), Drawing(drawn(4), 4, None, "b")])
    path.write_bytes(path.read_bytes()[:-300])
    hand.load()
    qtbot.waitUntil(lambda: labels(hand) == [3])
    assert "is broken" in str(failures.pop())


def test_of_a_truncated_file_what_is_whole_is_imported_and_said(hand, failures, qtbot, tmp_path):
    path = tmp_path / "theirs.inkml"
    write_collected(path, [Drawing(drawn(3), 3, None, "a"), Drawing(drawn(4), 4, None, "b")])
    path.write_bytes(path.read_bytes()[:-300])
    hand.import_file(path)
    qtbot.waitUntil(lambda: labels(hand) == [3] or bool(failures))
    assert labels(hand) == [3]
    assert [str(each) for each in failures] == ["theirs.inkml is broken. Drawings of it that could be read: 1"]
    assert list(tmp_path.glob("theirs*")) == [path]
    failures.clear()


def test_everything_can_be_removed(hand, qtbot):
    hand.correct(drawn(4), 4)
    qtbot.waitUntil(lambda: labels(hand) == [4])
    hand.remove_all()
    qtbot.waitUntil(lambda: labels(hand) == [])
    assert not hands_folder().exists()


def test_a_drawing_stays_suspicious_though_a_network_has_learned_its_label(tmp_path):
    checkpoint, wrong = load_checkpoint(BASE), Drawing(drawn(4), 1, None, "a")
    last = f"{[module for member in network_of(checkpoint.info.layers).members for module in member][-1].name}.bias"
    bias = checkpoint.arrays[last] + np.where(np.arange(10) == 1, 99, 0).astype(np.float32)  # it reads all as ones
    step = {"base": "fast", "drawings": 1, "date": "2026-01-01"}
    ones = Checkpoint(replace(checkpoint.info, teachings=[step]), checkpoint.arrays | {last: bias})
    for doubtful in ([], [wrong]):
        save_checkpoint(tmp_path / "mine.safetensors", with_doubtful(ones, doubtful))
        read = Teacher().read(BASE, Collected((wrong,), steps=(tmp_path / "mine.safetensors",))).learned
        assert (read.before, read.after) == ((4,), (1,))
        assert read.suspicious == (bool(doubtful),)
