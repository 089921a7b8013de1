"""The recipes that ship."""

from __future__ import annotations

from collections.abc import Mapping

from digitpad.messages import Augmentation, Recipe

RECIPES: Mapping[str, Recipe] = {
    recipe.id: recipe
    for recipe in [
        Recipe(
            id="best",
            title="Best: the reader that ships, trained on varied slants, sizes and pens",
            network="reader",
            epochs=20,
            rate=0.004,
            decay=0.02,
            smoothing=0.05,
            average=0.998,
            augmentation=Augmentation(
                degrees=15, scale=0.12, aspect=0.15, shear=0.25, shift=2.0, elastic=2.0, stroke=0.7
            ),
        ),
    ]
}
"""Recipes by id."""
