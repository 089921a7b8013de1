"""digitpad teach: teaches a network a person's hand, and writes the checkpoint that comes of it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from digitpad.cli.output import check_writable, print_json
from digitpad.domain.errors import InputError
from digitpad.domain.teaching_verdict import rounded, verdict

if TYPE_CHECKING:
    from digitpad.domain.teaching import Figures, TeachingReport


def run(arguments: argparse.Namespace) -> int:
    """Write the checkpoint, also where it is not recommended, and print figures; errors are for `digitpad.cli.main`."""
    drawings: Path = arguments.drawings
    out: Path = arguments.out or Path(f"{drawings.stem}.safetensors")
    for used in (arguments.checkpoint, drawings):
        if used is not None and out.exists() and used.exists() and out.samefile(used):
            raise InputError(f"{out} would be replaced by what is made of it; name another file with --out.")
    check_writable(out)
    from digitpad.ink.formats.opening import read_drawings
    from digitpad.reading.checkpoint_file import save_checkpoint
    from digitpad.reading.load import open_reader
    from digitpad.reading.teaching.teach import teach

    taught = teach(open_reader(arguments.checkpoint), read_drawings(drawings))
    save_checkpoint(out, taught.checkpoint)
    report = taught.report
    if arguments.json:
        print_json(
            event="taught",
            checkpoint=str(out),
            seconds=round(report.seconds, 3),
            drawings=report.drawings,
            own_before=report.own.before.accuracy,
            own_after=report.own.after.accuracy,
            others_before=report.others.before.accuracy,
            others_after=report.others.after.accuracy,
            accepted=report.is_accepted,
        )
    else:
        _print(report)
        print(f"wrote {out}")
    return 0


def _print(report: TeachingReport) -> None:
    drawings = "1 drawing" if report.drawings == 1 else f"{report.drawings:,} drawings"
    print(f"taught with {drawings} in {report.seconds:.1f} s")
    rows = {
        "your drawings, left out": report.own,
        "other people's digits": report.others,
        "synthesised digits": report.styled,
        "no digits, rejected": report.outliers,
    }
    print(f"{'read right, log loss':<24}{'before':>22}{'after':>22}{'of':>8}")
    for name, figures in rows.items():
        print(f"{name:<24}{_figure(figures.before):>22}{_figure(figures.after):>22}{figures.before.n:>8,}")
    for sentence in verdict(report):
        print(sentence)
    print("recommended" if report.is_accepted else "not recommended")


def _figure(figures: Figures) -> str:
    return f"{figures.right:.2%} {str(rounded(figures.log_loss)) if figures.log_loss else '':>12}"
