"""Reading: from a network input to ten probabilities, with ONNX Runtime on the CPU."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import InputError
from digitpad.domain.prediction import CLASSES, EMPTY, REJECTED, TOO_SMALL, Prediction
from digitpad.domain.rejection import FALSE_REJECTION_RATE, threshold
from digitpad.ink.raster.render import SIDE, render
from digitpad.ink.strokes import Ink
from digitpad.reading.checkpoint_file import Checkpoint, Preparation
from digitpad.reading.graph import OUTPUTS, SwitchedOff, build_graph, feature_names

onnxruntime.disable_telemetry_events()  # on Windows; elsewhere see digitpad/__init__.py
onnxruntime.set_default_logger_severity(4)  # what fails becomes a sentence; the library need not print it too

_SESSIONS = 4
"""How many sessions that give features are kept: each holds the network's weights."""

BATCH = 16
"""Images read at once, of many: more are no faster, and take memory."""


class Reader:
    """A network that reads. It may be asked from several threads at once.

    Attributes:
        checkpoint: what it reads with.
        info: what is known of it.
        preparation: how its input is prepared, where that had to be found out.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        """Build the graph and ready it for reading.

        Raises:
            InputError: ONNX Runtime does not take the network.
        """
        self.info: CheckpointInfo = checkpoint.info
        self.preparation: Preparation | None = checkpoint.preparation
        self.checkpoint = checkpoint
        self._session = session_of(build_graph(checkpoint), self.info.name)
        self._batch = BATCH if isinstance(self._session.get_inputs()[0].shape[0], str) else 1
        self._feature_sessions: dict[object, onnxruntime.InferenceSession] = {}

    def read(self, network_input: NDArray[np.uint8]) -> tuple[tuple[float, ...], float]:
        """Ten calibrated probabilities that sum to 1, and the energy score, of an image: uint8 (28, 28), 255 is ink.

        Raises InputError where one is not finite.
        """
        probabilities, scores = self.read_batch(network_input[None])
        return tuple(probabilities[0].tolist()), float(scores[0])

    def read_batch(self, images: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Read many images: uint8 (n, 28, 28), 255 is ink.

        Returns calibrated probabilities, float64 (n, 10), that sum to 1, and energy scores, float32 (n,). Raises
        InputError where one is not finite.
        """
        parts = [self._run(self._session, OUTPUTS, part) for part in _batches(images, self._batch)]
        probabilities = np.concatenate([part[0] for part in parts]).astype(np.float64)
        scores = np.concatenate([part[1] for part in parts])
        check_finite(probabilities, scores, self.info.name)
        return probabilities / probabilities.sum(axis=1, keepdims=True), scores

    def predict(
        self, ink: Ink, revision: int = 0, false_rejection_rate: float | None = FALSE_REJECTION_RATE
    ) -> Prediction:
        """Read some ink. Where nothing is drawn, there is no digit, and every probability is 0.1.

        Where what is drawn is rejected as no digit, the probabilities are those of the digits that it comes nearest to.

        Args:
            ink: what is drawn.
            revision: a number that the prediction carries.
            false_rejection_rate: share of real digits that may be rejected, None to reject nothing.

        Raises:
            InputError: see `read`.
        """
        network_input = render(ink)
        if not network_input.any():
            return Prediction(revision, None, (1 / CLASSES,) * CLASSES, network_input, EMPTY)
        return self.judged(ink, network_input, *self.read(network_input), revision, false_rejection_rate)

    def judged(
        self,
        ink: Ink,
        network_input: NDArray[np.uint8],
        probabilities: tuple[float, ...],
        score: float,
        revision: int,
        false_rejection_rate: float | None,
    ) -> Prediction:
        """The prediction that `predict` makes of what `read` says of some ink, which is not empty."""
        lowest = threshold(self.info.thresholds, false_rejection_rate)
        reason = None
        # The network sees all ink at one size, and so cannot tell a speck from a one.
        if math.isfinite(lowest) and ink.is_speck:
            reason = TOO_SMALL
        elif score < lowest:
            reason = REJECTED
        digit = int(np.argmax(probabilities)) if reason is None else None
        return Prediction(revision, digit, probabilities, network_input, reason)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names that `features` knows, in the network's order; see `digitpad.reading.graph`."""
        return feature_names(self.checkpoint)

    def features(
        self, images: NDArray[np.uint8], names: Sequence[str], switched_off: SwitchedOff = MappingProxyType({})
    ) -> dict[str, NDArray[np.float32]]:
        """What layers make of images, uint8 (n, 28, 28); the first call with some names takes 20 ms more.

        The names are of modules, 'hidden', 'logits' or 'probabilities'; see `digitpad.reading.graph`. Channels that are
        switched off, by the name of the module that gives them, become 0. Returns by name float32 (n, channels, height,
        width) or (n, features); raises InputError where the network has no such layer.
        """
        off = tuple((name, tuple(channels)) for name, channels in switched_off.items() if channels)
        key = tuple(names), off
        session = self._feature_sessions.get(key)
        if session is None:
            session = session_of(build_graph(self.checkpoint, names, switched_off=dict(off)), self.info.name)
            if len(self._feature_sessions) >= _SESSIONS:
                self._feature_sessions.pop(next(iter(tuple(self._feature_sessions))), None)  # others may add one
            self._feature_sessions[key] = session
        parts = [self._run(session, names, part) for part in _batches(images, self._batch)]
        return {name: np.concatenate([part[index] for part in parts]) for index, name in enumerate(names)}

    def _run(self, session: Any, outputs: Sequence[str], images: NDArray[np.uint8]) -> list[NDArray[Any]]:  # noqa: ANN401
        try:
            values: list[NDArray[Any]] = session.run(list(outputs), {"image": images})
        except Exception as error:  # the library has some ten classes of errors without a common one
            raise _unreadable(self.info.name, error) from error
        return values


def check_finite(probabilities: NDArray[Any], scores: NDArray[Any], name: str) -> None:
    """Raise InputError where what a network of that name computed is not finite."""
    if not (np.isfinite(probabilities).all() and np.isfinite(scores).all()):
        text = "{name} computes probabilities that are not numbers; choose another checkpoint."
        raise InputError(text, name=name)


def session_of(model: onnx.ModelProto | bytes, name: str) -> Any:  # noqa: ANN401 - the library has no types
    """An ONNX Runtime session that computes in the thread that asks; two that share an image wait for each other.

    Raises:
        InputError: ONNX Runtime does not take the model.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        data = model if isinstance(model, bytes) else model.SerializeToString()
        return onnxruntime.InferenceSession(data, options, ["CPUExecutionProvider"])
    except Exception as error:  # the library has some ten classes of errors without a common one
        raise _unreadable(name, error) from error


def _batches(images: NDArray[np.uint8], size: int) -> list[NDArray[np.uint8]]:
    """Parts of so many images, one part at least."""
    images = np.ascontiguousarray(images).reshape(-1, SIDE, SIDE)
    return [images[start : start + size] for start in range(0, max(len(images), 1), size)]


def _unreadable(name: str, error: Exception) -> InputError:
    first_line = str(error).strip().partition("\n")[0][:200]
    return InputError("{name} cannot be read with ({reason}); choose another.", name=name, reason=first_line)
