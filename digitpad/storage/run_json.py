"""What the files of a run hold, as bytes: `run.json` and `curves.jsonl`. Every value is checked when it is read."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import MISSING, fields, replace
from datetime import datetime
from typing import cast

from digitpad.domain.errors import InputError
from digitpad.domain.recipe import SEEDS
from digitpad.domain.reports import FILE_KEYS, EpochReport, InterimReport, Report, StepsReport
from digitpad.domain.run import RunInfo
from digitpad.storage.recipe_store import recipe_from_json, recipe_to_json

LONGEST_NAME = 80
"""Characters of a run's name."""

_CHOICES = {"state": ("running", "stopped", "finished", "failed"), "device": ("cpu", "cuda", "mps")}
_LONGEST_TEXT = 2000
_LARGEST = {"int": 2**53, "float": 1e300}
_KINDS: dict[str, type[Report]] = {"steps": StepsReport, "interim": InterimReport, "epoch": EpochReport}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def info_to_json(info: RunInfo) -> bytes:
    """The content of run.json: what is known of a run, without its id, which is its folder's name."""
    values = {key.name: getattr(info, key.name) for key in fields(info) if key.name != "id"}
    values["recipe"] = json.loads(recipe_to_json(info.recipe))
    return (json.dumps(values, indent=2) + "\n").encode()


def info_from_json(data: bytes, run_id: str) -> RunInfo:
    """What a run.json says of the run with this id.

    Raises:
        InputError: it is damaged, or holds a value that cannot be.
    """
    try:
        info = cast(RunInfo, _read(RunInfo, {**_parsed(data), "id": run_id}))
    except (ValueError, RecursionError) as error:
        raise InputError("The run {run} has a damaged run.json: {reason}.", run=run_id, reason=error) from error
    return info if info.name else replace(info, name=run_id)


def reports_to_lines(reports: Iterable[Report]) -> bytes:
    """Lines of curves.jsonl. A report with a number that is not finite has no place on a curve and is left out."""
    lines = []
    for report in reports:
        try:
            values = {FILE_KEYS.get(name, name): value for name, value in vars(report).items()}
            lines.append(json.dumps({"kind": _NAMES[type(report)], **values}, allow_nan=False) + "\n")
        except ValueError:
            continue
    return "".join(lines).encode()


def reports_from_lines(data: bytes) -> list[Report]:
    """The reports in a curves.jsonl; a line that is none, or that a power cut has left without its end, is skipped."""
    reports: list[Report] = []
    for line in io.BytesIO(data[: data.rfind(b"\n") + 1]):
        try:
            values = _parsed(line)
            report = cast(Report, _read(_KINDS[str(values.get("kind"))], values))
        except (ValueError, RecursionError, KeyError):
            continue
        if not isinstance(report, StepsReport) or 0 < len(report.losses) == len(report.learning_rates):
            reports.append(report)
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


def _parsed(data: bytes) -> dict[str, object]:
    try:
        values = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is no JSON text") from error
    if not isinstance(values, dict):
        raise ValueError("it is no JSON object")
    return values


def _read(kind: type, values: dict[str, object]) -> object:
    """A dataclass from checked values; those it does not know are left out, those with a default may be missing."""
    found = {}
    for key in fields(kind):
        name = FILE_KEYS.get(key.name, key.name)
        if name in values:
            found[key.name] = _value(name, str(key.type), values[name])
        elif key.default is MISSING:
            raise ValueError(f"it has no {name}")
    return kind(**found)


def _value(name: str, kind: str, raw: object) -> object:
    """A JSON value as what the dataclass declares, where it is within range: no number here is below 0."""
    kind, optional, _ = kind.partition(" | None")
    if raw is None and optional:
        return None
    if kind == "Recipe":
        return recipe_from_json(json.dumps(raw), "The run's recipe")
    if kind == "str" and isinstance(raw, str):
        return _text(name, raw)
    if kind == "bool" and isinstance(raw, bool):
        return raw
    if kind == "tuple[float, ...]" and isinstance(raw, list):
        return tuple(_value(name, "float", number) for number in raw)
    if kind in _LARGEST and isinstance(raw, int if kind == "int" else (int, float)) and not isinstance(raw, bool):
        largest = {"seed": SEEDS[1]}.get(name, 1 if name.endswith("accuracy") else _LARGEST[kind])
        if 0 <= raw <= largest:  # false of NaN too
            return raw if kind == "int" else float(raw)
    raise ValueError(f"its {name} cannot be {str(raw)[:40]!r}")


def _text(name: str, raw: str) -> str:
    """Text that can be shown and written; a start must be a time, and a choice one that exists."""
    if name in _CHOICES and raw not in _CHOICES[name]:
        raise ValueError(f"there is no {name} {raw[:40]!r}")
    if name == "started" and not _is_time(raw):
        raise ValueError(f"it cannot have started at {raw[:40]!r}")
    text = raw.encode("utf-8", "replace").decode()
    if name == "name":
        text = "".join(letter if letter.isprintable() else " " for letter in text)[:LONGEST_NAME].strip()
    return text[:_LONGEST_TEXT]


def _is_time(raw: str) -> bool:
    """Whether a text is an ISO time with its zone, which every system can turn into local time."""
    try:
        time = datetime.fromisoformat(raw)
    except ValueError:
        return False
    return time.tzinfo is not None and 1980 <= time.year < 3000
