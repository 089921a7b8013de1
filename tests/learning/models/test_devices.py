import os
import subprocess
import sys

import pytest
import torch

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.recipe import Recipe
from digitpad.learning.models.devices import (
    choose_device,
    computes_bfloat16,
    explained,
    random_state,
    set_random_state,
)

RECIPE = Recipe(id="a", title="A", network="classic", epochs=1, batch=64)


@pytest.fixture
def machine(monkeypatch):
    """Makes this machine one with the devices named, as far as anybody asks."""

    def with_devices(*names):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in names)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in names)

    return with_devices


@pytest.mark.parametrize(
    ("there", "selected"), [((), "cpu"), (("mps",), "mps"), (("cuda",), "cuda"), (("cuda", "mps"), "cuda")]
)
def test_auto_takes_cuda_then_mps_then_the_cpu(machine, there, selected):
    machine(*there)
    assert choose_device("auto") == torch.device(selected)
    for name in ("cpu", *there):
        assert choose_device(name) == torch.device(name)


def test_a_thread_that_waits_for_work_leaves_the_core_to_others():
    code = """
import digitpad, time, torch
numbers = torch.ones(1 << 18)
def used(threads):
    torch.set_num_threads(threads)
    numbers.add_(1)
    before = time.process_time()
    for _ in range(100):
        numbers.add_(1)
        time.sleep(0.003)
    return time.process_time() - before
print(used(2), used(1))
"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "GOMP_", "KMP_"))}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True, timeout=60)
    two, one = map(float, done.stdout.split())
    assert two < one + 0.1  # one that spins takes 0.3 s and more


@pytest.mark.parametrize(
    ("can", "expected"),
    [
        ({}, False),
        ({"avx512_bf16": False, "avx2": True}, False),
        ({"avx512_bf16": True}, True),
        ({"amx_bf16": True}, True),
    ],
)
def test_a_cpu_computes_bfloat16_where_it_has_instructions_for_it(monkeypatch, can, expected):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: can)
    assert computes_bfloat16(torch.device("cpu")) is expected


def test_a_gpu_is_asked_and_an_imitation_does_not_count(monkeypatch):
    asked = []
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: asked.append(including_emulation))
    assert not computes_bfloat16(torch.device("cuda"))
    assert asked == [False]
    assert not computes_bfloat16(torch.device("mps"))


@pytest.mark.parametrize("name", ["cuda", "mps", "abacus", "", "cuda:0"])
def test_a_device_that_is_not_there_is_refused(machine, name):
    machine()
    with pytest.raises(InputError, match=f"{name} is not available.*auto or cpu"):
        choose_device(name)


def test_a_random_state_that_is_put_back_draws_the_same_numbers():
    state = random_state(torch.device("cpu"))
    assert set(state) == {"cpu"}
    drawn = torch.rand(5)
    assert not torch.equal(torch.rand(5), drawn)
    set_random_state(state, torch.device("cpu"))
    assert torch.equal(torch.rand(5), drawn)


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_gpu_s_random_state_travels_too_and_only_to_its_own_kind(monkeypatch, name):
    held = {"cuda": torch.arange(3, dtype=torch.uint8), "mps": torch.arange(4, dtype=torch.uint8)}
    for kind, module in (("cuda", torch.cuda), ("mps", torch.mps)):
        monkeypatch.setattr(module, "get_rng_state", lambda *_, kind=kind: held[kind])
        monkeypatch.setattr(module, "set_rng_state", lambda state, *_, kind=kind: held.update({kind: state}))
    state = random_state(torch.device(name))
    assert set(state) == {"cpu", name}
    assert torch.equal(state[name], held[name])
    before, held[name] = held[name], torch.zeros(1)
    set_random_state(state, torch.device("cpu"))
    assert torch.equal(held[name], torch.zeros(1))
    set_random_state({"cpu": state["cpu"]}, torch.device(name))
    assert torch.equal(held[name], torch.zeros(1))
    set_random_state(state, torch.device(name))
    assert torch.equal(held[name], before)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
        torch.OutOfMemoryError(""),
        RuntimeError("MPS backend out of memory (MPS allocated: 17.00 GB, max allowed: 18.13 GB)"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:121] . DefaultCPUAllocator: can't allocate memory: you tried"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 64 bytes."),
        RuntimeError("CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported"),
        MemoryError(),
    ],
)
def test_too_little_memory_is_said_with_what_to_lower(error):
    reported = explained(error, RECIPE)
    assert type(reported) is DigitpadError
    assert str(reported) == (
        "The memory is not enough to train classic with batches of 64. Lower the batch size or choose another device."
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (torch.AcceleratorError("device-side assert triggered\nCompile with TORCH_USE_CUDA_DSA"), "device-side assert"),
        (RuntimeError("CUDA error: unspecified launch failure\nCUDA kernel errors"), "unspecified launch failure"),
        (RuntimeError("CUDA driver version is insufficient"), "insufficient"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), "CUDNN_STATUS_EXECUTION_FAILED"),
        (RuntimeError("MPS backend could not be used"), "MPS backend"),
        (RuntimeError("CUDA error: " + "x" * 1000), "xxx"),
        (torch.AcceleratorError(""), "The GPU failed"),
    ],
)
def test_a_gpu_that_is_gone_is_said_in_one_line(error, said):
    reported = explained(error, RECIPE)
    assert type(reported) is DigitpadError
    assert str(reported).startswith("The GPU failed or is gone (")
    assert "Choose the CPU" in str(reported)
    assert said in str(reported)
    assert "\n" not in str(reported)
    assert len(str(reported)) < 400


def test_a_fault_of_digitpad_s_own_is_not_explained_away():
    for words in ("mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)", "Expected a memory format", "metal", ""):
        assert explained(RuntimeError(words), RECIPE) is None


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_s_memory_that_runs_out_is_reported():
    with pytest.raises(RuntimeError) as full:
        torch.empty(1 << 50, dtype=torch.uint8, device="cuda")
    assert "memory is not enough" in str(explained(full.value, RECIPE))
