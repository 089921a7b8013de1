"""The shipped network reads every form that people write, and refuses what is no digit."""

import pytest

from digitpad.reading.load import open_reader
from tests.digit_styles import digits_by_style, more_outliers_by_style, outliers_by_style, strangers_by_style

DIGIT_STYLES = digits_by_style() | strangers_by_style()
PEOPLE_DIFFER = "flat-flag-one"
"""Some write a seven like that: the answer may be one, and has to be unsure where it is."""

POLYGONS = {"angular-zero-2": None, "angular-zero-3": None}
"""Of five and four corners: they may be taken for a pentagon and a box, which are no digits, but for nothing else."""


@pytest.fixture(scope="module")
def shipped():
    return open_reader()


@pytest.mark.parametrize("style", sorted(set(DIGIT_STYLES) - {PEOPLE_DIFFER}))
def test_a_form_is_read(shipped, style):
    read = {drawing.name: shipped.predict(drawing.ink).digit for drawing in DIGIT_STYLES[style]}

    assert len(read) >= 4
    wanted = {drawing.name: drawing.label for drawing in DIGIT_STYLES[style]}
    assert read in (wanted, wanted | {name: None for name in POLYGONS if name in wanted})


def test_where_people_differ_the_answer_is_right_or_unsure(shipped):
    for drawing in DIGIT_STYLES[PEOPLE_DIFFER]:
        read = shipped.predict(drawing.ink)
        assert read.digit in (1, 7), drawing.name
        assert read.digit == 1 or max(read.probabilities) < 0.9, drawing.name


@pytest.mark.parametrize("styles", [outliers_by_style, more_outliers_by_style])
def test_what_is_no_digit_is_refused(shipped, styles):
    outliers = [drawing for style in styles().values() for drawing in style]
    read = {drawing.name: shipped.predict(drawing.ink).digit for drawing in outliers}
    taken = {name: digit for name, digit in read.items() if digit is not None}

    assert len(read) >= 100
    assert len(taken) <= 0.05 * len(read), taken
