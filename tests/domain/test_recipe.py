"""What a recipe may hold, and the sentences about what it may not."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.domain.errors import InputError
from digitpad.domain.recipe import Augmentation, Recipe, check_recipe
from digitpad.domain.recipe_settings import is_id, one_line
from digitpad.domain.settings_fields import declared

GOOD = Recipe(id="mine", title="Mine", network="wide", epochs=3)
SETTINGS, AUGMENTATION = declared(Recipe), declared(Augmentation)
NUMBERS = [name for name, setting in SETTINGS.items() if setting.type in (int, float)]

LINE = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
IDS = st.from_regex(r"[a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,4}", fullmatch=True)


def _number(setting):
    low, high = setting.limits
    return st.integers(int(low), int(high)) if setting.is_whole else st.floats(low, high)


AUGMENTATIONS = st.builds(Augmentation, **{name: _number(setting) for name, setting in AUGMENTATION.items()})
RECIPES = st.builds(
    Recipe,
    id=IDS,
    title=st.text(LINE, min_size=1, max_size=100).filter(str.strip),
    network=IDS,
    teaches=st.text(LINE, max_size=40),
    optimiser=st.sampled_from(list(SETTINGS["optimiser"].choices)),
    schedule=st.sampled_from(list(SETTINGS["schedule"].choices)),
    precision=st.sampled_from(list(SETTINGS["precision"].choices)),
    milestones=st.sets(st.integers(0, 1000), max_size=8).map(lambda epochs: tuple(sorted(epochs))),
    augmentation=st.one_of(st.just(Augmentation()), AUGMENTATIONS),
    **{name: _number(SETTINGS[name]) for name in NUMBERS},
)
"""Every recipe that can be used."""


@given(RECIPES)
def test_what_is_within_the_limits_is_let_through(recipe):
    assert check_recipe(recipe) is recipe


@pytest.mark.parametrize("name", NUMBERS)
def test_a_wrong_number_is_refused_by_name(name):
    setting = SETTINGS[name]
    low, high = setting.limits
    kind = "whole number" if setting.is_whole else "number"
    for wrong in (low - 1, high + 1, math.nan, math.inf, -math.inf, True, "3", None, 10**5000):
        with pytest.raises(
            InputError, match=rf"^The value {setting.key} is .*; it has to be a {kind} from [-\d].* to \d.*\.$"
        ):
            check_recipe(replace(GOOD, **{name: wrong}))


@pytest.mark.parametrize("name", AUGMENTATION)
def test_a_wrong_number_of_the_augmentation_is_refused_by_name(name):
    for wrong in (-0.01, AUGMENTATION[name].limits[1] + 1, math.nan, "3", [], 10**5000):
        with pytest.raises(InputError, match=rf"^The value augmentation.{name} is .*; it has to be a number from 0 to"):
            check_recipe(replace(GOOD, augmentation=Augmentation(**{name: wrong})))


@pytest.mark.parametrize("name", [name for name in NUMBERS if SETTINGS[name].is_whole])
def test_a_count_is_whole(name):
    with pytest.raises(InputError, match=f"{SETTINGS[name].key} is 1.5; it has to be a whole number"):
        check_recipe(replace(GOOD, **{name: 1.5}))


LINE_WANTED = "it has to be one line of 1 to 100 characters."
EPOCHS_WANTED = "it has to be epochs from 0 to 1,000 in rising order, 100 at most."


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("optimiser", "lion", "optimiser is 'lion'; it has to be one of adamw, adam, sgd."),
        ("schedule", ["steps"], "schedule is ['steps']; it has to be one of one-cycle, constant, steps."),
        ("precision", "half", "precision is 'half'; it has to be one of full, mixed."),
        ("title", "  ", f"title is '  '; {LINE_WANTED}"),
        ("title", 7, f"title is 7; {LINE_WANTED}"),
        ("title", "x" * 101, f"x'; {LINE_WANTED}"),
        ("title", "a\nb", f"title is 'a\\nb'; {LINE_WANTED}"),
        ("teaches", "a\ud800", "teaches is 'a\\ud800'; it has to be one line of 400 characters at most."),
        ("id", "../up", "id is '../up'; it has to be lower-case letters, digits and single hyphens between them, 64"),
        ("network", None, "network is None; it has to be lower-case letters"),
        ("milestones", 1, f"milestones is 1; {EPOCHS_WANTED}"),
        ("milestones", (1, 2.0), f"milestones is (1, 2.0); {EPOCHS_WANTED}"),
        ("milestones", (True,), f"milestones is (True,); {EPOCHS_WANTED}"),
        ("milestones", (-1,), f"milestones is (-1,); {EPOCHS_WANTED}"),
        ("milestones", (5, 5), f"milestones is (5, 5); {EPOCHS_WANTED}"),
        pytest.param("milestones", (10**5000,), f"something with an endless number; {EPOCHS_WANTED}", id="huge"),
        ("milestones", tuple(range(101)), f"...); {EPOCHS_WANTED}"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(name, value, said):
    with pytest.raises(InputError) as raised:
        check_recipe(replace(GOOD, **{name: value}))
    assert said in str(raised.value)


@pytest.mark.parametrize("wrong", ["", "A", "a--b", "-a", "a-", "a b", "ä", "a/b", ".", "a\n", "a" * 65, 3, None])
def test_an_id_can_be_the_name_of_a_file(wrong):
    assert not (isinstance(wrong, str) and is_id(wrong))
    with pytest.raises(InputError):
        check_recipe(replace(GOOD, id=wrong))


@given(st.text())
def test_any_text_becomes_one_line(text):
    line = one_line(text)
    assert line == one_line(line)
    if line and len(line) <= 100:
        check_recipe(replace(GOOD, title=line))
