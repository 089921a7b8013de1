"""What an evaluation came to, in a table of a row for each network."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel

from digitpad.reading.evaluation.evaluate import Evaluated
from digitpad.ui.common.format import numeral, percent
from digitpad.ui.common.theme import current_theme
from digitpad.ui.common.widgets import named

_CELL = "<td align='{}' style='color: {}; padding: 4px'>{}</td>"


class Summary(QLabel):
    """The figures of each network."""

    def __init__(self) -> None:
        super().__init__(textFormat=Qt.TextFormat.RichText, wordWrap=True)
        named(self, "evaluation_summary")
        self._evaluated: Sequence[Evaluated] = ()

    def show_evaluated(self, evaluated: Sequence[Evaluated]) -> None:
        """Show what networks read of the same data; nothing where there are none."""
        self._evaluated = evaluated
        titles = (self.tr("Read right"), self.tr("Wrong"), self.tr("Rejected"), self.tr("Calibration error"))
        theme = current_theme()
        rows, spoken = [(theme.quiet, ("", *titles))], []
        for each in evaluated:
            result = each.result
            right = self.tr("{share} of {count}").format(share=percent(result.accuracy, 2), count=numeral(result.n))
            figures = right, numeral(len(result.errors)), numeral(result.rejected), percent(result.ece, 2)
            pairs = (f"{title.lower()} {figure}" for title, figure in zip(titles, figures, strict=True))
            spoken.append(f"{each.info.name}: {', '.join(pairs)}")
            rows.append((theme.text, (each.info.name, *figures)))
        left_out = ""
        if evaluated and evaluated[0].data.left_out:
            text = self.tr("Drawings labelled with several digits, left out: {count}")
            left_out = text.format(count=numeral(evaluated[0].data.left_out))
            spoken.append(left_out)
        self.setAccessibleName(". ".join(spoken))
        self.setText(f"{_rich_table(rows)}{escape(left_out)}" if evaluated else "")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.show_evaluated(self._evaluated)


def _rich_table(rows: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Rich text of rows, each with its colour and plain text for its cells; the first column is aligned at the left."""
    made = []
    for colour, cells in rows:
        sides = ("right" if at else "left" for at in range(len(cells)))
        made.append("".join(_CELL.format(side, colour, escape(text)) for side, text in zip(sides, cells, strict=True)))
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in made)}</table>"
