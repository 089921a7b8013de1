"""The shipped network reads every form that people write, and refuses what is no digit."""

import pytest

from digitpad.learning.models.recognizer import open_recognizer
from tests.forms import digits_by_form, others_by_form

FORMS = digits_by_form()


@pytest.fixture(scope="module")
def shipped():
    return open_recognizer()


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_read(shipped, form):
    read = {drawing.name: shipped.predict(drawing.ink).digit for drawing in FORMS[form]}

    assert len(read) >= 4
    assert read == {drawing.name: drawing.label for drawing in FORMS[form]}


def test_what_is_no_digit_is_refused(shipped):
    others = [drawing for form in others_by_form().values() for drawing in form]
    read = {drawing.name: shipped.predict(drawing.ink).digit for drawing in others}
    taken = {name: digit for name, digit in read.items() if digit is not None}

    assert len(read) >= 120
    assert len(taken) <= 0.05 * len(read), taken
