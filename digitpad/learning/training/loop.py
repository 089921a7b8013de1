"""Training: one readable loop for every recipe, over one data set in memory.

What it reaches, and how long it takes: README.md and the model cards in checkpoints/.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import convert_conv2d_weight_memory_format

from digitpad.domain.errors import DigitpadError
from digitpad.domain.recipe import Recipe
from digitpad.domain.reports import EpochReport, InterimReport, Report, StepsReport
from digitpad.domain.schedules import momentum_at, rate_at
from digitpad.learning.data.augment import augmented
from digitpad.learning.data.images import Images, fingerprint
from digitpad.learning.models.devices import computes_bfloat16
from digitpad.learning.models.networks import NETWORKS, build, first_column
from digitpad.learning.training import losses as refusal

_REPORT_SECONDS = 0.1


@dataclass
class Progress:
    """How far a training has come; with the tensors, all that it takes to go on elsewhere.

    Attributes:
        epoch: whole epochs done.
        position: images of the epoch under way already trained on.
        step: steps done.
        train_seconds: seconds of training, without reading data, testing or pauses.
        loss_sum: loss of each image of the epoch under way, summed.
        right: images of the epoch under way read right.
        best_loss: lowest loss over the held-out images after an epoch, with the recipe's label smoothing.
    """

    epoch: int = 0
    position: int = 0
    step: int = 0
    train_seconds: float = 0.0
    loss_sum: float = 0.0
    right: int = 0
    best_loss: float = math.inf


class Training:
    """A network on its way from nothing to trained.

    Between two reports it can be looked at, saved (see `training_state`), left for a while or for good.

    Attributes:
        recipe: what is trained and how.
        device: where it computes.
        data: the training images, on that device.
        test: the test images.
        held_out: images on which the best epoch is chosen, None where there are none.
        network: the network in training.
        averaged: the network that reads: the average of the weights where the recipe asks for one, else `network`.
        optimiser, generator, order: the optimiser, the random numbers of order and augmentation, and the order of the
            images in the epoch under way.
        progress: how far it has come.
    """

    def __init__(
        self,
        recipe: Recipe,
        data: Images,
        test: Images,
        held_out: Images | None = None,
        *,
        seed: int = 0,
        device: torch.device | None = None,
    ) -> None:
        """Start from nothing.

        Args:
            recipe: what to train and how.
            data: the training images.
            test: images to test on; nothing is chosen on them.
            held_out: images on which the best epoch is chosen; the last one is kept where None.
            seed: decides initial weights, order and augmentation; the same seed on the same device with the same
                number of threads gives the same run.
            device: where to compute; the CPU where None.
        """
        self.recipe = recipe
        self.device = device or torch.device("cpu")
        torch.manual_seed(seed)
        network = build(NETWORKS[recipe.network]).to(self.device)
        self.network = convert_conv2d_weight_memory_format(network, torch.channels_last)
        self.averaged = deepcopy(self.network) if recipe.average else self.network
        self.optimiser = _optimiser(self.network, recipe)
        self.generator = torch.Generator(self.device).manual_seed(seed)
        self._is_mixed = recipe.precision == "mixed" and computes_bfloat16(self.device)
        self.order = torch.empty(0, dtype=torch.int64)
        self.progress = Progress()
        self.data = Images(data.pixels.to(self.device), data.labels.to(self.device))
        self.test, self.held_out = test, held_out
        self._steps = steps_by(len(data), recipe.batch) * recipe.epochs
        pairs = list(zip(self.averaged.state_dict().values(), self.network.state_dict().values(), strict=True))
        self._means = [mean for mean, _ in pairs if mean.is_floating_point()]
        self._numbers = [now for _, now in pairs if now.is_floating_point()]

    @property
    def image_count(self) -> int:
        """How many images an epoch has."""
        return len(self.data)

    @cached_property
    def fingerprint(self) -> int:
        """A checksum of the images trained on and held out, and of their labels."""
        return fingerprint(self.data, *([self.held_out] if self.held_out else []))

    @property
    def test_is_due(self) -> bool:
        """Whether a test within the epoch belongs to the step just done: its report follows that of the step."""
        return bool(self.recipe.test_every) and self.progress.step % self.recipe.test_every == 0

    @property
    def chooses_best(self) -> bool:
        """Whether there are held-out images to choose the best epoch on."""
        return self.held_out is not None

    def snapshot(self) -> nn.Sequential:
        """A copy of the network that reads, on the CPU in evaluation mode."""
        return deepcopy(self.averaged).cpu().eval()

    def glimpse(self) -> nn.Sequential:
        """As `snapshot`, but of a network with columns its first one alone, which is quicker to copy and read with."""
        return deepcopy(first_column(self.averaged)).cpu().eval()

    def reports(self) -> Iterator[Report]:
        """Train to the end of the recipe, from wherever it stands.

        Yields:
            StepsReport some ten times a second, InterimReport where the recipe asks for tests within an epoch,
            EpochReport after each epoch.

        Raises:
            DigitpadError: the loss is no longer a number.
        """
        while self.progress.epoch < self.recipe.epochs:
            yield from self._epoch()

    def _epoch(self) -> Iterator[Report]:
        progress = self.progress
        if progress.position == 0:
            self.order = torch.randperm(len(self.data), generator=self.generator, device=self.device)
            progress.loss_sum, progress.right = 0.0, 0
        self.network.train()
        losses: list[Tensor] = []
        rates: list[float] = []
        rights: list[Tensor] = []
        sizes: list[int] = []
        started = time.perf_counter()
        while progress.position < len(self.order):
            rate, loss, right, size = self._step()
            losses.append(loss)
            rates.append(rate)
            rights.append(right)
            sizes.append(size)
            is_over = progress.position >= len(self.order)
            if is_over or self.test_is_due or time.perf_counter() - started > _REPORT_SECONDS:
                numbers = torch.stack(losses).tolist()  # waits for the device, so that what follows is its time too
                progress.right += int(torch.stack(rights).sum())
                progress.loss_sum += sum(loss * size for loss, size in zip(numbers, sizes, strict=True))
                seconds = time.perf_counter() - started
                progress.train_seconds += seconds
                if not all(map(math.isfinite, numbers)):
                    raise _not_a_number(progress.step)
                yield self._steps_report(numbers, rates, sum(sizes) / max(seconds, 1e-9))
                if self.test_is_due:
                    yield self._interim()
                for collected in (losses, rates, rights, sizes):
                    collected.clear()
                started = time.perf_counter()
        yield self._end_epoch()

    def _step(self) -> tuple[float, Tensor, Tensor, int]:
        """One step; its rate, loss, number of images read right, and number of images."""
        recipe, progress = self.recipe, self.progress
        size = recipe.batch
        if size > 1 and len(self.order) - progress.position == size + 1:
            size += 1  # batch normalisation cannot train on the one image that would be left
        chosen = self.order[progress.position : progress.position + size]
        truth = self.data.labels[chosen]
        images = augmented(self.data.pixels[chosen].float() / 255, recipe.augmentation, self.generator)
        images = ((images - recipe.mean) / recipe.std).contiguous(memory_format=torch.channels_last)
        rate = _set_rate(self.optimiser, recipe, progress.step, self._steps)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._is_mixed):
            answers = self.network(images)
        answers = answers.float()
        columns = len(answers) // len(truth)  # each of which answers for itself while they learn
        loss = (refusal.loss if recipe.others else _plain_loss)(answers, truth.repeat(columns), recipe.smoothing)
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.optimiser.step()
        progress.step += 1
        progress.position += len(chosen)
        if recipe.average:
            # At first the average takes in more of each step, since it starts from weights that know nothing.
            decay = min(recipe.average, progress.step / (progress.step + 10))
            with torch.no_grad():
                for mean, now in zip(self._means, self._numbers, strict=True):
                    mean.lerp_(now, 1 - decay)
        answers = answers.detach().view(columns, len(truth), -1).mean(dim=0)
        seen = refusal.read(answers) if recipe.others else answers.argmax(1)
        return rate, loss.detach(), (seen == truth).sum(), len(chosen)

    def _steps_report(self, losses: list[float], rates: list[float], speed: float) -> StepsReport:
        progress = self.progress
        return StepsReport(
            first=progress.step - len(losses) + 1,
            losses=tuple(losses),
            rates=tuple(rates),
            epoch=progress.epoch + 1,
            epochs=self.recipe.epochs,
            steps=self._steps,
            images_per_second=speed,
            train_seconds=progress.train_seconds,
            remaining_seconds=progress.train_seconds / progress.step * (self._steps - progress.step),
        )

    def _interim(self) -> InterimReport:
        count = self.recipe.test_images or len(self.test)
        part = Images(self.test.pixels[:count], self.test.labels[:count])
        return InterimReport(self.progress.step, len(part), *self._tested(part))

    def _end_epoch(self) -> EpochReport:
        progress = self.progress
        progress.epoch += 1
        report = self.assess()
        progress.position = 0
        if report.held_out_loss is not None and report.is_best:
            progress.best_loss = report.held_out_loss
        return report

    def assess(self) -> EpochReport:
        """Test the network as it is now, at an epoch's end or within one.

        Raises:
            DigitpadError: its answers are no longer numbers.
        """
        progress, images = self.progress, max(1, self.progress.position)
        test_loss, test_accuracy = self._tested(self.test)
        # With the smoothing of the training: the plain loss is lowest long before the end.
        held_out = None if self.held_out is None else self._tested(self.held_out, self.recipe.smoothing)
        if not math.isfinite(test_loss):
            raise _not_a_number(progress.step)
        return EpochReport(
            epoch=progress.epoch,
            epochs=self.recipe.epochs,
            step=progress.step,
            train_seconds=progress.train_seconds,
            train_loss=progress.loss_sum / images,
            train_accuracy=progress.right / images,
            test_loss=test_loss,
            test_accuracy=test_accuracy,
            held_out_loss=held_out and held_out[0],
            held_out_accuracy=held_out and held_out[1],
            is_best=held_out is None or held_out[0] <= progress.best_loss,
        )

    def answers(self, images: Images) -> Tensor:
        """What the network that reads answers to some images: float32 (n, 10) logits on the CPU."""
        recipe = self.recipe
        self.averaged.eval()
        answers = logits(self.averaged, images.pixels, recipe.mean, recipe.std, self.device, recipe.test_batch)
        self.averaged.train()  # it may be the network in training, which goes on afterwards
        return answers

    def check_numbers(self) -> None:
        """Refuse weights that are no longer numbers: running statistics may go before the loss does.

        Raises:
            DigitpadError: there are such.
        """
        if not all(bool(torch.isfinite(mean).all()) for mean in self._means):
            raise _not_a_number(self.progress.step)

    def _tested(self, images: Images, smoothing: float = 0.0) -> tuple[float, float]:
        """Cross entropy and share read right of the network that reads."""
        answers = self.answers(images)
        accuracy = (answers.argmax(dim=1) == images.labels).float().mean()
        return float(functional.cross_entropy(answers, images.labels, label_smoothing=smoothing)), float(accuracy)


def steps_by(position: int, batch: int) -> int:
    """How many steps of an epoch it takes to get through so many images; one image left over joins the last batch."""
    left_over = position > batch > 1 and position % batch == 1
    return -(-position // batch) - left_over


def normalised(pixels: Tensor, mean: float, std: float) -> Tensor:
    """Network input from pixels: uint8 (n, 1, 28, 28) to float32 of the same shape."""
    return (pixels.float() / 255 - mean) / std


@torch.no_grad()
def logits(
    network: nn.Module, pixels: Tensor, mean: float, std: float, device: torch.device, batch: int = 512
) -> Tensor:
    """A network's answers to many images: uint8 (n, 1, 28, 28) to float32 (n, 10) on the CPU, batch by batch."""
    return torch.cat([network(normalised(part.to(device), mean, std)).cpu() for part in torch.split(pixels, batch)])


def _plain_loss(answers: Tensor, truth: Tensor, smoothing: float) -> Tensor:
    return functional.cross_entropy(answers, truth, label_smoothing=smoothing)


def _optimiser(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    # Fused: one call for all tensors, which takes a fifth off the time of a step of a small network.
    parameters = network.parameters()
    if recipe.optimiser == "sgd":
        return torch.optim.SGD(parameters, recipe.rate, momentum=recipe.momentum, fused=True)
    if recipe.optimiser == "adam":
        return torch.optim.Adam(parameters, recipe.rate, fused=True)
    return torch.optim.AdamW(parameters, recipe.rate, weight_decay=recipe.decay, fused=True)


def _set_rate(optimiser: torch.optim.Optimizer, recipe: Recipe, step: int, steps: int) -> float:
    rate, momentum = rate_at(recipe, step, steps), momentum_at(recipe, step, steps)
    for group in optimiser.param_groups:
        group["lr"] = rate
        if recipe.optimiser == "sgd":
            group["momentum"] = momentum
        else:
            group["betas"] = (momentum, group["betas"][1])
    return rate


def _not_a_number(step: int) -> DigitpadError:
    return DigitpadError(f"The loss is no longer a number at step {step:,}. Lower the learning rate and train again.")
