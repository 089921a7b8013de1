"""Recipes: a network and how to train it, as data. Needs neither torch nor Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from digitpad.domain import recipe_settings as settings
from digitpad.domain.errors import Message
from digitpad.domain.settings_fields import Setting, from_values, to_values


@dataclass(frozen=True)
class Augmentation:
    """How far a training image may be changed; the default changes nothing.

    Attributes:
        degrees: rotation, up to this many degrees either way.
        scale: size, up to a factor of e^scale either way.
        aspect: width against height, up to a factor of e^aspect either way.
        shear: slant, up to this many pixels across for each pixel down.
        shift: place, up to this many pixels each way.
        elastic: waves of up to this many pixels.
        stroke: line width; 1 mixes up to the full dilation or erosion by one pixel each side.
        plain: share of images left as they are, 0 to 1.
    """

    degrees: Annotated[
        float, Setting(0, 180, "Rotation", "Turns images, so that leaning digits are read too.", "°", 1)
    ] = 0.0
    scale: Annotated[
        float, Setting(0, 1, "Size", "Makes images larger or smaller. The number is a logarithm.", step=0.01)
    ] = 0.0
    aspect: Annotated[
        float, Setting(0, 1, "Width", "Makes digits wider or narrower. The number is a logarithm.", step=0.01)
    ] = 0.0
    shear: Annotated[float, Setting(0, 1, "Slant", "Slants images, as handwriting does.", " px/px", 0.01)] = 0.0
    shift: Annotated[
        float, Setting(0, 14, "Place", "Moves images, so that digits off the middle are read too.", " px", 0.5)
    ] = 0.0
    elastic: Annotated[float, Setting(0, 6, "Waves", "Bends lines softly, as an unsteady hand does.", " px", 0.5)] = 0.0
    stroke: Annotated[float, Setting(0, 1, "Line width", "Thickens or thins lines, as other pens do.", " px", 0.05)] = (
        0.0
    )
    plain: Annotated[
        float, Setting(0, 1, "Left as they are", "The share of images that nothing is done to.", step=0.05)
    ] = 0.0


@dataclass(frozen=True)
class Recipe:
    """A network and how to train it.

    Attributes:
        id: name for scripts and files.
        title: name for people.
        teaches: one sentence on what it teaches, '' where there is none.
        network: id of the network in `digitpad.reading.zoo.NETWORKS`.
        momentum: of SGD; the others use 0.9 and 0.999 as their moments' decays.
        schedule: see `digitpad.domain.schedules`.
        precision: 'mixed' computes in bfloat16 what bears it, on devices that are quicker so, and keeps weights and
            loss in float32.
        stroke_variations: how many variations of each pen drawing join the training images; with 0 no pen drawings do.
            Every fifth writer's are held out.
        digit_styles: how many images of each digit, made up in the forms in which people write it, join them.
        outliers: how many images without a digit join them; a network that sees some learns to reject better.
        drawing_sets: how many sets of all these drawings are made. The epochs take turns with them, so that none is
            seen so often that it is learned by heart, and an epoch takes no longer.
        synthesis: the edition of made-up digits, outliers and variations, see `digitpad.synthesis`; recipes of before
            there was a second one do not name it.
        validation_images: how many training images are held out. On these, and on the pen drawings held out, the best
            epoch and the thresholds of rejection are chosen, and the confidence is calibrated, on the drawings alone
            where there are some.
        test_batch: images a step while testing.
        test_every: steps between tests within an epoch; 0 tests at the end of each epoch only.
        test_images: how many of the first test images those tests use; 0 takes all.
        samples_before: how many of the first training images are shown with their labels before the first step.
        samples_after: how many of the first test images are shown with prediction and label at the end.
        outputs_after: how many of the first test images are shown with all ten outputs at the end.
        keep_epochs: whether the checkpoint of every epoch is kept, beside the best and the last.
    """

    id: Annotated[str, settings.ID]
    title: Annotated[str, settings.TITLE]
    network: Annotated[str, settings.NETWORK]
    epochs: Annotated[int, settings.EPOCHS]
    teaches: Annotated[str, settings.TEACHES] = ""
    batch: Annotated[int, settings.BATCH] = 128
    optimiser: Annotated[str, settings.OPTIMISER] = "adamw"
    learning_rate: Annotated[float, settings.LEARNING_RATE] = 0.003
    momentum: Annotated[float, settings.MOMENTUM] = 0.9
    weight_decay: Annotated[float, settings.WEIGHT_DECAY] = 0.01
    schedule: Annotated[str, settings.SCHEDULE] = "one-cycle"
    milestones: Annotated[tuple[int, ...], settings.MILESTONES] = ()
    factor: Annotated[float, settings.FACTOR] = 0.1
    label_smoothing: Annotated[float, settings.LABEL_SMOOTHING] = 0.0
    ema_decay: Annotated[float, settings.EMA_DECAY] = 0.0
    precision: Annotated[str, settings.PRECISION] = "full"
    mean: Annotated[float, settings.MEAN] = 0.1307
    std: Annotated[float, settings.STD] = 0.3081
    stroke_variations: Annotated[int, Setting(0, 20, key="copies")] = 0
    digit_styles: Annotated[int, Setting(0, 10_000, key="forms")] = 0
    outliers: Annotated[int, Setting(0, 100_000, key="others")] = 0
    drawing_sets: Annotated[int, Setting(1, 20)] = 1
    synthesis: Annotated[int, Setting(1, 2)] = 1
    validation_images: Annotated[int, settings.VALIDATION_IMAGES] = 0
    test_batch: Annotated[int, Setting(1, 10_000)] = 512
    test_every: Annotated[int, Setting(0, 100_000)] = 0
    test_images: Annotated[int, Setting(0, 10_000)] = 0
    samples_before: Annotated[int, Setting(0, 100)] = 0
    samples_after: Annotated[int, Setting(0, 100)] = 0
    outputs_after: Annotated[int, Setting(0, 10)] = 0
    keep_epochs: bool = False
    augmentation: Annotated[Augmentation, Setting(wanted=Message("values in braces"))] = field(
        default_factory=Augmentation
    )


def check_recipe(recipe: Recipe) -> Recipe:
    """The recipe itself; InputError, naming the value, where one is out of range or of the wrong type.

    Whether its network exists is not checked here.
    """
    from_values(Recipe, to_values(recipe))
    return recipe
