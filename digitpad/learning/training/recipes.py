"""The recipes that ship."""

from __future__ import annotations

from collections.abc import Mapping

from digitpad.domain.recipe import Augmentation, Recipe

RECIPES: Mapping[str, Recipe] = {
    recipe.id: recipe
    for recipe in [
        Recipe(
            id="fast",
            title="Fast",
            teaches="How little it takes: one pass over MNIST's 60,000 images, with a rate that rises and falls, reads "
            "99 % of the test images after seconds.",
            network="small",
            epochs=1,
            # Chosen on 10,000 held-out training images: with this rate and network 99.07 % (four seeds); a like network
            # at half the rate 98.92 % (six seeds), and one without smoothing 98.8 %, with it 98.97 % (three seeds).
            learning_rate=0.03,
            label_smoothing=0.05,
            test_every=30,
            test_images=2000,
        ),
        Recipe(
            id="best",
            title="Best",
            teaches="What the last tenths cost: varied images, averaged weights, three different networks asked at "
            "once, and patience: an hour on two cores.",
            network="columns",
            epochs=16,
            learning_rate=0.004,
            weight_decay=0.03,
            label_smoothing=0.05,
            ema_decay=0.998,
            precision="mixed",
            validation_images=1000,
            # Chosen on 10,000 held-out training images: each of its networks read 99.66 or 99.67 % of them after 12 to
            # 14 epochs; with half as much again of everything, and varied lines, one read 99.59 % after 16.
            augmentation=Augmentation(
                degrees=10, scale=0.1, aspect=0.06, shear=0.15, shift=2.0, elastic=0.8, plain=0.1
            ),
        ),
        Recipe(
            id="pen",
            title="Pen",
            teaches="Why the digits of the screen need strokes to learn from, beside MNIST's scanned forms, and how a "
            "network learns what is no digit. An hour on two cores.",
            network="wide",
            epochs=26,
            learning_rate=0.004,
            weight_decay=0.03,
            label_smoothing=0.03,
            ema_decay=0.998,
            precision="mixed",
            stroke_variations=2,
            digit_styles=1000,
            outliers=10_000,
            validation_images=2000,
            # As 'best', but for lines of some other width. Two recipes before, with 325,866 parameters, read fewer of
            # MNIST's images held out: 99.25 % with four copies, 25,000 made-up digits, 24,000 drawings of none and 12
            # epochs; 99.35 % with three copies, 10,000, 12,000 and 20 epochs.
            augmentation=Augmentation(
                degrees=10, scale=0.1, aspect=0.06, shear=0.15, shift=2.0, elastic=0.8, stroke=0.1, plain=0.1
            ),
        ),
        Recipe(
            id="classic",
            title="Classic",
            teaches="The network of most first tutorials: two convolutions, a wide layer, Adam. Nearly all its weights "
            "lie in the wide layer.",
            network="classic",
            epochs=5,
            batch=64,
            optimiser="adam",
            learning_rate=0.001,
            schedule="constant",
            mean=0.5,
            std=0.5,
        ),
        Recipe(
            id="five-by-five",
            title="Five by five",
            teaches="How the last hidden layer sorts the digits while it learns: watch the map.",
            network="five-by-five",
            epochs=1,
            batch=50,
            optimiser="adam",
            learning_rate=0.001,
            schedule="constant",
            mean=0.0,
            std=1.0,
            test_every=50,
            test_images=2000,
            samples_after=10,
        ),
        Recipe(
            id="sgd",
            title="SGD",
            teaches="How far plain gradient descent with momentum comes, at one rate that never changes.",
            network="sgd",
            epochs=5,
            batch=64,
            optimiser="sgd",
            learning_rate=0.01,
            momentum=0.9,
            schedule="constant",
            mean=0.5,
            std=0.5,
        ),
        Recipe(
            id="mlp",
            title="MLP",
            teaches="What is missing without convolutions, and how a falling rate lets the loss settle.",
            network="mlp",
            epochs=20,
            batch=64,
            optimiser="sgd",
            learning_rate=0.01,
            momentum=0.5,
            schedule="steps",
            milestones=(0, 5, 10, 15),
            factor=0.1,
            test_batch=128,
        ),
        Recipe(
            id="keras",
            title="Keras",
            teaches="A small network trained for long with small batches: the training loss falls on, the test loss "
            "does not.",
            network="keras",
            epochs=10,
            batch=32,
            optimiser="adam",
            learning_rate=0.001,
            schedule="constant",
            mean=0.0,
            std=1.0,
            samples_before=20,
            outputs_after=1,
        ),
    ]
}
"""Recipes by id, in the order in which they are shown."""
