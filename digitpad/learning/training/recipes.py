"""The recipes that ship: files in resources/recipes, whose README.md tells how their settings were chosen."""

from __future__ import annotations

from collections.abc import Mapping

from digitpad.domain.recipe import Recipe
from digitpad.storage.io import shipped
from digitpad.storage.recipe_store import load_recipe

_IDS = ("fast", "best", "pen", "classic", "five-by-five", "sgd", "mlp", "keras")

RECIPES: Mapping[str, Recipe] = {name: load_recipe(shipped("resources", "recipes", f"{name}.json")) for name in _IDS}
"""Recipes by id, in the order in which they are shown."""
