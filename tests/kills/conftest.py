"""A command line of its own process, to be killed."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.conftest import write_table

SECONDS = 180


class Shell:
    """Runs `python -m studio` on one home."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def start(self, *words: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "studio", "--home", str(self.home), "--json", *words]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *words: str) -> tuple[int, dict, str]:
        """Return exit code, document and what was said on stderr."""
        process = self.start(*words)
        out, said = process.communicate(timeout=SECONDS)
        return process.returncode, json.loads(out), said

    def runs(self) -> list[Path]:
        """Return the run folders, the oldest first."""
        return sorted(path for path in (self.home / "runs").glob("2*"))

    def steps_said(self) -> int:
        """How many steps the newest run has told of so far."""
        if not self.runs():
            return 0
        return (self.runs()[-1] / "events.jsonl").read_text().count('"StepLogged"')


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


@pytest.fixture
def train_words(tmp_path: Path, tiny_model_folder: Path) -> Callable[..., list[str]]:
    """Words that train the tiny model; knobs come as keywords."""
    table = write_table(tmp_path / "sums.csv")

    def words(**knobs: int | float) -> list[str]:
        settings = {"steps": 60, "batch_size": 4, "evaluations": 6, "checkpoint_every": 2, "dropout": 0.1}
        given = [f"--set={name}={value}" for name, value in {**settings, **knobs}.items()]
        return ["train", str(table), "--model", str(tiny_model_folder), *given]

    return words
