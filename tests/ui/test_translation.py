"""Words that people see can be translated: lupdate finds literals only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import digitpad

SOURCES = sorted((Path(digitpad.__file__).parent / "ui").rglob("*.py"))


def calls(tree, *names):
    """Calls of `object.name(…)`, or of a plain `name(…)`: painters have a `translate` of their own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = f".{node.func.attr}" if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in names:
                yield node


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_what_is_handed_to_tr_is_a_literal(source):
    for call in calls(ast.parse(source.read_text(encoding="utf-8")), ".tr", "translate"):
        assert all(isinstance(word, ast.Constant) and isinstance(word.value, str) for word in call.args), (
            f"{source.name}:{call.lineno}"
        )


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_text_is_set_past_tr(source):
    for call in calls(ast.parse(source.read_text(encoding="utf-8")), ".setText", ".setToolTip", ".setAccessibleName"):
        for word in call.args:
            if isinstance(word, ast.Constant):
                assert not any(letter.isalpha() for letter in word.value), f"{source.name}:{call.lineno}"
