"""Where to compute, with how many threads, and what it means when a device fails."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import torch

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.recipe import Recipe

_log = logging.getLogger(__name__)


def choose_device(name: str) -> torch.device:
    """The device for 'auto', 'cpu', 'cuda' or 'mps'; 'auto' takes CUDA, then Apple's MPS, then the CPU.

    Raises:
        InputError: the device that was asked for is not there.
    """
    available = [kind for kind, is_there in devices().items() if is_there]
    if name == "auto":
        name = available[0]
        _log.info("the device is %s, of %s", name, ", ".join(available))
    if name not in available:
        raise InputError("The device {device} is not available on this machine; choose auto or cpu.", device=name)
    return torch.device(name)


def devices() -> dict[str, bool]:
    """Whether each kind of device is available, the fastest first."""
    return {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}


def computes_bfloat16(device: torch.device) -> bool:
    """Whether a device has instructions for bfloat16; where it only imitates them, it is slower with than without.

    With AVX-512 BF16, a step of the first of the three networks of `best` takes 0.58 times as long in one thread, and
    0.67 times in two.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu":
        return False
    can: Mapping[str, object] = torch.cpu.get_capabilities()
    return can.get("avx512_bf16") is True or can.get("amx_bf16") is True


def random_state(device: torch.device) -> dict[str, torch.Tensor]:
    """The states that initial weights and dropout are drawn from: uint8 vectors by device type."""
    states = {"cpu": torch.get_rng_state()}
    return states if device.type == "cpu" else {**states, device.type: _module(device).get_rng_state()}


def set_random_state(states: dict[str, torch.Tensor], device: torch.device) -> None:
    """Put back what `random_state` gave; a state of a device that is not in use is passed over."""
    torch.set_rng_state(states["cpu"])
    if device.type != "cpu" and device.type in states:
        _module(device).set_rng_state(states[device.type])


def _module(device: torch.device) -> Any:  # noqa: ANN401 - torch.cuda and torch.mps share no type
    return getattr(torch, device.type)


def explained(error: RuntimeError | MemoryError, recipe: Recipe) -> DigitpadError | None:
    """A sentence for a failure of the device, None where the error is digitpad's own fault.

    torch has classes for a GPU's memory and for its loss; older paths, MPS and the CPU say it in words only.
    """
    said = str(error)
    full = isinstance(error, (torch.OutOfMemoryError, MemoryError)) or any(
        words in said for words in ("out of memory", "can't allocate memory", "not enough memory")
    )
    if full:
        text = (
            "The memory is not enough to train {network} with batches of {batch}. Lower the batch size or choose "
            "another device."
        )
        return DigitpadError(text, network=recipe.network, batch=recipe.batch)
    is_gone = isinstance(error, torch.AcceleratorError) or any(
        words in said for words in ("CUDA error", "CUDA driver", "cuDNN error", "CUBLAS", "MPS backend", "Metal")
    )
    if is_gone:
        text = "The GPU failed or is gone ({reason}). Choose the CPU, or start the machine anew, and resume."
        return DigitpadError(text, reason=said.strip().partition("\n")[0][:200])
    return None
