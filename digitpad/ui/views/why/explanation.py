"""What the view shows of a drawing, and what computes it in a thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from digitpad.services import TrainingService
from digitpad.ui.views.layers.figure import network_layers

if TYPE_CHECKING:
    from digitpad.reading.inspect.attribution import Attribution, Method
    from digitpad.reading.inspect.layers import Layer
    from digitpad.reading.reader import Reader

LIVE_STEPS, MOST_STEPS = 16, 512
"""Steps of integrated gradients while a line grows, and at most once it rests."""

SUFFICES = 0.01
"""How far their sum may be from the difference between logits, as a share of it, for the steps to suffice."""

Problem = Literal["", "loading", "no_maps"]


@dataclass(frozen=True)
class Question:
    """What is asked of a drawing.

    Attributes:
        digit: None for the most probable.
        method: how its pixels are weighed.
        layer: for Grad-CAM the layer's name, '' for the last that has maps.
    """

    digit: int | None
    method: Method
    layer: str = ""


@dataclass(frozen=True, eq=False)
class Explanation:
    """What a network's answer to a drawing comes from.

    Attributes:
        question: what was asked.
        digit: whose logit is explained.
        image: the network input, uint8 (28, 28), 255 is ink.
        problem: why there is no attribution, '' where there is one.
        attribution: what the pixels add.
        steps: of integrated gradients.
        layers: those with maps, for Grad-CAM.
        layer: the one whose maps were taken.
    """

    question: Question
    digit: int
    image: NDArray[np.uint8]
    problem: Problem
    attribution: Attribution | None = None
    steps: int = 0
    layers: tuple[Layer, ...] = ()
    layer: Layer | None = None

    @property
    def is_rough(self) -> bool:
        """Whether more steps would bring the sum of integrated gradients nearer to what it should be."""
        return bool(self.attribution and self.steps and self.steps < MOST_STEPS and self.attribution.gap > SUFFICES)


def explain(
    service: TrainingService, reader: Reader, image: NDArray[np.uint8], question: Question, digit: int
) -> Explanation:
    """Explain a digit's logit, by integrated gradients with few steps."""
    method = question.method
    if method == "occlusion":
        from digitpad.reading.inspect.attribution import occlusion  # in the thread, as `network_layers` does

        return Explanation(question, digit, image, "", occlusion(reader, image, digit))
    layers = tuple(layer for layer in network_layers(reader) if len(layer.shape) == 3) if method == "grad_cam" else ()
    if method == "grad_cam" and not layers:
        return Explanation(question, digit, image, "no_maps")
    layer = next((layer for layer in layers if layer.name == question.layer), layers[-1] if layers else None)
    name, steps = layer.name if layer else "", LIVE_STEPS if method == "integrated_gradients" else 0
    found = service.attribute(reader.checkpoint, image, digit, method, layer=name, steps=steps)
    return Explanation(question, digit, image, "", found, steps, layers, layer)


def refine(service: TrainingService, reader: Reader, rough: Explanation, go_on: Callable[[], bool]) -> Explanation:
    """The same explanation with more steps; the rough one where `go_on` says no."""
    steps = min(4 * rough.steps, MOST_STEPS)
    method = rough.question.method
    found = service.attribute(reader.checkpoint, rough.image, rough.digit, method, steps=steps, go_on=go_on)
    return Explanation(rough.question, rough.digit, rough.image, "", found, steps) if found else rough
