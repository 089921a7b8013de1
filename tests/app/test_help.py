"""F1: what is what, the keys as the actions have them, the terms, the licence and the log."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAction, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QTextBrowser

from digitpad import __version__
from digitpad.ui.actions import Actions
from digitpad.ui.common.theme import DARK, LIGHT


@pytest.fixture
def page(pad):
    """The page of help, opened by its key."""
    assert pad.widget("help_page") is None  # it costs a start nothing
    pad.press(Qt.Key.Key_F1)
    return pad.widget("help_page", QTextBrowser)


def anchors(page):
    """The colour of each link, by where it leads."""
    links, cursor = {}, QTextCursor(page.document())
    while cursor.movePosition(QTextCursor.MoveOperation.NextCharacter):
        if cursor.charFormat().isAnchor():
            links[cursor.charFormat().anchorHref()] = cursor.charFormat().foreground().color().name().upper()
    return links


def test_it_says_what_each_page_is_for(pad, page):
    for name in ("map", "compare", "training"):
        assert pad.widget(f"show_{name}", QAction).statusTip() in page.toPlainText()


def test_f1_opens_it_beside_the_pad_and_escape_closes_it(pad, page):
    assert page.isVisible()
    assert pad.canvas.isVisible()
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert not page.isVisible()
    assert not pad.widget("show_help", QAction).isChecked()


def test_it_has_every_key_of_the_actions(pad, page):
    text = page.toPlainText()
    keyed = [action for action in pad.window.findChild(Actions).findChildren(QAction) if action.shortcuts()]
    assert len(keyed) > 20
    for action in keyed:
        keys = ", ".join(key.toString() for key in action.shortcuts())
        assert f"{keys}\n{action.text()}" in text.replace("\t", "\n"), action.text()


def test_it_explains_frame_and_cross_and_the_terms(page):
    text = page.toPlainText()
    assert "20×20 box" in text
    assert "centre of mass" in text
    for term in ("Checkpoint", "Recipe", "Run", "Epoch", "Loss", "Augmentation", "Rejection", "False rejection rate"):
        assert f"\n{term}\n" in text
    assert __version__ in text
    assert "MIT licence" in text
    assert len(text.split()) < 800  # short enough to be read


def test_its_links_lead_to_licences_and_log(pad, page, monkeypatch):
    opened = []
    monkeypatch.setattr("digitpad.ui.help_menu.QDesktopServices.openUrl", lambda url: opened.append(url) or True)
    links = anchors(page)
    assert len(links) == 2
    for href in links:
        page.anchorClicked.emit(QUrl(href))
    assert "CC BY-SA 3.0" in pad.window.findChild(QMessageBox).informativeText()
    pad.window.findChild(QMessageBox).close()
    assert len(opened) == 1


@pytest.mark.parametrize(("title", "theme"), [("Dark", DARK), ("Light", LIGHT)])
def test_links_take_the_colour_of_a_new_theme(pad, page, title, theme):
    for name in ("Light", "Dark", title):
        next(action for action in pad.window.findChildren(QAction) if action.text() == name).trigger()
    assert set(anchors(page).values()) == {theme.accent_text}
