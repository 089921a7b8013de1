"""digitpad recipes: lists what can be trained."""

from __future__ import annotations

import argparse

from digitpad.cli.output import print_error, print_json
from digitpad.domain.recipe import Recipe


def run(arguments: argparse.Namespace) -> int:
    """List the recipes that ship and the person's own."""
    from digitpad.reading.layers import network_of
    from digitpad.reading.zoo import NETWORKS

    for recipe in known_recipes().values():
        parameters = network_of(NETWORKS[recipe.network]).parameters
        if arguments.json:
            print_json(
                id=recipe.id, title=recipe.title, network=recipe.network, parameters=parameters, epochs=recipe.epochs
            )
        else:
            epochs = "epoch " if recipe.epochs == 1 else "epochs"
            print(f"{recipe.id:<14}{parameters:>10,} parameters {recipe.epochs:>4} {epochs}  {recipe.teaches}")
    return 0


def known_recipes() -> dict[str, Recipe]:
    """The recipes by their ids; a line on stderr for each of the person's own that cannot be used."""
    from digitpad.learning.training.recipes import RECIPES
    from digitpad.reading.zoo import NETWORKS
    from digitpad.storage.recipe_store import own_recipes

    own, problems = own_recipes()
    for problem in problems:
        print_error(problem)
    return {**{recipe.id: recipe for recipe in own if recipe.network in NETWORKS}, **RECIPES}
