"""What the files of a run hold, as bytes: `run.json` and `curves.jsonl`. Every value is checked when it is read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import BinaryIO

from digitpad.domain.errors import InputError
from digitpad.domain.reports import EpochReport, InterimReport, Report, StepsReport
from digitpad.domain.run import LONGEST_NAME, RunInfo
from digitpad.domain.settings_fields import from_values, printable, to_values
from digitpad.storage.json_object import json_object
from digitpad.storage.recipe_store import recipe_from_values, recipe_to_values

_KINDS: dict[str, type[Report]] = {"steps": StepsReport, "interim": InterimReport, "epoch": EpochReport}
_NAMES = {kind: name for name, kind in _KINDS.items()}

_LONGEST_LINE = 1 << 16
"""Bytes of a line of curves: a tenth of a second of training."""

_MOST: dict[type[Report], int] = {StepsReport: 500_000, InterimReport: 50_000, EpochReport: 20_000}
"""Reports of each kind: those of steps take 400 bytes each in memory, and are of 14 hours."""

_MOST_STEPS = 1_500_000
"""Steps in them; each takes 64 bytes."""

_MOST_SKIPPED = 20_000
"""Lines that are no reports: a run that is cut off leaves one, and each takes as long to read as another."""


def info_to_json(info: RunInfo) -> bytes:
    """The content of run.json: what is known of a run, without its id, which is its folder's name."""
    values = {**to_values(info), "recipe": recipe_to_values(info.recipe)}
    del values["id"]
    return (json.dumps(values, indent=2) + "\n").encode()


def info_from_json(data: bytes, run_id: str) -> RunInfo:
    """What a run.json says of the run with this id.

    Raises:
        InputError: it is damaged, or holds a value that cannot be.
    """
    try:
        values = {**json_object(data), "id": run_id}
        values["recipe"] = recipe_from_values(values.get("recipe"))
        # What cannot be encoded becomes a question mark: half a surrogate pair, a path that is not UTF-8.
        values = {
            key: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
            for key, value in values.items()
        }
        info = from_values(RunInfo, values, skip_unknown=True)
    except InputError as error:
        raise InputError("The run {run} has a damaged run.json. {reason}", run=run_id, reason=error) from error
    return replace(info, name=printable(info.name)[:LONGEST_NAME].strip() or run_id)


def reports_to_lines(reports: Iterable[Report]) -> bytes:
    """Lines of curves.jsonl. A report with a number that is not finite has no place on a curve and is left out."""
    lines = []
    for report in reports:
        try:
            lines.append(json.dumps({"kind": _NAMES[type(report)], **to_values(report)}, allow_nan=False) + "\n")
        except ValueError:
            continue
    return "".join(lines).encode()


def reports_from_lines(file: BinaryIO) -> list[Report]:
    """The reports in a curves.jsonl; a line that is none, or that a power cut has left without its end, is skipped.

    So are those of a kind beyond `_MOST`, so that no file fills the memory; after `_MOST_SKIPPED` the rest is not read,
    so that none takes minutes.
    """
    reports: list[Report] = []
    room, steps, skipped = dict(_MOST), _MOST_STEPS, 0
    while (line := file.readline(_LONGEST_LINE)) and skipped <= _MOST_SKIPPED:
        skipped += 1
        if not line.endswith(b"\n"):
            continue
        try:
            values = json_object(line)
            report: Report = from_values(_KINDS[str(values.get("kind"))], values, skip_unknown=True)
        except (InputError, KeyError):
            continue
        if isinstance(report, StepsReport):
            steps -= len(report.losses)
            if not 0 < len(report.losses) == len(report.learning_rates) or steps < 0:
                continue
        room[type(report)] -= 1
        if room[type(report)] >= 0:
            reports.append(report)
            skipped -= 1
    return reports


def reports_until(reports: Iterable[Report], step: int) -> list[Report]:
    """The reports of the steps up to `step`; one that goes on beyond it is shortened."""
    kept: list[Report] = []
    for report in reports:
        if not isinstance(report, StepsReport):
            kept += [report] if report.step <= step else []
        elif report.first <= step:
            count = step - report.first + 1
            kept.append(replace(report, losses=report.losses[:count], learning_rates=report.learning_rates[:count]))
    return kept
