"""What a checkpoint says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from digitpad.domain.errors import NOTHING, Message
from digitpad.domain.rejection import FALSE_REJECTION_RATE
from digitpad.domain.settings_fields import Count, Setting

Line = Annotated[str, Setting(longest=1000)]


def _are_thresholds(rows: list[list[float]]) -> bool:
    return all(len(row) == 2 and 0 <= row[0] <= 1 and abs(row[1]) < 1e6 for row in rows)


def _are_teachings(steps: list[dict[str, Any]]) -> bool:
    kinds = {"base": str, "drawings": int, "date": str}
    return all(type(step.get(key)) is kind for step in steps for key, kind in kinds.items())


@dataclass(frozen=True)
class CheckpointInfo:
    """What a checkpoint says of itself; see `digitpad.reading.checkpoint_file` for the file format.

    Attributes:
        name: short name for people, the file's name without its ending.
        network: id of the network, or 'custom'.
        layers: the layers that rebuild it, as JSON values; see `digitpad.reading.layers`.
        parameters: number of trained numbers in it.
        mean, std: normalisation of the input: pixels in 0…1 become (x - mean) / std.
        recipe: id of the recipe, '' where unknown.
        seed: the run's seed, None where unknown.
        data: what it was trained on, without a text where unknown.
        epochs: passes over that data, None where unknown.
        test_accuracy: share of MNIST's test images read right, 0 to 1, None where unknown.
        own_accuracy: the same of the test images of `data`, where those are not MNIST's.
        date: ISO date of the run's end, '' where unknown.
        digitpad_version: version that wrote the file, '' where another program wrote it.
        temperature: what the logits are divided by before the softmax, to calibrate the confidence.
        thresholds: rows of a false rejection rate and the energy score below which an image is rejected at that rate;
            empty for a network that cannot reject. See `digitpad.domain.rejection`.
        outliers_rejected: share of synthesised outliers that it rejects at `FALSE_REJECTION_RATE`, None where unknown.
        run: id of the run that it comes from, '' where unknown.
        teachings: how it was taught a person's hand, see `digitpad.reading.teaching`, the last step at the end: 'base',
            the name of the checkpoint that was taught, 'drawings', with how many, and 'date', when, as ISO date and
            time; 'fingerprint' of that checkpoint, and checksums of the drawings: 'learned', and 'doubtful', those
            that may be labelled wrong; 'is_fine_tuned' where all layers were taught.
        path: the file it came from.
    """

    name: Line
    network: Line
    layers: list[Any] = field(default_factory=list)
    parameters: Count = 0
    mean: Annotated[float, Setting(-255, 255)] = 0.0
    std: Annotated[float, Setting(-255, 255, is_right=lambda std: abs(std) >= 1e-6)] = 1.0
    recipe: Line = ""
    seed: Annotated[int | None, Setting(0, 2**63 - 1)] = None
    data: Annotated[Message, Setting(longest=1000)] = NOTHING
    epochs: Annotated[int | None, Setting(0, 10**9)] = None
    test_accuracy: Annotated[float | None, Setting(0, 1)] = None
    own_accuracy: Annotated[float | None, Setting(0, 1)] = None
    date: Line = ""
    digitpad_version: Line = ""
    temperature: Annotated[float, Setting(0.05, 20.0)] = 1.0
    thresholds: Annotated[
        list[list[float]],
        Setting(longest=100, is_right=_are_thresholds, wanted=Message("rows of a share and a finite number")),
    ] = field(default_factory=list)
    outliers_rejected: Annotated[float | None, Setting(0, 1)] = None
    run: Line = ""
    teachings: Annotated[
        list[dict[str, Any]],
        Setting(longest=1000, is_right=_are_teachings, wanted=Message("steps, each with base, drawings and date")),
    ] = field(default_factory=list)
    path: Path | None = None

    @property
    def rejection(self) -> Message:
        """How well it rejects what is not a digit, or that it cannot: what goes on after 'This network'."""
        if not self.thresholds:
            if self.run and self.path is None:
                return Message("cannot reject before its training ends")
            return Message("cannot reject: it always answers with a digit")
        if self.outliers_rejected is None:
            return Message("rejects what is not a digit")
        text = "rejects {percent} % of synthesised outliers at {rate} % false rejections"
        return Message(text, percent=round(100 * self.outliers_rejected), rate=100 * FALSE_REJECTION_RATE)
