"""The shipped network reads every form that people write, and refuses what is no digit."""

import pytest

from digitpad.reading.load import open_reader
from tests.digit_styles import digits_by_style, outliers_by_style

DIGIT_STYLES = digits_by_style()


@pytest.fixture(scope="module")
def shipped():
    return open_reader()


@pytest.mark.parametrize("style", DIGIT_STYLES)
def test_a_form_is_read(shipped, style):
    read = {drawing.name: shipped.predict(drawing.ink).digit for drawing in DIGIT_STYLES[style]}

    assert len(read) >= 4
    assert read == {drawing.name: drawing.label for drawing in DIGIT_STYLES[style]}


def test_what_is_no_digit_is_refused(shipped):
    outliers = [drawing for style in outliers_by_style().values() for drawing in style]
    read = {drawing.name: shipped.predict(drawing.ink).digit for drawing in outliers}
    taken = {name: digit for name, digit in read.items() if digit is not None}

    assert len(read) >= 120
    assert len(taken) <= 0.05 * len(read), taken
