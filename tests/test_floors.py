"""The versions that were tested stand above those with known holes, and the lock says what is installed."""

import re
import tomllib
from importlib.metadata import version as installed_version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import launch

ROOT = Path(__file__).parents[1]
FLOORS = {
    "gradio": "6.25",  # memory leaks of sessions and queue, and a dozen path traversals before
    "transformers": "5.5",  # CVE-2026-4372, CVE-2026-5241: code out of model repositories
    "torch": "2.10",  # CVE-2026-24747
    "pyarrow": "23.0.1",
    "datasets": "4",  # no loading scripts
    "jinja2": "3.1.6",  # a way out of the sandbox that chat templates run in
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WANTED = [Requirement(line) for line in PROJECT["dependencies"]]
TEST_TOOLS = [Requirement(line) for line in PROJECT["optional-dependencies"]["test"]]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {canonical(name): version for name, version in (line.split("==") for line in lines)}


LOCK, TEST_LOCK = read_lock(launch.LOCK), read_lock(launch.TEST_LOCK)


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_no_version_with_a_known_hole_is_locked_or_asked_for(package: str, floor: str) -> None:
    assert Version(LOCK[package]) >= Version(floor)
    wanted = next(requirement for requirement in WANTED if canonical(requirement.name) == package)
    lowest = [Version(clause.version) for clause in wanted.specifier if clause.operator in (">=", "==")]
    assert lowest, f"{wanted}: no lower bound"
    assert min(lowest) >= Version(floor)


@pytest.mark.parametrize("requirement", WANTED, ids=str)
def test_the_lock_holds_what_the_project_asks_for(requirement: Requirement) -> None:
    assert requirement.specifier.contains(LOCK[canonical(requirement.name)])


@pytest.mark.parametrize("requirement", TEST_TOOLS, ids=str)
def test_the_test_lock_holds_what_the_tests_ask_for(requirement: Requirement) -> None:
    assert requirement.specifier.contains({**LOCK, **TEST_LOCK}[canonical(requirement.name)])


def test_the_locks_say_exact_versions_and_nothing_else() -> None:
    for path in (launch.LOCK, launch.TEST_LOCK):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9a-z.]*", line) for line in lines)
        assert lines == sorted(lines, key=lambda line: line.partition("==")[0].lower())
    assert not set(LOCK) & set(TEST_LOCK)


def test_torch_is_installed_in_the_version_of_the_lock() -> None:
    assert launch.TORCH.partition("==")[2] == LOCK["torch"]


def test_what_runs_these_tests_is_what_the_locks_say() -> None:
    different = {
        name: (wanted, found)
        for name, wanted in {**LOCK, **TEST_LOCK}.items()
        if (found := installed_version(name).partition("+")[0]) != wanted
    }
    assert not different
