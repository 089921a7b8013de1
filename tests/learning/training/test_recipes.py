"""The recipes that ship. The five of the tutorials are compared with what the tutorials say, value by value.

One thing differs: they hold out 1,000 images, from which the network gets its thresholds and its temperature.
"""

from dataclasses import replace

import pytest
import torch
from torch import nn

from digitpad.domain.recipe import Augmentation, check_recipe
from digitpad.domain.reports import InterimReport, StepsReport
from digitpad.domain.schedules import learning_rate_at, momentum_at
from digitpad.learning.data.images import Images
from digitpad.learning.models.networks import build
from digitpad.learning.training.loop import Training
from digitpad.learning.training.recipes import RECIPES
from digitpad.reading.zoo import NETWORKS
from digitpad.storage.recipe_store import recipe_from_json, recipe_to_json
from tests.reading.networks import parameter_count

LAYERS = {
    "classic": [
        nn.Conv2d(1, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(3136, 1024),
        nn.ReLU(),
        nn.Linear(1024, 10),
    ],
    "five-by-five": [
        nn.Conv2d(1, 16, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(1568, 10),
    ],
    "sgd": [
        nn.Conv2d(1, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(3136, 128),
        nn.ReLU(),
        nn.Linear(128, 10),
    ],
    "mlp": [
        nn.Flatten(),
        nn.Linear(784, 300),
        nn.BatchNorm1d(300),
        nn.ReLU(),
        nn.Linear(300, 100),
        nn.BatchNorm1d(100),
        nn.ReLU(),
        nn.Linear(100, 10),
    ],
    "keras": [
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(1600, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    ],
}

# recipe: optimiser, rate, momentum, batch, epochs, mean, standard deviation
SETTINGS = {
    "classic": ("adam", 0.001, 0.9, 64, 5, 0.5, 0.5),
    "five-by-five": ("adam", 0.001, 0.9, 50, 1, 0.0, 1.0),
    "sgd": ("sgd", 0.01, 0.9, 64, 5, 0.5, 0.5),
    "mlp": ("sgd", 0.01, 0.5, 64, 20, 0.1307, 0.3081),
    "keras": ("adam", 0.001, 0.9, 32, 10, 0.0, 1.0),
}

OPTIMISERS = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD, "adamw": torch.optim.AdamW}


@pytest.fixture(scope="module")
def noise():
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (130, 1, 28, 28), dtype=torch.uint8, generator=generator)
    return Images(pixels, torch.arange(130) % 10)


def test_all_that_are_promised_ship():
    assert set(RECIPES) == {"fast", "best", "pen", *LAYERS}
    for name, recipe in RECIPES.items():
        assert recipe.id == name
        assert check_recipe(recipe).network in NETWORKS
        assert recipe.title
        assert recipe.validation_images >= 1000  # without any, the network could not reject
        assert recipe.teaches.endswith(".")
        assert recipe_from_json(recipe_to_json(recipe), "a") == recipe
    assert parameter_count(build(NETWORKS[RECIPES["best"].network])) <= 1_200_000


@pytest.mark.parametrize("name", LAYERS)
def test_a_tutorial_s_network_is_the_tutorial_s(name):
    assert RECIPES[name].network == name
    # A module's text names its kind and all its settings, the padding of a pool among them.
    assert [repr(module) for module in build(NETWORKS[name])] == [repr(module) for module in LAYERS[name]]


@pytest.mark.parametrize("name", SETTINGS)
def test_a_tutorial_s_training_is_the_tutorial_s(name, noise):
    recipe = RECIPES[name]
    optimiser, learning_rate, momentum, batch, epochs, mean, std = SETTINGS[name]
    assert (recipe.optimiser, recipe.learning_rate, recipe.momentum) == (optimiser, learning_rate, momentum)
    assert (recipe.batch, recipe.epochs, recipe.mean, recipe.std) == (batch, epochs, mean, std)
    assert (recipe.ema_decay, recipe.label_smoothing, recipe.stroke_variations) == (0, 0, 0)
    assert recipe.augmentation == Augmentation()
    assert recipe.test_batch == (128 if name == "mlp" else 512)
    assert (recipe.test_every, recipe.test_images) == ((50, 2000) if name == "five-by-five" else (0, 0))
    shown = {"five-by-five": (0, 10, 0), "keras": (20, 0, 1)}.get(name, (0, 0, 0))
    assert (recipe.samples_before, recipe.samples_after, recipe.outputs_after) == shown
    made = Training(recipe, noise, noise).optimiser
    assert type(made) is OPTIMISERS[optimiser]
    (group,) = made.param_groups
    assert (group["weight_decay"], group["maximize"]) == (0, False)
    if optimiser == "sgd":
        assert (group["momentum"], group["dampening"], group["nesterov"]) == (momentum, 0, False)
    else:
        assert (group["betas"], group["eps"], group["amsgrad"]) == ((0.9, 0.999), 1e-8, False)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_tutorial_s_rate_is_the_tutorial_s_in_each_epoch(name):
    recipe, by_epoch = RECIPES[name], 938
    steps = by_epoch * recipe.epochs
    falling = {0: 0.001, 4: 0.001, 5: 1e-4, 9: 1e-4, 10: 1e-5, 14: 1e-5, 15: 1e-6, 19: 1e-6}
    for epoch in falling:
        for step in (epoch * by_epoch, (epoch + 1) * by_epoch - 1):
            if step < steps:
                expected = falling[epoch] if name == "mlp" else recipe.learning_rate
                assert learning_rate_at(recipe, step, steps) == pytest.approx(expected, rel=1e-12)
                assert momentum_at(recipe, step, steps) == recipe.momentum


@pytest.mark.parametrize("name", SETTINGS)
def test_what_is_trained_is_what_a_plain_loop_trains(name, noise):
    """Three steps of the recipe come to the same weights as the loop that a tutorial would write."""
    recipe = replace(RECIPES[name], epochs=1, milestones=(0,) if name == "mlp" else ())
    images = Images(noise.pixels[: 3 * recipe.batch][:130], noise.labels[: 3 * recipe.batch][:130])
    training = Training(recipe, images, noise, seed=3)
    plain = nn.Sequential(*LAYERS[name])
    plain.load_state_dict(training.network.state_dict())
    learning_rate = 0.001 if name == "mlp" else recipe.learning_rate
    if recipe.optimiser == "sgd":
        optimiser = torch.optim.SGD(plain.parameters(), lr=learning_rate, momentum=recipe.momentum)
    else:
        optimiser = torch.optim.Adam(plain.parameters(), lr=learning_rate)
    losses = [loss for report in training.reports() if isinstance(report, StepsReport) for loss in report.losses]
    plain_losses = []
    for batch_indices in training.order.split(recipe.batch):
        loss = nn.CrossEntropyLoss()(
            plain((images.pixels[batch_indices] / 255 - recipe.mean) / recipe.std), images.labels[batch_indices]
        )
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        plain_losses.append(float(loss.detach()))
    assert losses == pytest.approx(plain_losses, rel=1e-3)
    for key, weights in training.network.state_dict().items():
        assert torch.allclose(weights.double(), plain.state_dict()[key].double(), atol=1e-3), key


def test_five_by_five_is_tested_every_50_steps_on_the_first_2000_test_images(noise):
    many = Images(noise.pixels[:1].expand(5100, -1, -1, -1), noise.labels[:1].expand(5100))
    # Its first 2,000 test images are zeros, which it learns; the others are said to be nines.
    test = Images(many.pixels[:2100], torch.where(torch.arange(2100) < 2000, many.labels[:2100], 9))
    reports = list(Training(RECIPES["five-by-five"], many, test).reports())
    interim = [report for report in reports if isinstance(report, InterimReport)]
    assert [(report.step, report.images, report.accuracy) for report in interim] == [(50, 2000, 1.0), (100, 2000, 1.0)]
    assert reports[-1].step == 102
    assert reports[-1].test_accuracy == pytest.approx(2000 / 2100)
