"""The texts that people see, for translators: those of errors are listed here, since lupdate finds none of them.

To begin a translation, or to bring one up to date, say its language: `python -m tests.translations de`. It writes
`translations/digitpad_de.ts` for Qt Linguist; `pyside6-lrelease` makes `resources/translations/digitpad_de.qm` of that,
where the window looks for the system's language.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import PySide6

import digitpad
from digitpad.domain.recipe import Augmentation, Recipe
from digitpad.domain.run import TrainingConfig
from digitpad.domain.settings_fields import declared

PACKAGE = Path(digitpad.__file__).parent

_MESSAGES = ("Message", "DigitpadError", "InputError", "CancelledError")
_ELSEWHERE = ("cli/", "platform/", "domain/errors.py")


def sources() -> list[Path]:
    """The modules whose errors can reach the window."""
    paths = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
    return [path for name, path in paths.items() if not name.startswith(_ELSEWHERE)]


def messages(path: Path) -> Iterator[tuple[ast.Call, list[str] | None]]:
    """Each message that a module makes, and its templates; None where they are not literals.

    A template may be chosen (`"…" if … else "…"`), or have a name: the one that the statement before gives to a
    literal, else any that its function or the module gives.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: dict[ast.Call, list[str] | None] = {}
    for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))]:  # outer ones first
        named = _named([*tree.body, *(ast.walk(scope) if scope is not tree else ())])
        for block in (value for node in ast.walk(scope) for value in vars(node).values() if isinstance(value, list)):
            for before, statement in zip([None, *block], block, strict=False):
                if isinstance(statement, ast.stmt):
                    nearest = named | _named([before])
                    found |= {call: _literals(call.args[0], nearest) for call in _calls(statement)}
    yield from found.items()


def _named(nodes: Iterable[ast.AST | None]) -> dict[str, list[ast.expr]]:
    named: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, []).append(node.value)
    return named


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """The messages that are made in a statement, but for those in statements within it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt):
            if isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id in _MESSAGES:
                yield child
            yield from _calls(child)


def _literals(node: ast.expr, named: dict[str, list[ast.expr]]) -> list[str] | None:
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else None
    if isinstance(node, ast.IfExp):
        branches = [node.body, node.orelse]
    elif isinstance(node, ast.Name) and node.id in named:
        branches = named[node.id]
    else:
        return None
    found = [_literals(branch, {}) for branch in branches]
    return None if None in found else [text for texts in found if texts for text in texts]


def setting_texts() -> set[str]:
    """The words that were declared with settings."""
    settings = [setting for kind in (Recipe, Augmentation, TrainingConfig) for setting in declared(kind).values()]
    texts = {text for setting in settings for text in (setting.label, setting.help, setting.unit)}
    return (texts | {word for setting in settings for word in (setting.choices or {}).values()}) - {""}


def update(translation: Path) -> None:
    """Write every text of the window and of errors into a file for Qt Linguist; what is translated there stays."""
    lupdate = Path(PySide6.__file__).with_name("lupdate.exe" if os.name == "nt" else "lupdate")
    with tempfile.TemporaryDirectory() as folder:
        errors = Path(folder) / "errors.py"
        texts = [("errors", text) for path in sources() for _, found in messages(path) for text in found or []]
        texts += [("settings", text) for text in setting_texts()]
        lines = [f'QT_TRANSLATE_NOOP("{context}", {_quoted(text)})\n' for context, text in sorted(set(texts))]
        errors.write_text("".join(lines), encoding="utf-8")
        translation.parent.mkdir(exist_ok=True)
        command = [lupdate, "-extensions", "py", "-locations", "none", PACKAGE, errors, "-ts", translation]
        subprocess.run(command, check=True, capture_output=True)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


if __name__ == "__main__":
    update(PACKAGE.parent / "translations" / f"digitpad_{sys.argv[1]}.ts")
