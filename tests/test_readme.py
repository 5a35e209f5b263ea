"""What README.md says is so: commands, tree, registries, settings, links, costs and figures.

`python -m tests.test_readme` prints the table of settings for it.
"""

import importlib
import importlib.util
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import launch
import studio
from studio.cli import VERBS, main
from studio.core.config import DataSettings, Optimisation
from studio.core.knobs import Knob, knobs
from studio.engine.objectives import OBJECTIVES
from studio.engine.tunings import TUNINGS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LOG = (ROOT / "benchmarks" / "LOG.md").read_text(encoding="utf-8")
REGISTRIES = {
    "READERS": "studio.data.readers",
    "FORMATS": "studio.data.formats",
    "CHECKS": "studio.data.checks",
    "FIXES": "studio.data.fixes",
    "SAMPLES": "studio.data.samples",
    "OBJECTIVES": "studio.engine.objectives",
    "TUNINGS": "studio.engine.tunings",
    "REWARDS": "studio.engine.rewards",
    "METRICS": "studio.evaluation.metrics",
    "ARMS": "studio.evaluation.arms",
    "EXPORTERS": "studio.exporters",
    "RECIPES": "studio.core.recipes",
}
STAGES = (
    launch.ENVIRONMENT,
    launch.TORCH_CPU,
    launch.TORCH_CUDA,
    launch.LIBRARIES,
    launch.TEST_TOOLS,
    launch.STARTER,
)


def section(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, flags=re.DOTALL | re.MULTILINE)
    assert found, f"the README has no section {title!r}"
    return found[1]


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
    inline = re.findall(r"`(python3 launch\.py[^`]*)`", README)
    return [line for block in blocks for line in block.splitlines() if line] + inline


def rows(text: str) -> list[list[str]]:
    """The cells of every table row in `text`, without the headers."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rules = {number for number, line in enumerate(lines) if set(line) <= set("|- :")}
    kept = [line for number, line in enumerate(lines) if number not in rules and number + 1 not in rules]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in kept]


@pytest.mark.parametrize("command", [line for line in commands() if "launch.py" in line])
def test_the_launcher_takes_its_commands(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", shlex.split(command)[1:])
    if "--help" in command:
        with pytest.raises(SystemExit) as ended:
            launch.options()
        assert ended.value.code == 0
    else:
        assert launch.options().command in ("start", "setup", "test")


def test_it_shows_every_verb_and_no_other() -> None:
    shown = [shlex.split(line)[3] for line in commands() if " -m studio " in line]
    assert sorted(shown) == sorted(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_the_command_line_is_started_as_it_says() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "studio", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0
    assert "VERB" in result.stdout + result.stderr


def tree_paths() -> Iterator[str]:
    """The paths of the tree, from the indentation of its lines."""
    block = re.search(r"```\n(launch\.py.*?)```", README, flags=re.DOTALL)
    assert block
    parents: list[str] = []
    for line in block[1].splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        parents = [*parents[:depth], line.split()[0]]
        yield "".join(parents)


def test_the_tree_shows_what_there_is() -> None:
    missing = [path for path in tree_paths() if not (ROOT / path).exists()]
    assert not missing


def test_the_tree_shows_all_of_it() -> None:
    shown = set(tree_paths())
    folders = {f"{path.parent.relative_to(ROOT).as_posix()}/" for path in (ROOT / "studio").rglob("*.py")}
    parts = {folder for folder in folders if folder.count("/") <= 2 and folder != "studio/"}
    assert parts <= shown, f"not in the tree: {sorted(parts - shown)}"
    ignored = {"README.md", ".git", ".gitignore", ".dockerignore", *ignored_names()}
    top = {path.name for path in ROOT.iterdir()} - ignored
    unseen = {name for name in top if not any(path.partition("/")[0] == name for path in shown)}
    assert not unseen, f"not in the tree: {sorted(unseen)}"


def ignored_names() -> set[str]:
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    named = {line.strip("/") for line in lines}
    return named | {path.name for line in lines for path in ROOT.glob(line.strip("/"))}


@pytest.mark.parametrize("registry", REGISTRIES)
def test_it_names_every_entry_of_a_registry(registry: str) -> None:
    entries = list(getattr(importlib.import_module(REGISTRIES[registry]), registry))
    row = next(row for row in rows(section("Add a kind of thing")) if row[2] == f"`{registry}`")
    assert re.findall(r"`([^`]+)`", row[3]) == entries


def test_the_tour_names_every_registry_where_it_is() -> None:
    tour = studio.__doc__ or ""
    for registry, module in REGISTRIES.items():
        assert re.search(rf"\b{registry}\s+{re.escape(module)}$", tour, flags=re.MULTILINE), registry


def test_the_tour_names_stations_that_exist() -> None:
    named = re.findall(r"studio(?:\.\w+)+", studio.__doc__ or "")
    assert len(set(named)) > 20
    missing = [name for name in named if importlib.util.find_spec(name) is None]
    assert not missing
    files = re.findall(r"[\w/]+\.py\b", studio.__doc__ or "")
    assert all((ROOT / file).exists() for file in files), files


def test_the_places_to_write_a_new_kind_exist() -> None:
    for row in rows(section("Add a kind of thing").partition("<details>")[0]):
        for path in re.findall(r"`((?:studio|assets)/[^`]+)/x\.\w+`", row[1]):
            assert (ROOT / path).is_dir(), path


def knob_rows() -> list[str]:
    """The table of settings, one row for each, in the order of the screen."""
    configs = [DataSettings, Optimisation]
    configs += [module.Config for registry in (OBJECTIVES, TUNINGS) for module in registry.values()]
    lines = ["| setting | what it is | default | allowed | what it does |", "|---|---|---|---|---|"]
    seen: dict[str, Knob] = {}
    for knob in (knob for config in configs for knob in knobs(config)):
        seen.setdefault(knob.name, knob)
    for knob in seen.values():
        cells = (f"`{knob.name}`", knob.technical or knob.label, default(knob), allowed(knob), knob.help)
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def default(knob: Knob) -> str:
    if knob.name != "learning_rate":
        return str(knob.default)
    return ", ".join(f"{tuning.LEARNING_RATE:g} ({name})" for name, tuning in TUNINGS.items())


def allowed(knob: Knob) -> str:
    if knob.choices or knob.low is None or knob.high is None:
        return ", ".join(knob.choices)
    return " to ".join(
        f"{end:,.0f}" if float(end).is_integer() else f"{end:g}" for end in (knob.low, knob.high)
    )


def test_the_table_of_settings_is_the_knobs() -> None:
    assert "\n".join(knob_rows()) in README


def test_the_costs_are_those_the_launcher_tells() -> None:
    told = rows(section("Start"))
    assert len(told) == len(STAGES)
    for (title, download, disk, seconds), stage in zip(told, STAGES, strict=True):
        assert title.startswith(stage.title)
        assert download == (launch.size(stage.download) if stage.download else "")
        assert (disk, seconds) == (launch.size(stage.disk), str(stage.seconds))


def test_links_lead_somewhere() -> None:
    links = re.findall(r"!?\[[^\]]*\]\(([^)\s]+)\)", README)
    broken = [link for link in links if "://" not in link and not (ROOT / link.partition("#")[0]).exists()]
    assert not broken


def test_named_files_exist() -> None:
    named = re.findall(r"`((?:studio|tests|assets|benchmarks)/[\w./-]+)`", README)
    missing = [path for path in named if "/x." not in path and not (ROOT / path).exists()]
    assert not missing


@pytest.mark.parametrize("text", [README, LOG], ids=["README", "LOG"])
def test_every_figure_names_a_command_that_is_there(text: str) -> None:
    named = re.findall(r"python -m (benchmarks\.\w+)", text)
    assert named
    missing = [name for name in named if not (ROOT / f"{name.replace('.', '/')}.py").exists()]
    assert not missing


def test_every_benchmark_says_how_it_is_run() -> None:
    commands = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "benchmarks").glob("*.py")}
    commands = {name: text for name, text in commands.items() if "__main__" in text}
    assert commands
    for name, text in commands.items():
        assert f"python -m benchmarks.{name}" in text, name


def test_spaces_find_the_image_and_its_port() -> None:
    front = dict(re.findall(r"^(\w+): (.+)$", README.split("---")[1], flags=re.MULTILINE))
    assert (front["sdk"], front["app_port"]) == ("docker", "7860")
    assert f"EXPOSE {front['app_port']}" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_the_image_installs_what_the_launcher_would() -> None:
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert launch.TORCH_CPU_INDEX in image
    assert launch.TORCH in image
    assert "USER studio" in image


if __name__ == "__main__":
    print("\n".join(knob_rows()))
