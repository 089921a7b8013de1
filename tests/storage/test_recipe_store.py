"""Recipes as files: what is written is read again, and no file does worse than be refused by name."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.recipe import Augmentation, Recipe
from digitpad.domain.recipe_settings import is_id
from digitpad.storage.recipe_store import (
    delete_recipe,
    free_id,
    keep_recipe,
    load_recipe,
    own_recipes,
    recipe_from_json,
    recipe_to_json,
    recipes_folder,
    save_recipe,
)
from tests.domain.test_recipe import RECIPES

MINE = Recipe(id="mine", title="Mine", network="wide", epochs=3)
VALUES = json.loads(recipe_to_json(MINE))

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = [*Recipe.__dataclass_fields__, "type", "format"]


def text_of(**values):
    return json.dumps({**VALUES, **values})


@given(RECIPES)
def test_any_recipe_is_read_as_it_was_written(recipe):
    assert recipe_from_json(recipe_to_json(recipe), "mine.json") == recipe


def test_a_file_is_small_and_readable():
    recipe = replace(MINE, title="Schräg", schedule="steps", augmentation=Augmentation(degrees=10))
    assert recipe_to_json(recipe) == (
        '{\n  "type": "digitpad-recipe",\n  "format": 1,\n  "id": "mine",\n  "title": "Schräg",\n'
        '  "network": "wide",\n  "epochs": 3,\n  "batch": 128,\n  "optimiser": "adamw",\n  "rate": 0.003,\n'
        '  "schedule": "steps",\n  "augmentation": {\n    "degrees": 10\n  }\n}\n'
    )


def test_a_recipe_that_cannot_be_used_is_not_written(tmp_path):
    with pytest.raises(InputError, match="epochs"):
        save_recipe(tmp_path / "mine.json", replace(MINE, epochs=0))
    assert not list(tmp_path.iterdir())


@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4))
def test_any_values_are_taken_or_refused_by_name(values):
    """Where a value is wrong, the sentence names the file; no other error comes out."""
    try:
        recipe_from_json(text_of(**values), "odd.json")
    except InputError as error:
        said = str(error)
    else:
        said = "odd.json is usable"
    assert said.startswith("odd.json ")
    assert len(said) < 400


@given(JSON)
def test_any_other_json_is_refused_by_name(value):
    with pytest.raises(InputError, match=r"^odd\.json is no recipe that can be used\. It (has no|is|holds) "):
        recipe_from_json(json.dumps(value), "odd.json")


@given(st.binary())
def test_any_bytes_are_refused_by_name(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "odd.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"^odd\.json is no recipe that can be used\. It is "):
        load_recipe(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            text_of(rate=float("nan")),
            "odd.json is no recipe that can be used. It holds NaN, which is no usable number. Correct it.",
        ),
        (text_of(rate=float("-inf")), "It holds -Infinity, which is no usable number. Correct it."),
        (text_of().replace("0.003", "1e999"), "The value rate is inf; it has to be a number from 1e-07 to 10."),
        (text_of().replace("0.003", "1" * 5000), "It holds an endless number."),
        (text_of(rate="0.1"), "The value rate is '0.1'; it has to be a number from 1e-07 to 10."),
        (text_of(momentun=0.5), "There is no value 'momentun'. Remove it or correct the name."),
        (text_of(augmentation={"tilt": 1}), "There is no value augmentation.'tilt'."),
        (text_of(augmentation=[1]), "The value augmentation is [1]; it has to be values in braces."),
        (text_of(format=2), "A newer digitpad wrote it: its format is 2, and 1 can be read. Update digitpad."),
        (text_of(format="1"), "Its format is '1'; 1 can be read. Correct it."),
        (text_of(type="other"), 'It has no "type": "digitpad-recipe".'),
        (text_of()[:40], "It is not JSON: line 1, column "),
        ("[" * 60_000, "It is nested too deeply."),
        (text_of().replace("{", '{"id": "twin", '), "It holds 'id' twice. Remove one of them."),
        (json.dumps({k: v for k, v in VALUES.items() if k != "epochs"}), "The value epochs is missing. Add it."),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(text, said):
    with pytest.raises(InputError) as raised:
        recipe_from_json(text, "odd.json")
    assert said in str(raised.value)


def test_a_value_nested_to_any_depth_is_refused():
    for depth in range(100, 1100, 50):
        with pytest.raises(InputError):
            recipe_from_json(text_of(id=0).replace('"id": 0', f'"id": {"[" * depth}{"]" * depth}'), "odd.json")


def test_a_file_that_starts_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "mine.json"
    path.write_bytes(b"\xef\xbb\xbf" + recipe_to_json(MINE).encode())
    assert load_recipe(path) == MINE


def test_files_that_are_none_are_refused(tmp_path):
    large = tmp_path / "large.json"
    large.write_text(recipe_to_json(MINE) + " " * 65_536)
    for path, said in [
        (large, "more than 65,536 bytes"),
        (tmp_path / "gone.json", "does not exist"),
        (tmp_path, "is a folder"),
        (Path("a\0b"), "its name is not valid"),
    ]:
        with pytest.raises(InputError, match=said):
            load_recipe(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(InputError, match="is a folder or a device"):
        load_recipe(tmp_path / "pipe.json")


def test_own_recipes_are_kept_replaced_and_forgotten():
    assert own_recipes() == ([], [])
    other = replace(MINE, id="other", title="Other")
    assert keep_recipe(MINE) == recipes_folder() / "mine.json"
    keep_recipe(other)
    keep_recipe(replace(MINE, epochs=4))
    assert own_recipes() == ([replace(MINE, epochs=4), other], [])
    delete_recipe("mine")
    delete_recipe("mine")
    assert own_recipes() == ([other], [])


def test_a_broken_file_is_reported_and_hides_no_other():
    keep_recipe(MINE)
    folder = recipes_folder()
    (folder / "broken.json").write_text("{")
    (folder / "copy.json").write_text(recipe_to_json(MINE))
    (folder / "notes.txt").write_text("not looked at")
    recipes, problems = own_recipes()
    problems = [str(problem) for problem in problems]
    assert recipes == [MINE]
    assert [problem.split()[0] for problem in problems] == ["broken.json", "copy.json"]
    assert problems[1] == "copy.json holds the recipe mine. Rename it mine.json, or import it."


def test_the_folder_is_the_persons_even_where_data_lie_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("DIGITPAD_DATA_DIR", str(tmp_path / "elsewhere"))
    keep_recipe(MINE)
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_made_is_reported():
    recipes_folder().parent.mkdir(parents=True)
    recipes_folder().write_text("a file in its place")
    with pytest.raises(DigitpadError, match=r"^mine\.json was not saved, because the folder .* cannot be made"):
        keep_recipe(MINE)
    assert str(own_recipes()[1][0]).startswith("Your own recipes cannot be read")


def test_a_file_that_cannot_be_deleted_is_reported(monkeypatch):
    def refuse(path, missing_ok):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(DigitpadError, match=r"mine\.json was not deleted \(Permission denied\)"):
        delete_recipe("mine")


@pytest.mark.parametrize("wrong", ["../mine", "a/b", "", "C:x"])
def test_only_ids_are_forgotten(wrong):
    with pytest.raises(InputError):
        delete_recipe(wrong)


@given(st.text(), st.integers(0, 12))
def test_a_free_id_is_an_id_and_free(title, turns):
    taken = []
    for _ in range(turns + 1):
        new = free_id(title, taken)
        assert is_id(new)
        assert new not in taken
        taken.append(new)


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Fast, mine", "fast-mine"), ("Für Ämter", "fur-amter"), ("数字", "recipe"), ("CON", "con-2"), ("Fast", "fast-2")],
)
def test_an_id_says_what_the_title_says(title, slug):
    assert free_id(title, ["fast"]) == slug
