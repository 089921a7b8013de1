"""Recipes as small readable files, and the folder with a person's own. Needs neither torch nor Qt."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, NoReturn

from digitpad.domain.errors import DigitpadError, InputError, Message
from digitpad.domain.recipe import FILE_KEYS, ID_LENGTH, Augmentation, Recipe, check_id, check_recipe, shown
from digitpad.storage.io import read_file, write_atomically

ENDING = ".json"

_FIELDS = {key: name for name, key in FILE_KEYS.items()}

LIMIT = 64 * 1024
"""Bytes above which a file is refused, unread."""

_TYPE, _FORMAT = "digitpad-recipe", 1
_ALWAYS = ("id", "title", "network", "epochs", "batch", "optimiser", "learning_rate")
"""What is written even where it is the default."""

_NO_FILE_NAMES = {"con", "prn", "aux", "nul"} | {f"{port}{digit}" for port in ("com", "lpt") for digit in range(1, 10)}
"""What Windows keeps for devices."""


def recipe_to_json(recipe: Recipe) -> str:
    """The recipe as JSON for people: indented, in the order of `Recipe`, most defaults left out.

    Raises:
        InputError: the recipe cannot be used.
    """
    values = asdict(check_recipe(recipe))
    plain = asdict(Recipe(id="", title="", network="", epochs=0))
    kept = {
        FILE_KEYS.get(name, name): value for name, value in values.items() if name in _ALWAYS or value != plain[name]
    }
    if "augmentation" in kept:
        plain = plain["augmentation"]
        kept["augmentation"] = {name: value for name, value in kept["augmentation"].items() if value != plain[name]}
    return json.dumps({"type": _TYPE, "format": _FORMAT, **kept}, indent=2, ensure_ascii=False) + "\n"


def recipe_from_json(text: str, name: str) -> Recipe:
    """The recipe that a text holds, with every value checked.

    Args:
        text: what `recipe_to_json` wrote, or a person.
        name: the file's, for the sentence that says what is wrong.

    Raises:
        InputError: the text is no recipe, or one that cannot be used; the sentence names the file and the value.
    """
    try:
        values = json.loads(text, object_pairs_hook=_without_twins, parse_constant=_refuse)
    except InputError as error:
        raise InputError("{name} cannot be used. {reason}", name=name, reason=error) from error
    except json.JSONDecodeError as error:
        said = (
            "{name} is not a recipe, since it is not JSON: line {line}, column {column} is wrong ({reason}). Correct "
            "it or choose another file."
        )
        raise InputError(said, name=name, line=error.lineno, column=error.colno, reason=error.msg) from error
    except (RecursionError, ValueError) as error:
        text = "it is nested too deeply" if isinstance(error, RecursionError) else "it holds an endless number"
        why = Message(text)
        raise InputError("{name} is not a recipe, since {why}. Choose another file.", name=name, why=why) from error
    if not isinstance(values, dict) or values.pop("type", None) != _TYPE:
        said = '{name} is not a recipe: it does not begin with "type": "{type}". Choose another file.'
        raise InputError(said, name=name, type=_TYPE)
    _check_format(values.pop("format", None), name)
    try:
        return _recipe(values)
    except InputError as error:
        raise InputError("{name} cannot be used. {reason}", name=name, reason=error) from error


def save_recipe(path: Path, recipe: Recipe) -> None:
    """Write a recipe as a file, whole or not at all.

    Raises:
        InputError: the recipe cannot be used.
        DigitpadError: the file cannot be written; see `write_atomically`.
    """
    write_atomically(path, recipe_to_json(recipe).encode())


def load_recipe(path: Path) -> Recipe:
    """Read a recipe from a file.

    Raises:
        InputError: the file is missing, too large, not a recipe, or one that cannot be used; the sentence names it.
    """
    raw = read_file(path, LIMIT)
    try:
        text = raw.decode("utf-8-sig")  # some editors put a mark before the text
    except UnicodeDecodeError as error:
        said = "{file} is not a recipe, since it is not UTF-8 text. Choose another file."
        raise InputError(said, file=path.name) from error
    return recipe_from_json(text, path.name)


def recipes_folder() -> Path:
    """The folder with a person's own recipes; it need not exist."""
    from platformdirs import user_data_path  # here, since a start of the window does without it

    return user_data_path("digitpad", appauthor=False) / "recipes"


def own_recipes() -> tuple[list[Recipe], list[InputError]]:
    """A person's own recipes, by file name, and a sentence for each file that cannot be used."""
    folder, recipes, problems = recipes_folder(), list[Recipe](), list[InputError]()
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ENDING) if folder.exists() else []
    except OSError as error:
        said = "Your own recipes cannot be read from {folder} ({reason}). Correct its permissions."
        return [], [InputError(said, folder=folder, reason=error.strerror)]
    for path in paths:
        try:
            recipe = load_recipe(path)
            if recipe.id != path.stem:
                text = "{file} holds the recipe {recipe}. Rename it {recipe}{ending}, or import it."
                raise InputError(text, file=path.name, recipe=recipe.id, ending=ENDING)
            recipes.append(recipe)
        except InputError as error:
            problems.append(error)
    return recipes, problems


def keep_recipe(recipe: Recipe) -> Path:
    """Write a recipe among a person's own, over the one with its id; the file's path.

    Raises:
        InputError: the recipe cannot be used.
        DigitpadError: the file cannot be written.
    """
    path = _own_path(recipe.id)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        text = (
            "{file} was not saved, because the folder {folder} cannot be made ({reason}). Correct its permissions, "
            "or export the recipe to another folder."
        )
        raise DigitpadError(text, file=path.name, folder=path.parent, reason=error.strerror) from error
    save_recipe(path, recipe)
    return path


def forget_recipe(recipe_id: str) -> None:
    """Delete one of a person's own recipes; nothing happens where there is none with that id.

    Raises:
        InputError: that is no id.
        DigitpadError: the file cannot be deleted.
    """
    path = _own_path(recipe_id)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        text = "{path} was not deleted ({reason}). Correct the permissions, or delete it by hand."
        raise DigitpadError(text, path=path, reason=error.strerror) from error


def free_id(title: str, taken: Collection[str]) -> str:
    """An id made from a title that none of those taken has: 'Fast, mine' becomes 'fast-mine', or 'fast-mine-2'."""
    letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub("[^a-z0-9]+", "-", letters)[: ID_LENGTH - 8].strip("-") or "recipe"
    tried, number = slug, 1
    while tried in taken or tried in _NO_FILE_NAMES:
        number += 1
        tried = f"{slug}-{number}"
    return tried


def _own_path(recipe_id: str) -> Path:
    check_id(recipe_id)
    return recipes_folder() / f"{recipe_id}{ENDING}"


def _recipe(values: dict[str, Any]) -> Recipe:
    """The recipe with these values, which may be anything that JSON holds."""
    _check_names(values, Recipe)
    values = {_FIELDS.get(name, name): value for name, value in values.items()}
    missing = [name for name in ("id", "title", "network", "epochs") if name not in values]
    if missing:
        raise InputError("The recipe's {name} is missing. Add it.", name=missing[0])
    augmentation = values.pop("augmentation", {})
    if not isinstance(augmentation, dict):
        raise InputError("The recipe's augmentation is {value}. Write its values in braces.", value=shown(augmentation))
    _check_names(augmentation, Augmentation)
    if isinstance(values.get("milestones"), list):
        values["milestones"] = tuple(values["milestones"])
    return check_recipe(Recipe(augmentation=Augmentation(**augmentation), **values))


def _check_names(values: dict[str, Any], part: type[Recipe | Augmentation]) -> None:
    unknown = sorted(set(values) - {FILE_KEYS.get(member.name, member.name) for member in fields(part)})
    if unknown:
        raise InputError(
            "The recipe has no value {value}. Remove it or correct the name."
            if part is Recipe
            else "The augmentation has no value {value}. Remove it or correct the name.",
            value=shown(unknown[0]),
        )


def _check_format(version: object, name: str) -> None:
    if type(version) is not int or version < 1:
        text = "{name} cannot be used. Its format is {value}; {format} can be read. Correct it."
        raise InputError(text, name=name, value=shown(version), format=_FORMAT)
    if version > _FORMAT:
        text = (
            "{name} was written by a newer digitpad: its format is {value}, and {format} can be read. Update digitpad."
        )
        raise InputError(text, name=name, value=shown(version), format=_FORMAT)


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise InputError("It holds {value} twice. Remove one of them.", value=shown(twin))
    return values


def _refuse(constant: str) -> NoReturn:
    raise InputError("It holds {value}, which is no number to train with. Correct it.", value=constant)
