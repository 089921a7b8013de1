"""The table of what teaching came to."""

from xml.etree import ElementTree

from digitpad.domain.teaching import Comparison, Figures, TeachingReport
from digitpad.ui.hand.words import figures

OWN = Comparison(Figures(30, 0.9, 0.4), Figures(30, 1.0, 0.05, 0.1))


def rows(report):
    table = ElementTree.fromstring(figures(report).replace("&nbsp;", " ").replace("<br>", " "))
    return [["".join(cell.itertext()).strip() for cell in row] for row in table]


def compared(*shares):
    return Comparison(*(Figures(1000, share, 0.01) for share in shares))


def test_before_and_after_are_compared(qapp):
    report = TeachingReport(30, 1.0, OWN, *[compared(0.998, 0.997)] * 3)
    assert rows(report)[:3] == [
        ["Read right log loss", "before", "after", "of"],
        ["Your drawings, left out in turn", "90.0 % 0.4", "90.0 % 0.05", "30"],
        ["Other people's digits", "99.8 % 0.01", "99.7 % 0.01", "1,000"],
    ]


def test_a_log_loss_is_never_shown_as_nothing(qapp):
    own = Comparison(Figures(30, 0.9, 0.00012), Figures(30, 1.0, 0.00003))
    report = TeachingReport(30, 1.0, own, *[compared(0.998, 0.997)] * 3)
    assert rows(report)[1][1:3] == ["90.0 % 0.00012", "100.0 % below 0.0001"]


def test_the_last_teaching_stands_between(qapp):
    parts = [compared(0.998, 0.997, 0.99)] * 3
    report = TeachingReport(30, 1.0, OWN, *parts, unlearned=compared(0.5, 0.9, 0.8))
    assert rows(report)[:4] == [
        ["Read right log loss", "untaught", "last time", "this time", "of"],
        ["Your drawings, left out in turn", "90.0 % 0.4", "–", "90.0 % 0.05", "30"],
        ["Drawings of yours new to both", "50.0 % 0.01", "80.0 % 0.01", "90.0 % 0.01", "1,000"],
        ["Other people's digits", "99.8 % 0.01", "99.0 % 0.01", "99.7 % 0.01", "1,000"],
    ]
