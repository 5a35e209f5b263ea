"""Small files, short functions, few parameters: a smoke alarm; what rings it is listed with its reason."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILE_LINES, FUNCTION_LINES, PARAMETERS, NESTING = 250, 40, 6, 3
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "misc", "base", "manager", "managers"}

EXCEPTIONS = {
    ("launch.py", "lines"): "the one file that must run before anything is installed cannot be two",
}
"""(file or file::function, budget) -> why it may be more. One that is no longer needed fails."""

PYTHON = sorted(
    [ROOT / "launch.py", *(ROOT / "studio").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")],
)
SCRIPTS = sorted((ROOT / "assets").rglob("*.js")) + sorted((ROOT / "assets").rglob("*.css"))
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar, ast.Match)
"""What takes another path. `with` does not: in the tabs it draws the layout."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return (node for node in ast.walk(tree) if isinstance(node, FUNCTIONS))


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    found = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
    return sum(argument.arg not in ("self", "cls") for argument in found)


def depth(node: ast.AST) -> int:
    """How many blocks stand inside each other; `elif` does not go deeper, an inner function starts anew."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (*FUNCTIONS, ast.ClassDef)):
            continue
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and node.orelse == [child]
        deepest = max(deepest, depth(child) + (isinstance(child, BLOCKS) and not is_elif))
    return deepest


def over_budget(path: Path) -> dict[tuple[str, str], int]:
    over = {(label(path), "lines"): len(path.read_text(encoding="utf-8").splitlines()) - FILE_LINES}
    if path.suffix == ".py":
        for function in functions(path):
            name = f"{label(path)}::{function.name}"
            over[name, "lines"] = (function.end_lineno or 0) - function.lineno + 1 - FUNCTION_LINES
            over[name, "parameters"] = parameters(function) - PARAMETERS
            over[name, "nesting"] = depth(function) - NESTING
    return {what: excess for what, excess in over.items() if excess > 0}


@pytest.mark.parametrize("path", [*PYTHON, *SCRIPTS], ids=label)
def test_a_file_and_its_functions_stay_within_the_budget(path: Path) -> None:
    unlisted = {what: excess for what, excess in over_budget(path).items() if what not in EXCEPTIONS}
    assert not unlisted, f"over the budget by: {unlisted}"


def test_every_exception_is_still_needed() -> None:
    needed = {what for path in [*PYTHON, *SCRIPTS] for what in over_budget(path)}
    assert set(EXCEPTIONS) <= needed


def test_no_file_has_a_name_that_says_nothing() -> None:
    wrong = [
        label(path) for path in PYTHON if path.stem in FORBIDDEN_NAMES or path.parent.name in FORBIDDEN_NAMES
    ]
    assert not wrong


@pytest.mark.parametrize("path", PYTHON, ids=label)
def test_a_file_begins_by_saying_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_the_alarm_rings() -> None:
    source = (
        "def f(self, a, b, c, d, e, g, h):\n"
        + "".join(f"{' ' * n}if a:\n" for n in range(1, 5))
        + " " * 5
        + "b"
    )
    function = next(node for node in ast.walk(ast.parse(source)) if isinstance(node, FUNCTIONS))
    assert (parameters(function), depth(function)) == (7, 4)
    chain = ast.parse("def f(a):\n if a:\n  b\n elif c:\n  d\n elif e:\n  g")
    assert depth(chain.body[0]) == 1
