"""digitpad export: writes a network as a file that other programs read pictures with."""

from __future__ import annotations

import argparse
from pathlib import Path

from digitpad.cli.output import check_writable, print_json
from digitpad.storage.io import DEFAULT_CHECKPOINT


def run(arguments: argparse.Namespace) -> int:
    """Write the ONNX file, once its outputs are the reader's; errors are for `digitpad.cli.main`."""
    out: Path = arguments.out
    path: Path = arguments.checkpoint or DEFAULT_CHECKPOINT
    check_writable(out)
    from digitpad.reading.export import export_onnx
    from digitpad.reading.load import load_checkpoint

    difference = export_onnx(load_checkpoint(path), out, false_rejection_rate=arguments.false_rejection_rate)
    if arguments.json:
        print_json(file=str(out), max_abs_difference=difference)
    else:
        print(f"wrote {out}: its probabilities differ from digitpad's by {difference:.1g} at most")
    return 0
