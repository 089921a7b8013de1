"""What a recipe may hold, and the sentences about what it may not."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.domain.errors import InputError
from digitpad.domain.recipe import (
    AUGMENTATION_LIMITS,
    FILE_KEYS,
    LIMITS,
    OPTIMISERS,
    PRECISIONS,
    SCHEDULES,
    TEXT_LENGTHS,
    Augmentation,
    Recipe,
    check_id,
    check_recipe,
    one_line,
)

GOOD = Recipe(id="mine", title="Mine", network="wide", epochs=3)
WHOLE = {
    "epochs",
    "batch",
    "stroke_variations",
    "digit_styles",
    "outliers",
    "validation_images",
    "test_batch",
    "test_every",
    "test_images",
}
WHOLE |= {"samples_before", "samples_after", "outputs_after"}

LINE = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
IDS = st.from_regex(r"[a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,4}", fullmatch=True)


def _number(name, limits):
    low, high = limits[name]
    return st.integers(int(low), int(high)) if name in WHOLE else st.floats(low, high)


AUGMENTATIONS = st.builds(Augmentation, **{name: _number(name, AUGMENTATION_LIMITS) for name in AUGMENTATION_LIMITS})
RECIPES = st.builds(
    Recipe,
    id=IDS,
    title=st.text(LINE, min_size=1, max_size=TEXT_LENGTHS["title"]).filter(str.strip),
    network=IDS,
    teaches=st.text(LINE, max_size=40),
    optimiser=st.sampled_from(OPTIMISERS),
    schedule=st.sampled_from(SCHEDULES),
    precision=st.sampled_from(PRECISIONS),
    milestones=st.sets(st.integers(0, 1000), max_size=8).map(lambda epochs: tuple(sorted(epochs))),
    augmentation=st.one_of(st.just(Augmentation()), AUGMENTATIONS),
    **{name: _number(name, LIMITS) for name in LIMITS},
)
"""Every recipe that can be used."""


@given(RECIPES)
def test_what_is_within_the_limits_is_let_through(recipe):
    assert check_recipe(recipe) is recipe


@pytest.mark.parametrize("name", LIMITS)
def test_a_wrong_number_is_refused_by_name(name):
    low, high = LIMITS[name]
    for wrong in (low - 1, high + 1, math.nan, math.inf, -math.inf, True, "3", None, 10**5000):
        with pytest.raises(
            InputError,
            match=rf"^The recipe's {FILE_KEYS.get(name, name)} is .*\. Choose one from .* to .*\.$",
        ):
            check_recipe(replace(GOOD, **{name: wrong}))


@pytest.mark.parametrize("name", AUGMENTATION_LIMITS)
def test_a_wrong_number_of_the_augmentation_is_refused_by_name(name):
    for wrong in (-0.01, AUGMENTATION_LIMITS[name][1] + 1, math.nan, "3", [], 10**5000):
        with pytest.raises(InputError, match=rf"^The recipe's augmentation.{name} is .*\. Choose one from"):
            check_recipe(replace(GOOD, augmentation=Augmentation(**{name: wrong})))


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_count_is_whole(name):
    with pytest.raises(InputError, match=f"{FILE_KEYS.get(name, name)} is 1.5, which is no whole number"):
        check_recipe(replace(GOOD, **{name: 1.5}))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("optimiser", "lion", "optimiser is 'lion'. Choose one of adamw, adam, sgd."),
        ("schedule", ["steps"], "schedule is ['steps']. Choose one of one-cycle, constant, steps."),
        ("precision", "half", "precision is 'half'. Choose one of full, mixed."),
        ("title", "  ", "title is empty. Give it one."),
        ("title", 7, "title is 7. Put a text in quotes there."),
        ("title", "x" * 101, "title has 101 characters. Shorten it to 100."),
        ("title", "a\nb", "title holds a line break or a control character. Write it on one line."),
        ("teaches", "a\ud800", "teaches holds a line break or a control character. Write it on one line."),
        ("id", "../up", "id is '../up'. Use lower-case letters, digits and single hyphens between them, 64 at most."),
        ("network", None, "network is None. Use lower-case letters"),
        ("milestones", [1], "milestones are [1], which is no list."),
        ("milestones", (1, 2.0), "milestones hold 2.0, which is no whole number."),
        ("milestones", (True,), "milestones hold True, which is no whole number."),
        ("milestones", (-1,), "milestone -1 is out of range or out of order."),
        ("milestones", (5, 5), "milestone 5 is out of range or out of order."),
        pytest.param(
            "milestones", (10**5000,), "milestone a number with more than 18 digits is out of range", id="huge"
        ),
        ("milestones", tuple(range(101)), "101 milestones, which are too many."),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(name, value, said):
    with pytest.raises(InputError) as raised:
        check_recipe(replace(GOOD, **{name: value}))
    assert said in str(raised.value)


@pytest.mark.parametrize("wrong", ["", "A", "a--b", "-a", "a-", "a b", "ä", "a/b", ".", "a\n", "a" * 65, 3, None])
def test_an_id_can_be_the_name_of_a_file(wrong):
    with pytest.raises(InputError):
        check_id(wrong)


@given(st.text())
def test_any_text_becomes_one_line(text):
    line = one_line(text)
    assert line == one_line(line)
    if line and len(line) <= TEXT_LENGTHS["title"]:
        check_recipe(replace(GOOD, title=line))
