"""Training: one readable loop over one data set in memory.

What it reaches, and how long it takes: checkpoints/pen.md.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import convert_conv2d_weight_memory_format

from digitpad.errors import DigitpadError, InputError
from digitpad.learning.augment import augmented
from digitpad.learning.data import Images
from digitpad.learning.networks import NETWORKS, build
from digitpad.messages import EpochReport
from digitpad.recipe import Recipe


def choose_device(wanted: str) -> torch.device:
    """The device for 'auto', 'cpu', 'cuda' or 'mps'; 'auto' takes CUDA, then Apple's MPS, then the CPU.

    Raises:
        InputError: the device that was asked for is not there.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return torch.device(next(name for name, available in there.items() if available))
    if not there.get(wanted, False):
        raise InputError(f"The device {wanted} is not available on this machine; choose auto or cpu.")
    return torch.device(wanted)


def train(
    recipe: Recipe,
    data: Images,
    test: Images,
    *,
    seed: int = 0,
    device: torch.device | None = None,
    report: Callable[[EpochReport], None] = lambda _: None,
) -> nn.Sequential:
    """Train a recipe's network from nothing.

    Args:
        recipe: what to train and how.
        data: the training images.
        test: images to test on after each epoch; nothing is chosen on them.
        seed: decides initial weights, order and augmentation; the same seed on the same device gives the same run.
        device: where to compute; the CPU where None.
        report: called after each epoch, in this thread.

    Returns:
        The network on the CPU, in evaluation mode, with averaged weights where the recipe asks for them.

    Raises:
        DigitpadError: the loss is no longer a number.
    """
    device = device or torch.device("cpu")
    torch.manual_seed(seed)
    network = convert_conv2d_weight_memory_format(build(NETWORKS[recipe.network]).to(device), torch.channels_last)
    averaged = deepcopy(network).eval()
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    steps = -(-len(data) // recipe.batch) * recipe.epochs
    # With five steps in all, one fifth of them would be a warm-up of no length, which OneCycleLR divides by.
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, total_steps=max(steps, 6), pct_start=0.2)
    generator = torch.Generator(device).manual_seed(seed)
    pixels, labels = data.pixels.to(device), data.labels.to(device)
    seconds, step = 0.0, 0
    for epoch in range(1, recipe.epochs + 1):
        started = time.perf_counter()
        network.train()
        total = torch.zeros((), device=device)
        for images, truth in _batches(pixels, labels, recipe, generator):
            loss = functional.cross_entropy(network(images), truth, label_smoothing=recipe.smoothing)
            optimiser.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            optimiser.step()
            schedule.step()
            step += 1
            _average(averaged, network, min(recipe.average, step / (step + 10)))
            total += loss.detach() * len(truth)
        train_loss = float(total) / len(data)
        seconds += time.perf_counter() - started
        test_loss, accuracy = _tested(averaged, test, recipe, device)
        if not (math.isfinite(train_loss) and math.isfinite(test_loss)):
            raise DigitpadError("The loss is no longer a number. Lower the learning rate and train again.")
        report(EpochReport(epoch, recipe.epochs, step, seconds, train_loss, 0.0, test_loss, accuracy, None, None, True))
    return averaged.cpu()


def normalised(pixels: Tensor, mean: float, std: float) -> Tensor:
    """Network input from pixels: uint8 (n, 1, 28, 28) to float32 of the same shape."""
    return (pixels.float() / 255 - mean) / std


@torch.no_grad()
def logits(network: nn.Module, pixels: Tensor, mean: float, std: float, device: torch.device) -> Tensor:
    """A network's answers to many images: uint8 (n, 1, 28, 28) to float32 (n, 10) on the CPU, in batches of 512."""
    return torch.cat([network(normalised(part.to(device), mean, std)).cpu() for part in torch.split(pixels, 512)])


def _batches(
    pixels: Tensor, labels: Tensor, recipe: Recipe, generator: torch.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    order = torch.randperm(len(labels), generator=generator, device=labels.device)
    for chosen in torch.split(order, recipe.batch):
        images = augmented(pixels[chosen].float() / 255, recipe.augmentation, generator)
        images = (images - recipe.mean) / recipe.std
        yield images.contiguous(memory_format=torch.channels_last), labels[chosen]


@torch.no_grad()
def _average(averaged: nn.Module, network: nn.Module, decay: float) -> None:
    """Move the averaged weights towards the network's; counters and statistics go along."""
    for mean, now in zip(averaged.state_dict().values(), network.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(now, 1 - decay)
        else:
            mean.copy_(now)


def _tested(network: nn.Module, test: Images, recipe: Recipe, device: torch.device) -> tuple[float, float]:
    answers = logits(network, test.pixels, recipe.mean, recipe.std, device)
    accuracy = (answers.argmax(dim=1) == test.labels).float().mean()
    return float(functional.cross_entropy(answers, test.labels)), float(accuracy)
