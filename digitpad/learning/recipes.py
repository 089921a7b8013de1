"""The recipes that ship."""

from __future__ import annotations

from collections.abc import Mapping

from digitpad.messages import Augmentation, Recipe

RECIPES: Mapping[str, Recipe] = {
    recipe.id: recipe
    for recipe in [
        Recipe(
            id="pen",
            title="Pen: the reader that ships, trained on MNIST and on pen strokes",
            network="reader",
            epochs=16,
            rate=0.004,
            decay=0.02,
            average=0.998,
            copies=3,
            augmentation=Augmentation(
                degrees=12, scale=0.1, aspect=0.12, shear=0.2, shift=1.0, elastic=1.5, stroke=0.6
            ),
        ),
    ]
}
"""Recipes by id."""
