"""Mutants of central modules: python -m tests.mutants [--count 100] [--seed 0] [MODULE ...]

Each mutant is the project with one small change, drawn at random: a comparison turned, a call or a branch left out, a
sign or a number changed. The tests of its module must fail. Those that pass are printed; some of them are equivalent
to the original, which only a reader can tell. Run it on a quiet machine; a mutant takes as long as the tests do until
one fails.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]

TESTS = {
    "digitpad/ui/pad/pointer.py": ["tests/ui/pad"],
    "digitpad/ui/pad/canvas.py": ["tests/ui/pad"],
    "digitpad/ui/session/live_reading.py": [
        "tests/ui/session/test_live_reading.py",
        "tests/ui/session/test_live_numbers.py",
    ],
    "digitpad/ui/session/training_session.py": ["tests/ui/session/test_training_session.py"],
    "digitpad/ui/runs/controller.py": ["tests/ui/runs"],
    "digitpad/ink/editing.py": ["tests/ink/test_editing.py", "tests/ui/pad"],
    "digitpad/ink/eraser.py": ["tests/ink/test_eraser.py"],
    "digitpad/ink/raster/picture.py": ["tests/ink/raster"],
    "digitpad/storage/run_store.py": ["tests/storage/test_run_store.py"],
}
"""The modules, each with the tests that cover it."""

_SECONDS = 180.0
"""What the tests may take; a mutant that hangs is found too."""

_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_EXCHANGED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}


class _Mutation(ast.NodeTransformer):
    """Makes the change with a number; `count` is how many there are, `what` the one that was made."""

    def __init__(self, number: int) -> None:
        self._number, self.count, self.what = number, 0, ""

    def _changed(self, node: ast.expr | ast.stmt, new: ast.expr | ast.stmt) -> ast.AST:
        self.count += 1
        if self.count - 1 != self._number:
            return node
        self.what = f"line {node.lineno}: {_line(node)} → {_line(new)}"
        return ast.copy_location(new, node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if len(node.ops) > 1:
            return node
        return self._changed(node, ast.Compare(node.left, [_TURNED[type(node.ops[0])]()], node.comparators))

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        return self._changed(node, ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values))

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if type(node.op) not in _EXCHANGED:
            return node
        return self._changed(node, ast.BinOp(node.left, _EXCHANGED[type(node.op)](), node.right))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        return self._changed(node, node.operand) if isinstance(node.op, ast.Not | ast.USub) else node

    def visit_If(self, node: ast.If) -> ast.AST:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return node
        self.generic_visit(node)
        return self._changed(node, ast.If(ast.Constant(False), node.body, node.orelse))

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        self.generic_visit(node)
        return self._changed(node, ast.Expr(ast.Constant(None))) if isinstance(node.value, ast.Call) else node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if type(node.value) not in (int, float):
            return node
        return self._changed(node, ast.Constant(2 * node.value + 1))


def _line(node: ast.AST) -> str:
    return ast.unparse(node).split("\n")[0][:60]


def mutant(source: str, number: int) -> tuple[str, str]:
    """A module's source with a change, and what was changed."""
    mutation = _Mutation(number)
    tree = mutation.visit(ast.parse(source))
    return ast.unparse(ast.fix_missing_locations(tree)), mutation.what


def count_of(source: str) -> int:
    """How many mutants of a module there are."""
    mutation = _Mutation(-1)
    mutation.visit(ast.parse(source))
    return mutation.count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(TESTS)}; all where none is named")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    modules = words.modules or list(TESTS)
    every = [(module, number) for module in modules for number in range(count_of((ROOT / module).read_text()))]
    drawn = random.Random(words.seed).sample(every, min(words.count, len(every)))
    survived: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "digitpad"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".git", ".venv", "*_cache"))
        for module, number in sorted(drawn):
            source = (ROOT / module).read_text()
            changed, what = mutant(source, number)
            (tree / module).write_text(changed)
            if _passes(tree, TESTS[module]):
                survived[module] += 1
                print(f"survived: {module} {what}", flush=True)
            (tree / module).write_text(source)
    died = len(drawn) - survived.total()
    print(f"{died} of {len(drawn)} mutants died; survivors by module: {dict(survived)}")
    return 0


def _passes(tree: Path, tests: list[str]) -> bool:
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(tree), "QT_QPA_PLATFORM": "offscreen"}
    try:
        return not subprocess.run(command, cwd=tree, env=environment, capture_output=True, timeout=_SECONDS).returncode
    except subprocess.TimeoutExpired:
        return False


if __name__ == "__main__":
    sys.exit(main())
