"""Drawing and erasing without a window."""

from __future__ import annotations

import numpy as np
import pytest

from digitpad.ink.editing import InkEditor
from digitpad.ink.strokes import MOUSE_PRESSURE, Ink, Stroke


def drawn(editor, *places, nearest=0.0):
    editor.begin_stroke(20.0, 0.0)
    for number, place in enumerate(places):
        editor.draw_to(place, number / 100, None)
    return editor.finish(nearest)


def test_a_stroke_is_one_step_of_the_history():
    editor = InkEditor()
    assert drawn(editor, (100.0, 100.0), (200.0, 100.0), (200.0, 100.0))
    (stroke,) = editor.ink.strokes
    assert stroke.points.tolist() == [[100, 100, 0, MOUSE_PRESSURE], [200, 100, 0.01, MOUSE_PRESSURE]]
    assert stroke.width == 20
    editor.undo()
    assert editor.ink.is_empty
    assert editor.can_redo
    assert not editor.can_undo


def test_what_is_cancelled_leaves_no_step():
    editor = InkEditor()
    editor.begin_stroke(20.0, 0.0)
    editor.draw_to((1.0, 2.0), 0.0, 1.0)
    assert (editor.is_pen_down, editor.can_undo, len(editor.ink.strokes)) == (True, True, 1)
    editor.cancel()
    assert (editor.is_pen_down, editor.can_undo, len(editor.ink.strokes)) == (False, False, 0)


@pytest.mark.parametrize(("apart", "strokes"), [(4.0, 1), (6.0, 2)])
def test_a_dot_on_a_dot_is_no_step(apart, strokes):
    editor = InkEditor()
    drawn(editor, (100.0, 100.0))
    assert drawn(editor, (100.0 + apart, 100.0), nearest=5.0) is (strokes == 2)
    assert len(editor.ink.strokes) == strokes


def test_an_eraser_that_splits_a_short_stroke_erases_it():
    editor = InkEditor()
    editor.replace(Ink((Stroke.of([(0, 500), (1000, 500)], 20.0), Stroke.of([(400, 100), (600, 100)], 20.0))))
    editor.begin_erasing((500.0, 100.0))
    path = editor.erase_to((500.0, 100.0))
    np.testing.assert_array_equal(path, [[500, 100], [500, 100]])
    assert editor.erase_to((500.0, 90.0)) is None
    assert editor.finish(1e6)
    assert len(editor.ink.strokes) == 3
    editor.undo()
    assert len(editor.ink.strokes) == 2
