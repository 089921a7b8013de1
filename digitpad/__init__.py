"""digitpad: draw a digit and watch a convolutional network read it."""

import logging
import os

__version__ = "0.1.0"

# Before torch is loaded: its threads sleep while they wait for work, and do not take the core from whoever would bring
# it. With another busy process on two cores, `train --recipe fast` takes 0.6 s of training with, and 9.8 s without.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# Before NumPy is loaded: its matrix products would take every core, and wait for each other where one is taken. The
# principal components of a thousand images then take seconds; in one thread 0.2 s at most.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Before ONNX Runtime is loaded: else versions of 2026 keep a device id and a store of events in the person's cache, and
# send them, on Linux and macOS too (microsoft/onnxruntime 27379, 29843). The name has changed.
os.environ["ORT_DISABLE_TELEMETRY"] = os.environ["ORT_TELEMETRY_DISABLED"] = "1"

logging.getLogger(__name__).addHandler(logging.NullHandler())  # silent in a program that does not ask for the log
