"""Words that people see can be translated, those of errors too: lupdate finds literals only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from tests.translations import PACKAGE, messages, setting_texts, sources, update

TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((PACKAGE / "ui").rglob("*.py"))}

SHOWN = {
    *("setText", "setToolTip", "setStatusTip", "setWhatsThis", "setTitle", "setWindowTitle", "setPlaceholderText"),
    *("setAccessibleName", "setAccessibleDescription", "setSuffix", "setPrefix", "setSpecialValueText"),
    *(
        "addAction",
        "addTab",
        "addItem",
        "addMenu",
        "addRow",
        "insertItem",
        "setItemText",
        "setTabText",
        "setTabToolTip",
    ),
    *("setInformativeText", "setDetailedText", "setLabelText", "setHeaderData", "showMessage", "drawText", "say"),
    *("QLabel", "QPushButton", "QToolButton", "QCheckBox", "QRadioButton", "QGroupBox", "QAction", "QDockWidget"),
    *("named", "push_button", "tool_button", "close_button", "note_label", "Placeholder"),
}
"""Functions and classes whose texts people see."""

NOT_SHOWN = {
    ".addItem": 1,
    "named": 1,
    "push_button": 1,
    "tool_button": 1,
    "close_button": 2,
    "note_label": 1,
    "Placeholder": 2,
}
"""The argument of some that is data, or a name that nobody sees."""

MESSAGE_CLASSES = ("Message", "DigitpadError", "InputError")
"""What is said through a translation, wherever it is made."""

NAMES = re.compile(r"\b(digitpad|MNIST|px)\b|</?p>")
"""What is the same in every language."""

MESSAGES = [
    pytest.param(call, texts, id=f"{path.relative_to(PACKAGE).as_posix()}:{call.lineno}")
    for path in sources()
    for call, texts in messages(path)
]

each_source = pytest.mark.parametrize(
    ("path", "tree"), [pytest.param(*item, id=item[0].relative_to(PACKAGE).as_posix()) for item in TREES.items()]
)
each_message = pytest.mark.parametrize(("call", "texts"), MESSAGES)


def called(node: ast.AST) -> str:
    """The name of the function that a call calls, with a dot before a method's; '' of anything else."""
    function = node.func if isinstance(node, ast.Call) else None
    return f".{function.attr}" if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def is_translated(node: ast.AST) -> bool:
    """Whether it is `self.tr(…)` or `translate(…)`; painters have a `translate` of their own, which takes numbers."""
    return called(node) in (".tr", "translate")


def shown(node: ast.expr) -> Iterator[str]:
    """The literal parts of a text, but for those that are translated."""
    parts: list[ast.expr | None] = []
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.JoinedStr(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.BoolOp(values=parts):
            pass
        case ast.FormattedValue(value=part) | ast.Subscript(value=part) | ast.Starred(value=part):
            parts = [part]
        case ast.BinOp() | ast.IfExp():
            parts = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.body, node.orelse]
        case ast.Dict(values=parts):
            pass
        case ast.Call(func=ast.Attribute(value=text, attr="format" | "join")):
            parts = [text, *node.args, *(keyword.value for keyword in node.keywords)]
    for part in parts:
        if part is not None and not is_translated(part):
            yield from shown(part)


def has_words(text: str) -> bool:
    return any(letter.isalpha() for letter in NAMES.sub("", text))


def test_there_is_something_to_look_at():
    assert len(TREES) > 50
    assert len(MESSAGES) > 100
    assert sum(is_translated(node) for tree in TREES.values() for node in ast.walk(tree)) > 300


@each_source
def test_what_is_translated_is_a_literal(path, tree):
    for node in ast.walk(tree):
        if is_translated(node):
            assert all(isinstance(word, ast.Constant) for word in node.args), f"{path}:{node.lineno}"


@each_source
def test_no_text_is_shown_past_a_translation(path, tree):
    for node in ast.walk(tree):
        if called(node).removeprefix(".") in SHOWN:
            texts = [word for number, word in enumerate(node.args) if number != NOT_SHOWN.get(called(node))]
            past = [text for word in texts if not is_translated(word) for text in shown(word) if has_words(text)]
            assert not past, f"{path}:{node.lineno}"


@each_source
def test_no_sentence_is_written_past_a_translation(path, tree):
    """Two words in a row are meant for people, wherever they stand; faults, the log's lines and styles are not."""
    passed: set[ast.AST] = set()
    for node in ast.walk(tree):
        is_style = isinstance(node, ast.Constant) and re.search(r"[{;]", str(node.value))
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_logged = called(node) in (".info", ".warning", ".error")
        is_message = called(node) in MESSAGE_CLASSES or is_logged or isinstance(node, ast.Raise)
        if is_translated(node) or is_style or is_docstring or is_message:
            passed.update(ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in passed:
            assert not re.search(r"[^\W\d_]{2,} [^\W\d_]{2,}", node.value), f"{path}:{node.lineno}"


@each_source
def test_numbers_are_written_as_the_language_writes_them(path, tree):
    """By `digitpad.ui.common.format`; two digits of a minute, or of a colour, are the same everywhere."""
    for node in ast.walk(tree):
        spec = node.format_spec if isinstance(node, ast.FormattedValue) else None
        given = "".join(str(part.value) for part in spec.values if isinstance(part, ast.Constant)) if spec else ""
        assert not re.search(r"[,.efg%]", given) or path.name == "format.py", f"{path}:{node.lineno}"
        for word in node.args if is_translated(node) else []:
            assert not re.search(r"\{\w*[:!]", ast.unparse(word)), f"{path}:{node.lineno}"


@each_message
def test_the_text_of_an_error_is_a_literal(call, texts):
    assert texts


@each_message
def test_each_place_in_an_error_has_its_value_and_no_format(call, texts):
    values = {keyword.arg for keyword in call.keywords}
    for text in texts or []:
        assert set(re.findall(r"\{(\w*)\}", text)) <= values
        assert not re.search(r"[{}]", re.sub(r"\{\w+\}", "", text))


@each_message
def test_no_value_of_an_error_is_an_english_text(call, texts):
    for keyword in call.keywords:
        assert not any(re.search("[a-z] |^[a-z]+$", text) for text in shown(keyword.value)), keyword.arg


def test_lupdate_finds_every_text(tmp_path):
    update(tmp_path / "digitpad_de.ts")
    contexts = ElementTree.parse(tmp_path / "digitpad_de.ts").getroot().findall("context")
    found = {(context.findtext("name"), message.findtext("source")) for context in contexts for message in context}
    assert {("errors", text) for path in sources() for _, texts in messages(path) for text in texts or []} <= found
    assert {("settings", text) for text in setting_texts()} <= found
    shown = {node.args[-1].value for tree in TREES.values() for node in ast.walk(tree) if is_translated(node)}
    assert shown <= {text for _, text in found}
