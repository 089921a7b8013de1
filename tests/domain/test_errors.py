"""Errors whose words can be translated."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.domain.errors import DigitpadError, InputError, Message

VALUES = st.dictionaries(
    st.sampled_from(["file", "count", "reason"]),
    st.one_of(
        st.text(),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.none(),
        st.builds(InputError, st.text(), file=st.text()),
    ),
)


def test_values_stand_in_their_places_and_numbers_are_grouped():
    error = InputError("{file} has {count} bytes, {share} of {file}.", file="a.png", count=1234567, share=0.5)
    assert str(error) == "a.png has 1,234,567 bytes, 0.5 of a.png."


def test_a_message_among_the_values_is_said_in_the_same_language():
    error = InputError("{file} failed: {why}", file="a.png", why=Message("layer {number} is unknown.", number=1000))
    assert str(error) == "a.png failed: layer 1,000 is unknown."
    said = error.said(
        {"{file} failed: {why}": "{why} ({file})", "layer {number} is unknown.": "{number}?"}.get, "{:_}".format
    )
    assert said == "1_000? (a.png)"


def test_words_of_a_value_are_no_places():
    assert (
        str(InputError("{file} {reason}", file="{reason}", reason="{0} {file!r:>9} }{"))
        == "{reason} {0} {file!r:>9} }{"
    )


@given(st.text(), VALUES)
def test_saying_an_error_never_fails_and_a_copy_says_the_same(template, values):
    error = DigitpadError(template, **values)
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert (str(other), type(other)) == (str(error), DigitpadError)


@given(VALUES)
def test_every_value_appears(values):
    said = str(InputError(" ".join(f"{{{name}}}" for name in values), **values))
    assert all(str(value) in said for value in values.values() if isinstance(value, (str, Message)))


def test_a_template_is_given_by_its_place_alone():
    with pytest.raises(TypeError):
        InputError(template="{file}")
    assert str(InputError("{template} is {values}", template="a", values="b")) == "a is b"
