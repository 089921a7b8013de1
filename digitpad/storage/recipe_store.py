"""Recipes as small readable files, and the folder with a person's own. Needs neither torch nor Qt."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection
from itertools import chain, count
from pathlib import Path

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.recipe import Recipe, check_recipe
from digitpad.domain.recipe_settings import ID_LENGTH
from digitpad.domain.settings_fields import declared, from_values, shown, to_values
from digitpad.storage.io import read_file, user_folder, write_atomically
from digitpad.storage.json_object import json_object

ENDING = ".json"

LIMIT = 64 * 1024
"""Bytes above which a file is refused, unread."""

_TYPE, _FORMAT = "digitpad-recipe", 1
_ALWAYS = ("id", "title", "network", "epochs", "batch", "optimiser", "learning_rate")
"""What is written even where it is the default."""

_NO_FILE_NAMES = {"con", "prn", "aux", "nul"} | {f"{port}{digit}" for port in ("com", "lpt") for digit in range(1, 10)}
"""What Windows keeps for devices."""


def recipe_to_values(recipe: Recipe) -> dict[str, object]:
    """A recipe as JSON values, in the order of `Recipe`, most defaults left out; InputError where it cannot be used."""
    return {"type": _TYPE, "format": _FORMAT, **to_values(check_recipe(recipe), _ALWAYS)}


def recipe_from_values(values: object) -> Recipe:
    """The recipe of some JSON values; InputError, naming the value, where they are none or one that cannot be used."""
    if not isinstance(values, dict) or values.get("type") != _TYPE:
        raise InputError('It has no "type": "{type}".', type=_TYPE)
    version = values.get("format")
    if type(version) is not int or version < 1:
        raise InputError(
            "Its format is {value}; {format} can be read. Correct it.", value=shown(version), format=_FORMAT
        )
    if version > _FORMAT:
        text = "A newer digitpad wrote it: its format is {value}, and {format} can be read. Update digitpad."
        raise InputError(text, value=shown(version), format=_FORMAT)
    return from_values(Recipe, {key: value for key, value in values.items() if key not in ("type", "format")})


def recipe_to_json(recipe: Recipe) -> str:
    """A recipe as JSON for people; InputError where it cannot be used."""
    return json.dumps(recipe_to_values(recipe), indent=2, ensure_ascii=False) + "\n"


def recipe_from_json(data: bytes | str, name: str) -> Recipe:
    """The recipe in the text of a file of that name; InputError, naming file and value, where it cannot be used."""
    try:
        return recipe_from_values(json_object(data))
    except InputError as error:
        raise InputError("{name} is no recipe that can be used. {reason}", name=name, reason=error) from error


def save_recipe(path: Path, recipe: Recipe) -> None:
    """Write a recipe whole or not at all; InputError where it cannot be used, DigitpadError where it is not written."""
    write_atomically(path, recipe_to_json(recipe).encode())


def load_recipe(path: Path) -> Recipe:
    """Read a recipe from a file; InputError, naming it, where it is missing, too large, or no usable recipe."""
    return recipe_from_json(read_file(path, LIMIT), path.name)


def recipes_folder() -> Path:
    """The folder with a person's own recipes; it need not exist."""
    return user_folder() / "recipes"


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
    """Write a recipe among a person's own, over the one with its id; the file's path. Errors as `save_recipe`."""
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


def delete_recipe(recipe_id: str) -> None:
    """Delete one of a person's own recipes, if there is one with that id; DigitpadError where it cannot be deleted."""
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
    tried = chain([slug], (f"{slug}-{number}" for number in count(2)))
    return next(name for name in tried if name not in taken and name not in _NO_FILE_NAMES)


def _own_path(recipe_id: str) -> Path:
    return recipes_folder() / f"{declared(Recipe)['id'].checked(recipe_id)}{ENDING}"
