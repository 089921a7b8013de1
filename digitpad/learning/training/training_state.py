"""The training state on disk: all that it takes to end where an uninterrupted run would have ended.

One safetensors file: weights, averaged weights, the optimiser's tensors, every random state and the order of the
current epoch; its metadata has one entry, 'digitpad-resume', a JSON object with how far the training has come.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn

from digitpad.domain.errors import InputError
from digitpad.learning.models.devices import random_state, set_random_state
from digitpad.learning.training.loop import Progress, Training, steps_by
from digitpad.reading.tensors import check_file, read_safetensors
from digitpad.storage.io import write_atomically

FORMAT = 2
_KEY = "digitpad-resume"


def save_state(path: Path, training: Training) -> None:
    """Write a training's state, whole or not at all.

    Raises:
        DigitpadError: it could not be written; a file that was there before is unharmed.
    """
    tensors: dict[str, Tensor] = {}
    for prefix, network in _networks(training).items():
        tensors |= {f"{prefix}.{key}": value for key, value in network.state_dict().items()}
    for index, state in training.optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{index}.{name}": value for name, value in state.items() if isinstance(value, Tensor)}
    tensors |= {f"random.{name}": state for name, state in random_state(training.device).items()}
    tensors["generator"], tensors["order"] = training.generator.get_state(), training.order
    described = {
        "format": FORMAT,
        "device": training.device.type,
        "optimiser": training.recipe.optimiser,
        "data": training.fingerprint,
        **asdict(training.progress),
    }
    # JSON has no infinity, which is what the best loss is before the first epoch's end.
    described["best_loss"] = None if training.progress.best_loss == math.inf else training.progress.best_loss
    content = {key: value.detach().cpu().contiguous() for key, value in tensors.items()}
    write_atomically(path, save(content, {_KEY: json.dumps(described)}))


def check_state(path: Path) -> None:
    """Raise InputError where a file is missing or damaged, or comes from another version of digitpad."""
    _read(path)


def load_state(path: Path, training: Training) -> None:
    """Restore the state of a training with the same recipe, data and seed.

    On another kind of device than the one it was saved on, the run goes on from the same weights and draws other
    random numbers.

    Raises:
        InputError: the file is missing, damaged, or belongs to another recipe or other data.
    """
    tensors, described = _read(path)
    if described.get("data", training.fingerprint) != training.fingerprint:
        raise InputError(
            "{path} comes from a training on other images: the data have changed, or the file of drawings or the "
            "code that varies them. Train anew from the start.",
            path=path,
        )
    try:
        progress = _progress(described, training)
        _fill(training, tensors, described["device"], progress)
    except (ValueError, TypeError, LookupError, RuntimeError, RecursionError) as error:
        raise _unusable(path) from error
    training.progress = progress


def _read(path: Path) -> tuple[Mapping[str, Tensor], dict[str, Any]]:
    """A state's tensors and its description."""
    check_file(path)
    stored, metadata = read_safetensors(path)
    try:
        described = json.loads(metadata.get(_KEY, ""))
        version = described["format"]
        tensors = {key: torch.from_numpy(tensor.array()) for key, tensor in stored.items()}
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise _unusable(path) from error
    if version != FORMAT:
        text = "{path} comes from another version of digitpad, or is damaged. Train anew from the start."
        raise InputError(text, path=path)
    return tensors, described


def _unusable(path: Path) -> InputError:
    text = "{path} is no state of a run with this recipe and data, or it is damaged. Train anew from the start."
    return InputError(text, path=path)


def _progress(described: Mapping[str, Any], training: Training) -> Progress:
    if described["optimiser"] != training.recipe.optimiser:
        raise ValueError("its optimiser")
    values = {field.name: described[field.name] for field in fields(Progress)}
    if values["best_loss"] is None:
        values["best_loss"] = math.inf
    for name, value in values.items():
        whole = isinstance(getattr(Progress, name), int)
        if type(value) not in ((int,) if whole else (int, float)) or not value >= 0:
            raise ValueError(name)
    progress = Progress(**values)
    images, batch = len(training.epoch_images(progress.epoch)), training.recipe.batch
    steps = progress.epoch * steps_by(images, batch) + steps_by(progress.position, batch)
    is_between = progress.position == images or (progress.position < images and progress.position % batch == 0)
    if progress.step != steps or not is_between:
        raise ValueError("its steps")
    return progress


def _networks(training: Training) -> dict[str, nn.Module]:
    """The networks with weights of their own, by the prefix of their tensors."""
    networks: dict[str, nn.Module] = {"network": training.network}
    return networks if training.ema_network is training.network else {**networks, "averaged": training.ema_network}


def _fill(training: Training, tensors: Mapping[str, Tensor], device: str, progress: Progress) -> None:
    order, networks = tensors["order"], _networks(training)
    epoch = progress.epoch if progress.position else progress.epoch - 1  # the next is not in order yet
    if order.dtype != torch.int64 or not torch.equal(order.sort().values, training.epoch_images(epoch)):
        raise ValueError("its order")
    parts: dict[str, dict[str, Tensor]] = {prefix: {} for prefix in (*networks, "optimiser", "random")}
    for key, tensor in tensors.items():
        if key not in ("generator", "order"):
            prefix, _, name = key.partition(".")
            parts[prefix][name] = tensor  # a KeyError: it is another recipe's
    for prefix, network in networks.items():
        network.load_state_dict(parts[prefix])
    _fill_optimiser(training, parts["optimiser"])
    training.order = order.to(training.device)
    if device == training.device.type:
        training.generator.set_state(tensors["generator"])
    set_random_state(parts["random"], training.device)


def _fill_optimiser(training: Training, tensors: Mapping[str, Tensor]) -> None:
    parameters = list(training.network.parameters())
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        index, name = key.split(".")
        weights = parameters[int(index)]
        # In the weights' memory format: a fused step walks through both at once.
        formatted = torch.empty_like(weights).copy_(tensor) if tensor.shape == weights.shape else tensor
        state.setdefault(int(index), {})[name] = formatted.detach()
    groups = training.optimiser.state_dict()["param_groups"]
    training.optimiser.load_state_dict({"state": state, "param_groups": groups})
