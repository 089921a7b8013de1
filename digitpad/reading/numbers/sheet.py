"""Several numbers on one sheet: which strokes, or which parts of a picture, are a number each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from digitpad.domain.prediction import Prediction
from digitpad.domain.rejection import FALSE_REJECTION_RATE
from digitpad.ink.raster.picture import digit_input
from digitpad.ink.strokes import Floats, Ink
from digitpad.reading.numbers.groups import typical_height
from digitpad.reading.numbers.pictures import PictureParts
from digitpad.reading.numbers.read import NumberReader

_ACROSS, _DOWN = 1.3, 0.25
"""Free space within a number, in heights of a digit: beside one another, and above one another."""

_MOST = 1000
"""Strokes or parts of a picture above which nothing is taken apart: each is compared with each."""


def predict_sheet(
    reader: NumberReader, ink: Ink, false_rejection_rate: float | None = FALSE_REJECTION_RATE
) -> list[Prediction]:
    """Read what stands apart as a number each, line by line; as one where some of it is no number.

    Args:
        reader: reads numbers.
        ink: strokes or a picture.
        false_rejection_rate: share of real digits that may be rejected, None to reject nothing.

    Raises:
        InputError: see `NumberReader.predict`.
    """
    parts = separate(ink)
    if len(parts) > 1:
        predictions = [reader.predict(part, 0, false_rejection_rate) for part in parts]
        if all(prediction.text for prediction in predictions):
            return predictions
    return [reader.predict(ink, 0, false_rejection_rate)]


def separate(ink: Ink) -> list[Ink]:
    """The parts of some ink that stand apart, line by line from left to right."""
    if len(ink.strokes) > _MOST:
        return [ink]
    if ink.picture is None:
        return [Ink(tuple(ink.strokes[number] for number in part)) for part in _clusters(ink.boxes)]
    found, cover = PictureParts.of(ink.picture, cuts=False), ink.picture.cover
    if found is None or cover is None:
        return [ink]
    inks = []
    for part in _clusters(found.boxes):
        own = np.where(np.logical_or.reduce([found.masks[number] for number in part]), cover, np.float32(0))
        inks.append(Ink(picture=replace(ink.picture, network_input=digit_input(own), cover=own)))
    return inks


def _clusters(boxes: Floats) -> list[list[int]]:
    """The numbers of boxes that stand near one another, each from next to next; line by line from left to right."""
    if not len(boxes):
        return []
    height = typical_height(boxes)
    across = np.maximum(boxes[:, None, 0] - boxes[None, :, 2], boxes[None, :, 0] - boxes[:, None, 2])
    down = np.maximum(boxes[:, None, 1] - boxes[None, :, 3], boxes[None, :, 1] - boxes[:, None, 3])
    is_near = (across <= _ACROSS * height) & (down <= _DOWN * height)
    left = set(range(len(boxes)))
    clusters = []
    while left:
        pending = [min(left)]
        cluster: set[int] = set()
        while pending:
            number = pending.pop()
            if number not in cluster:
                cluster.add(number)
                pending += np.flatnonzero(is_near[number]).tolist()
        left -= cluster
        clusters.append(sorted(cluster))
    return _in_lines(boxes, clusters)


def _in_lines(boxes: Floats, clusters: Sequence[list[int]]) -> list[list[int]]:
    """Clusters line by line: what begins above the middle of the line's first one is on the same line."""
    lefts, tops, bottoms = (
        [float(pick(boxes[cluster, column])) for cluster in clusters]
        for pick, column in ((np.min, 0), (np.min, 1), (np.max, 3))
    )
    lines: list[list[int]] = []
    middle = -np.inf
    for number in np.argsort(tops, kind="stable").tolist():
        if tops[number] >= middle:
            lines.append([])
            middle = (tops[number] + bottoms[number]) / 2
        lines[-1].append(number)
    return [clusters[number] for line in lines for number in sorted(line, key=lefts.__getitem__)]
