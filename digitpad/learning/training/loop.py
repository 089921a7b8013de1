"""Training: one loop for every recipe, over one data set in memory.

README.md and the model cards in checkpoints/ say what accuracy it reaches, and in what time.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import convert_conv2d_weight_memory_format

from digitpad.domain.errors import DigitpadError
from digitpad.domain.recipe import Recipe
from digitpad.domain.reports import EpochReport, InterimReport, Report, StepsReport
from digitpad.domain.schedules import learning_rate_at, momentum_at
from digitpad.learning.data.augment import augmented
from digitpad.learning.data.images import Images, concatenated, fingerprint
from digitpad.learning.models.devices import computes_bfloat16
from digitpad.learning.models.networks import build, members
from digitpad.learning.training.losses import outlier_exposure_loss, read
from digitpad.reading.zoo import NETWORKS

_REPORT_SECONDS = 0.1


@dataclass
class Progress:
    """How far a training has come; with the tensors, all that it takes to go on elsewhere."""

    epoch: int = 0  # whole epochs done
    position: int = 0  # images of the current epoch trained on
    step: int = 0
    train_seconds: float = 0.0  # without reading data, testing or pauses
    loss_sum: float = 0.0  # of the losses of the current epoch's images
    right: int = 0  # images of the current epoch predicted right
    best_loss: float = math.inf  # lowest validation loss after an epoch, with the recipe's label smoothing


class TestSkippedError(Exception):
    """A test was broken off, since nobody wants to wait for it."""

    __test__ = False  # none of pytest's


class Training:
    """A network in training. Between two reports it can be used, saved (see `training_state`) or left.

    Attributes:
        data: the training images, on the device; the sets of drawn ones stand at the end.
        validation: images on which the best epoch is chosen, None where there are none.
        ema_network: the network that reads: the average of the weights where the recipe asks for one, else `network`.
        generator: random numbers for order and augmentation.
        order: int64, the order of the images in the current epoch.
    """

    def __init__(
        self,
        recipe: Recipe,
        data: Images,
        test: Images,
        validation: Images | None = None,
        *,
        drawn: Sequence[Images] = (),
        seed: int = 0,
        device: torch.device | None = None,
        network: nn.Sequential | None = None,
    ) -> None:
        """Start from random weights, or from those of a network.

        Args:
            recipe: what to train and how.
            data: the training images.
            test: test images, on which nothing is chosen.
            validation: see the class; the last epoch is the best one where None.
            drawn: sets of further training images, all of one size; the epochs take turns with them.
            seed: decides initial weights, order and augmentation; the same seed on the same device with the same
                number of threads gives the same run.
            device: where to compute; the CPU where None.
            network: what to train on, which is changed; the recipe's network with random weights where None.
        """
        self.recipe = recipe
        self.device = device or torch.device("cpu")
        torch.manual_seed(seed)
        network = (network or build(NETWORKS[recipe.network])).to(self.device).train()
        self.network = convert_conv2d_weight_memory_format(network, torch.channels_last)
        self.ema_network = deepcopy(self.network) if recipe.ema_decay else self.network
        self.optimiser = _optimiser(self.network, recipe)
        self.generator = torch.Generator(self.device).manual_seed(seed)
        self._is_mixed = recipe.precision == "mixed" and computes_bfloat16(self.device)
        self.order = torch.empty(0, dtype=torch.int64)
        self.progress = Progress()
        self._lasting, self._drawn = len(data), [len(images) for images in drawn]
        data = concatenated(data, *drawn)
        self.data = Images(data.pixels.to(self.device), data.labels.to(self.device))
        self.test, self.validation = test, validation
        self.skips_test: Callable[[], bool] = lambda: False  # asked within the test of an epoch, which takes a while
        self._steps = steps_by(len(self.epoch_images(0)), recipe.batch) * recipe.epochs
        pairs = list(zip(self.ema_network.state_dict().values(), self.network.state_dict().values(), strict=True))
        self._means = [mean for mean, _ in pairs if mean.is_floating_point()]
        self._weights = [now for _, now in pairs if now.is_floating_point()]

    @cached_property
    def fingerprint(self) -> int:
        """A checksum of the training and validation images and their labels."""
        return fingerprint(self.data, *([self.validation] if self.validation else []))

    def epoch_images(self, epoch: int) -> Tensor:
        """The images that an epoch, the first being 0, trains on, as ascending indices into `data`: int64 (n,)."""
        images = torch.arange(self._lasting)
        if not self._drawn:
            return images
        turn = epoch % len(self._drawn)
        start = self._lasting + sum(self._drawn[:turn])
        return torch.cat([images, torch.arange(start, start + self._drawn[turn])])

    @property
    def test_is_due(self) -> bool:
        """Whether a test within the epoch follows the step just done; its report comes after that of the step."""
        return bool(self.recipe.test_every) and self.progress.step % self.recipe.test_every == 0

    def snapshot(self) -> nn.Sequential:
        """A copy of the network that reads, on the CPU in evaluation mode."""
        return deepcopy(self.ema_network).cpu().eval()

    def preview_snapshot(self) -> nn.Sequential:
        """As `snapshot`, but of an ensemble its first member alone, which is quicker to copy and read with."""
        return deepcopy(members(self.ema_network)[0]).cpu().eval()

    def reports(self) -> Iterator[Report]:
        """Train on to the recipe's last epoch.

        Yields:
            StepsReport some ten times a second, InterimReport where the recipe asks for tests within an epoch,
            EpochReport after each epoch.

        Raises:
            DigitpadError: the loss of a step or of a test is no longer a number.
            TestSkippedError: as `assess` does; the epoch is not over yet.
        """
        while self.progress.epoch < self.recipe.epochs:
            yield from self._epoch()

    def _epoch(self) -> Iterator[Report]:
        recipe, progress = self.recipe, self.progress
        if progress.position == 0:
            images = self.epoch_images(progress.epoch).to(self.device)
            self.order = images[torch.randperm(len(images), generator=self.generator, device=self.device)]
            progress.loss_sum, progress.right = 0.0, 0
        self.network.train()
        steps: list[tuple[float, Tensor, Tensor, int]] = []
        started = time.perf_counter()
        while progress.position < len(self.order):
            steps.append(self._step())
            is_over = progress.position >= len(self.order)
            if is_over or self.test_is_due or time.perf_counter() - started > _REPORT_SECONDS:
                learning_rates, losses, rights, sizes = zip(*steps, strict=True)
                numbers = torch.stack(losses).tolist()  # waits for the device, whose work counts as training
                progress.right += int(torch.stack(rights).sum())
                progress.loss_sum += sum(loss * size for loss, size in zip(numbers, sizes, strict=True))
                seconds = time.perf_counter() - started
                progress.train_seconds += seconds
                if not all(map(math.isfinite, numbers)):
                    raise _not_a_number(progress.step)
                yield self._steps_report(tuple(numbers), learning_rates, sum(sizes) / max(seconds, 1e-9))
                if self.test_is_due:
                    count = recipe.test_images or len(self.test)
                    part = Images(self.test.pixels[:count], self.test.labels[:count])
                    yield InterimReport(progress.step, len(part), *self._tested(part))
                steps.clear()
                started = time.perf_counter()
        progress.epoch += 1
        try:
            report = self.assess()
        except TestSkippedError:
            progress.epoch -= 1  # it is tested when the run goes on
            raise
        progress.position = 0
        if report.validation_loss is not None and report.is_best:
            progress.best_loss = report.validation_loss
        yield report

    def _step(self) -> tuple[float, Tensor, Tensor, int]:
        """One step; its learning rate, loss, number of images predicted right, and number of images."""
        recipe, progress = self.recipe, self.progress
        size = recipe.batch
        if size > 1 and len(self.order) - progress.position == size + 1:
            size += 1  # batch normalisation cannot train on the one image that would be left
        batch_indices = self.order[progress.position : progress.position + size]
        targets = self.data.labels[batch_indices]
        images = augmented(self.data.pixels[batch_indices].float() / 255, recipe.augmentation, self.generator)
        images = ((images - recipe.mean) / recipe.std).contiguous(memory_format=torch.channels_last)
        learning_rate = _set_learning_rate(self.optimiser, recipe, progress.step, self._steps)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._is_mixed):
            logits = self.network(images)
        logits = logits.float()
        members = len(logits) // len(targets)  # of an ensemble, each predicting for itself in training
        criterion = outlier_exposure_loss if recipe.outliers else functional.cross_entropy
        loss = criterion(logits, targets.repeat(members), label_smoothing=recipe.label_smoothing)
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.optimiser.step()
        progress.step += 1
        progress.position += len(batch_indices)
        if recipe.ema_decay:
            # At first the average takes in more of each step, since it starts from random weights.
            decay = min(recipe.ema_decay, progress.step / (progress.step + 10))
            with torch.no_grad():
                for mean, now in zip(self._means, self._weights, strict=True):
                    mean.lerp_(now, 1 - decay)
        logits = logits.detach().view(members, len(targets), -1).mean(dim=0)
        predicted = read(logits) if recipe.outliers else logits.argmax(1)
        return learning_rate, loss.detach(), (predicted == targets).sum(), len(batch_indices)

    def _steps_report(self, losses: tuple[float, ...], learning_rates: tuple[float, ...], speed: float) -> StepsReport:
        progress = self.progress
        return StepsReport(
            first=progress.step - len(losses) + 1,
            losses=losses,
            learning_rates=learning_rates,
            epoch=progress.epoch + 1,
            epochs=self.recipe.epochs,
            steps=self._steps,
            images_per_second=speed,
            train_seconds=progress.train_seconds,
            remaining_seconds=progress.train_seconds / progress.step * (self._steps - progress.step),
        )

    def assess(self) -> EpochReport:
        """Test the network as it is now, at an epoch's end or within one.

        Raises:
            DigitpadError: its logits are no longer numbers.
            TestSkippedError: `skips_test` says so.
        """
        progress, images = self.progress, max(1, self.progress.position)
        test_loss, test_accuracy = self._tested(self.test, can_skip=True)
        # With the smoothing of the training: the plain loss is lowest long before the end.
        validation = (
            None
            if self.validation is None
            else self._tested(self.validation, self.recipe.label_smoothing, can_skip=True)
        )
        return EpochReport(
            epoch=progress.epoch,
            epochs=self.recipe.epochs,
            step=progress.step,
            train_seconds=progress.train_seconds,
            train_loss=progress.loss_sum / images,
            train_accuracy=progress.right / images,
            test_loss=test_loss,
            test_accuracy=test_accuracy,
            validation_loss=validation and validation[0],
            validation_accuracy=validation and validation[1],
            is_best=validation is None or validation[0] <= progress.best_loss,
        )

    def logits(self, images: Images, *, can_skip: bool = False) -> Tensor:
        """The logits of the network that reads: float32 (n, 10) on the CPU; if `can_skip`, raises as `assess` does."""
        recipe, network = self.recipe, self.ema_network.eval()

        def seen(batch: Tensor) -> Tensor:
            if can_skip and self.skips_test():
                raise TestSkippedError
            return cast(Tensor, network(batch))

        logits = batched_logits(seen, images.pixels, recipe.mean, recipe.std, self.device, recipe.test_batch)
        network.train()  # it may be the network in training
        return logits

    def check_numbers(self) -> None:
        """Raise DigitpadError where weights are no longer numbers: running statistics may go before the loss does."""
        if not all(bool(torch.isfinite(mean).all()) for mean in self._means):
            raise _not_a_number(self.progress.step)

    def _tested(self, images: Images, label_smoothing: float = 0.0, *, can_skip: bool = False) -> tuple[float, float]:
        """Cross entropy and accuracy of the network that reads; DigitpadError where its logits are no numbers."""
        logits = self.logits(images, can_skip=can_skip)
        loss = float(functional.cross_entropy(logits, images.labels, label_smoothing=label_smoothing))
        if not math.isfinite(loss):  # running statistics may go before the loss of a step does
            raise _not_a_number(self.progress.step)
        return loss, float((logits.argmax(dim=1) == images.labels).float().mean())


def steps_by(position: int, batch: int) -> int:
    """Number of steps for an epoch's first `position` images; a single image left over joins the last batch."""
    left_over = position > batch > 1 and position % batch == 1
    return -(-position // batch) - left_over


def normalised(pixels: Tensor, mean: float, std: float) -> Tensor:
    """Network input from pixels: uint8 (n, 1, 28, 28) to float32 of the same shape."""
    return (pixels.float() / 255 - mean) / std


@torch.no_grad()
def batched_logits(
    network: Callable[[Tensor], Tensor], pixels: Tensor, mean: float, std: float, device: torch.device, batch: int = 512
) -> Tensor:
    """Logits of many images, batch by batch: uint8 (n, 1, 28, 28) to float32 (n, 10) on the CPU."""
    return torch.cat([network(normalised(part.to(device), mean, std)).cpu() for part in torch.split(pixels, batch)])


def _optimiser(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    # Fused: one call for all tensors, which takes a fifth off the time of a step of a small network.
    parameters = network.parameters()
    if recipe.optimiser == "sgd":
        return torch.optim.SGD(parameters, recipe.learning_rate, momentum=recipe.momentum, fused=True)
    if recipe.optimiser == "adam":
        return torch.optim.Adam(parameters, recipe.learning_rate, fused=True)
    return torch.optim.AdamW(parameters, recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True)


def _set_learning_rate(optimiser: torch.optim.Optimizer, recipe: Recipe, step: int, steps: int) -> float:
    learning_rate, momentum = learning_rate_at(recipe, step, steps), momentum_at(recipe, step, steps)
    for group in optimiser.param_groups:
        group["lr"] = learning_rate
        if recipe.optimiser == "sgd":
            group["momentum"] = momentum
        else:
            group["betas"] = (momentum, group["betas"][1])
    return learning_rate


def _not_a_number(step: int) -> DigitpadError:
    text = "The loss is no longer a number at step {step}. Lower the learning rate and train again."
    return DigitpadError(text, step=step)
