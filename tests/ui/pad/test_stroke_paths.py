import weakref

from digitpad.ink.strokes import Stroke
from digitpad.ui.pad.stroke_paths import StrokePaths


def test_paths_of_strokes_that_undo_alone_knows_are_let_go():
    strokes = [Stroke.of([(number, 2.0), (30.0, 40.0)]) for number in range(500)]
    paths = StrokePaths()
    made = [weakref.ref(path) for path in paths.of(strokes)]
    paths.keep(strokes[:300])
    assert all(path() is not None for path in made)  # undo may bring the others back
    paths.keep(strokes[:10])
    assert [path() is not None for path in made] == [True] * 10 + [False] * 490
    assert sum(1 for _ in paths.of(strokes)) == 500
