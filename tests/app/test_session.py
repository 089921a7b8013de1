"""What the window brings back at the next start: the drawing, the recipe, and the runs whose curves were shown."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QComboBox

from digitpad.storage.io import DEFAULT_CHECKPOINT
from digitpad.storage.recipe_store import delete_recipe, keep_recipe
from digitpad.storage.run_store import create, runs_folder
from digitpad.ui.session.drawing_keeper import session_folder
from tests.app.pad import FOUR, SEVEN
from tests.app.test_files import drop, wait_for_checkpoint
from tests.ui.training_services import RECIPE, steps


def wait_for_ink(pad):
    pad.qtbot.waitUntil(lambda: not pad.canvas.ink.is_empty)


def recipe_combo(pad):
    """It is made once there is a network."""
    pad.qtbot.waitUntil(lambda: pad.widget("recipe_combo", QComboBox) is not None)
    return pad.widget("recipe_combo", QComboBox)


def test_the_drawing_is_there_again_and_read(start):
    first = start()
    first.draw(FOUR)
    drawn = first.canvas.ink
    first.window.close()
    again = start()
    wait_for_ink(again)
    for stroke, before in zip(again.canvas.ink.strokes, drawn.strokes, strict=True):
        np.testing.assert_allclose(stroke.points, before.points, atol=1e-3)
        assert stroke.width == before.width
    assert again.answer().digit == 4
    assert not again.canvas.can_undo
    again.draw(SEVEN)
    assert len(again.canvas.ink.strokes) == 3
    again.canvas.undo()
    assert len(again.canvas.ink.strokes) == 2


def test_what_is_on_the_pad_is_written_while_nobody_draws(start, qtbot):
    pad = start()
    pad.draw(SEVEN)
    file = session_folder() / "drawing.inkml"
    qtbot.waitUntil(file.exists)
    pad.canvas.clear_ink()
    qtbot.waitUntil(lambda: not file.exists())


KILLED = """
import os, signal, sys
from pathlib import Path
from digitpad.storage.io import unfinished
with unfinished(Path(sys.argv[1])) as part:
    part.write_bytes(b"half a file")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_what_a_killed_process_left_is_gone_after_a_start(start, qtbot, tmp_path):
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert list(tmp_path.glob(".*.part"))
    start()
    qtbot.waitUntil(lambda: not list(tmp_path.glob(".*.part")))


def test_a_cleared_pad_is_empty_at_the_next_start(start):
    first = start()
    first.draw(SEVEN)
    first.window.close()
    second = start()
    wait_for_ink(second)
    second.canvas.clear_ink()
    second.window.close()
    third = start()
    wait_for_checkpoint(third, "pen")
    third.window.close()  # after what was asked for has been read
    assert third.canvas.ink.is_empty
    assert not list(session_folder().iterdir())


def test_a_picture_is_there_again_and_read_the_same(start, tmp_path):
    image = QImage(300, 400, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    for y in range(60, 340):
        for x in range(140, 165):
            image.setPixelColor(x, y, QColor("black"))
    image.save(str(tmp_path / "one.png"))
    first = start()
    drop(first, tmp_path / "one.png")
    wait_for_ink(first)
    assert first.answer().digit == 1
    shown = first.canvas.ink.picture
    first.window.close()
    again = start()
    wait_for_ink(again)
    np.testing.assert_array_equal(again.canvas.ink.picture.pixels, shown.pixels)
    assert again.answer().digit == 1


def test_a_start_that_names_a_checkpoint_neither_reads_nor_changes_what_was_kept(start):
    first = start()
    first.draw(SEVEN)
    recipe_combo(first).setCurrentIndex(1)
    first.window.close()
    kept = (session_folder() / "drawing.inkml").read_bytes()
    named = start("--checkpoint", str(DEFAULT_CHECKPOINT))
    wait_for_checkpoint(named, "pen")
    assert named.canvas.ink.is_empty
    assert recipe_combo(named).currentIndex() == 0
    named.draw(FOUR)
    named.answer()
    named.window.close()
    assert (session_folder() / "drawing.inkml").read_bytes() == kept
    last = start()
    wait_for_ink(last)
    assert recipe_combo(last).currentIndex() == 1


@pytest.mark.parametrize("name", ["drawing.inkml", "picture.png"])
@pytest.mark.parametrize("content", [b"", b"no drawing", b"<html/>", b"\x89PNG\r\n\x1a\n", None])
def test_a_file_that_cannot_be_read_is_set_aside_and_the_log_says_why(start, caplog, name, content):
    file = session_folder() / name
    if content is None:
        file.mkdir(parents=True)
    else:
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        pad = start()
        pad.qtbot.waitUntil(lambda: not file.exists())
    assert file.with_name(f"{name}.broken").exists()
    assert f"{name}.broken" in caplog.text
    pad.draw(SEVEN)
    assert pad.answer().digit == 7
    pad.window.close()
    again = start()
    wait_for_ink(again)


def test_a_folder_that_may_not_be_written_to_costs_the_drawing_alone(start, monkeypatch, tmp_path, caplog):
    (tmp_path / "file").touch()
    pad = start()
    wait_for_checkpoint(pad, "pen")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    pad.draw(SEVEN)
    assert pad.answer().digit == 7
    pad.window.close()
    assert "the drawing is not kept" in caplog.text


def make_run(name):
    run = create(RECIPE, 0, "Starter set", "starter", "cpu", runs_folder())
    run.update_info(lambda info: replace(info, state="finished", name=name))
    run.append([steps(1), steps(2)])
    return run.path.name


def test_the_recipe_and_the_curves_are_selected_again(begin):
    shown, laid_over, _other = make_run("shown"), make_run("over"), make_run("other")
    first = begin().ready()
    first.combo("recipe_combo").setCurrentIndex(2)
    recipe = first.combo("recipe_combo").currentData()
    first.open()
    first.until(lambda: len(first.listed()) == 3)
    first.select(shown)
    table = first.runs.view.model()
    table.toggle(table.row_of(laid_over))
    first.until(lambda: first.curves.overlays)
    first.window.close()

    not_looked_at = begin()
    not_looked_at.open(False)
    not_looked_at.window.close()

    again = begin().ready()
    assert again.combo("recipe_combo").currentData() == recipe
    again.open()
    again.until(lambda: again.curves.name == "shown")
    again.until(lambda: list(again.curves.overlays) == ["over"])
    assert again.curves.curves.run.id == shown


def test_a_recipe_of_ones_own_is_selected_again_unless_it_is_gone(begin):
    keep_recipe(replace(RECIPE, id="mine", title="Mine"))
    first = begin().ready()
    first.until(lambda: first.combo("recipe_combo").findData("mine") >= 0)
    first.combo("recipe_combo").setCurrentIndex(first.combo("recipe_combo").findData("mine"))
    first.window.close()
    again = begin().ready()
    again.until(lambda: again.combo("recipe_combo").currentData() == "mine")
    again.window.close()
    delete_recipe("mine")
    last = begin().ready()
    assert last.combo("recipe_combo").currentIndex() == 0
