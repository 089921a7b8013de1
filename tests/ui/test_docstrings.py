"""Public methods say what they do where it takes them more than a few lines, but for those that Qt calls."""

import ast
from pathlib import Path

import digitpad

ONE_WORD = {"data", "event", "flags", "paint", "sort", "validate"}
"""What Qt has named without a capital letter."""

FEW_LINES = 6
"""A method that is no longer says what it does by its name and its lines."""

UI = Path(digitpad.__file__).parent / "ui"


def silent_methods(path):
    """Long public methods of public classes without a docstring, but for those that Qt named, such as `paintEvent`."""
    for cls in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(cls, ast.ClassDef) and not cls.name.startswith("_"):
            methods = [node for node in cls.body if isinstance(node, ast.FunctionDef)]
            own = [method for method in methods if method.name.islower() and not method.name.startswith("_")]
            long = {method.name for method in own if method.end_lineno - method.lineno >= FEW_LINES}
            for name in long - ONE_WORD - {method.name for method in methods if ast.get_docstring(method)}:
                yield f"{path.name}: {cls.name}.{name}"


def test_long_public_methods_have_docstrings():
    paths = list(UI.rglob("*.py"))
    assert paths
    assert [silent for path in paths for silent in silent_methods(path)] == []
