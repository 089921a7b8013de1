"""What a run needs before its first step: where it is looked for, and what is said where it cannot be had."""

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.run import TrainingConfig
from digitpad.domain.run_control import RunControl
from digitpad.ink.formats.inkml import write_inkml
from digitpad.learning.training import prepare as module
from digitpad.learning.training.prepare import prepare
from digitpad.learning.training.recipes import RECIPES
from tests.hand_drawn import drawings, unipen
from tests.learning.idx_files import hand_drawn_mnist

RECIPE = replace(
    RECIPES["pen"], network="small", epochs=1, batch=32, stroke_variations=1, digit_styles=1, outliers=5, ema_decay=0.0
)


@pytest.fixture(scope="module")
def mnist(tmp_path_factory):
    return hand_drawn_mnist(tmp_path_factory.mktemp("data") / "mnist", 4)


@pytest.fixture
def ink(tmp_path):
    write_inkml(tmp_path / "pen.inkml", drawings(6))
    return tmp_path / "pen.inkml"


@pytest.fixture
def ready(mnist, ink):
    """Prepares a run on a few pen strokes, or as is asked for instead."""

    def prepared(control=None, on_progress=lambda _: None, **requested):
        config = replace(TrainingConfig(RECIPE, seed=3, data=str(mnist), device="cpu", ink=ink), **requested)
        return prepare(config, control or RunControl(), on_progress, DigitpadError("The run was stopped too soon."))

    return prepared


def put(ink, folder, name):
    """Put pen digits into a folder of data, in the format that the name tells."""
    place = folder / "pendigits" / name
    place.parent.mkdir(parents=True)
    if name.endswith(".inkml"):
        shutil.copy(ink, place)
    else:
        place.write_text(unipen(drawings(6)))


@pytest.mark.parametrize("name", ["train.inkml", "pendigits-orig.tra"])
@pytest.mark.parametrize("whose", ["named", "own"])
def test_pen_digits_are_found_in_the_named_and_in_the_own_data_folder(ready, ink, tmp_path, monkeypatch, name, whose):
    monkeypatch.setenv("DIGITPAD_DATA_DIR", str(tmp_path / "named"))
    monkeypatch.setattr(module, "download_folder", lambda: tmp_path / "own" / "mnist")
    put(ink, tmp_path / whose, name)
    assert "50 pen digits of 5 writers" in str(ready(ink=None).words)


def test_the_named_data_folder_goes_before_the_own(ready, ink, tmp_path, monkeypatch):
    monkeypatch.setenv("DIGITPAD_DATA_DIR", str(tmp_path / "named"))
    monkeypatch.setattr(module, "download_folder", lambda: tmp_path / "own" / "mnist")
    put(ink, tmp_path / "named", "pendigits-orig.tra")
    put(ink, tmp_path / "own", "train.inkml")
    (tmp_path / "own" / "pendigits" / "train.inkml").write_text("broken")
    assert "50 pen digits of 5 writers" in str(ready(ink=None).words)


def test_where_pen_digits_are_nowhere_the_sentence_says_what_they_are_for(ready, tmp_path, monkeypatch):
    monkeypatch.setenv("DIGITPAD_DATA_DIR", str(tmp_path / "named"))
    monkeypatch.setattr(module, "download_folder", lambda: tmp_path / "own" / "mnist")
    with pytest.raises(InputError, match=r"pen trains on pen strokes too, and .*train\.inkml does not exist"):
        ready(ink=None)


@pytest.mark.parametrize(("name", "said"), [("", "is a folder"), ("a" * 300, "cannot be opened"), ("\0", "not valid")])
def test_what_can_be_no_file_of_strokes_is_a_sentence(ready, tmp_path, name, said):
    with pytest.raises(InputError, match=said):
        ready(ink=tmp_path / name)


def test_a_data_folder_with_an_impossible_name_is_a_sentence(ready, monkeypatch):
    monkeypatch.setenv("DIGITPAD_DATA_DIR", "a" * 300)
    monkeypatch.setattr(module, "download_folder", lambda: Path("b" * 300) / "mnist")
    with pytest.raises(InputError, match="cannot be opened"):
        ready(ink=None)


def test_the_making_of_drawings_is_reported_to_its_end(ready):
    reported = []
    assert ready(on_progress=reported.append).unseen == 10
    assert (reported[-1].done, reported[-1].total, reported[-1].remaining_seconds) == (270, 270, 0)  # four sets


def test_what_is_left_is_estimated_at_the_pace_so_far_and_without_pauses(ready, monkeypatch):
    clock, reported = [1000.0], []

    class Pausing(RunControl):
        def should_continue(self):
            clock[0] += 3600  # a pause before each drawing
            return super().should_continue()

    def made(recipe, ink, seed, *, on_progress):
        for done in (1, 2, 3):
            clock[0] += 2.0
            on_progress(done, 10)
        raise InputError("enough")

    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    monkeypatch.setattr(module, "pen_images", made)
    with pytest.raises(InputError, match="enough"):
        ready(Pausing(), reported.append)
    assert [(now.done, now.remaining_seconds) for now in reported] == [(1, 18.0), (2, 16.0), (3, 14.0)]


def test_a_stop_says_when_it_was(ready):
    control = RunControl()
    control.stop()
    with pytest.raises(DigitpadError, match=r"^The run was stopped too soon\.$"):
        ready(control)


def test_drawings_that_fill_the_memory_are_a_sentence(ready, monkeypatch):
    def full(*_):
        raise MemoryError

    monkeypatch.setattr(module, "concatenated", full)
    with pytest.raises(DigitpadError, match="memory is not enough"):
        ready()
