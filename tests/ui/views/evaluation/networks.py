"""Evaluations whose figures are known."""

from __future__ import annotations

import numpy as np

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.reading.evaluation.evaluate import Evaluated, evaluate
from digitpad.reading.evaluation.labelled import labelled_images


def evaluated(labels, digits, confidence, name="first", lowest=-np.inf):
    """What a network read: digits, with these probabilities; its energy scores are the probabilities."""
    labels, digits, confidence = np.array(labels, np.uint8), np.array(digits), np.array(confidence, float)
    images = np.zeros((len(labels), 28, 28), np.uint8)
    images[:, 0, 0] = 1 + np.arange(len(labels))  # tells them apart
    data = labelled_images(images, labels)
    probabilities = np.repeat(((1 - confidence) / 9)[:, None], 10, axis=1)
    probabilities[np.arange(len(labels)), digits] = confidence
    scores = confidence.astype(np.float32)
    info = CheckpointInfo(name, "custom")
    return Evaluated(info, data, probabilities, scores, lowest, evaluate(data, probabilities, scores, lowest))


LABELS = [4, 4, 4, 9, 9, 7, 7, 1]
FIRST = evaluated(LABELS, [4, 9, 9, 9, 4, 7, 7, 1], [0.9, 0.6, 0.8, 0.99, 0.7, 0.95, 0.55, 0.97], lowest=0.58)
SECOND = evaluated(LABELS, [4, 4, 1, 9, 4, 1, 1, 1], [0.9, 0.6, 0.7, 0.99, 0.7, 0.95, 0.5, 0.97], "second")
