"""An event that is marked private still answers whoever posts to it: with wrong kinds, huge and foreign."""

import random
import shutil
from pathlib import Path

from benchmarks.attacks_presses import Site, own_mistakes, press_all, served
from studio.services.studio import Studio
from studio.ui.session import STEPS
from tests.attacks.conftest import Lodged


def contents(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*")}


def test_no_handler_trips_over_what_no_page_sends_and_nothing_is_touched(empty_site: Site) -> None:
    home = empty_site.studio._home.path
    before = contents(home)
    answers = press_all(empty_site, random.Random(0))
    assert len(answers.handlers) > 60
    assert set(answers.statuses) <= {200, 400, 500}
    assert answers.statuses[200] > len(answers.handlers) / 2, "they reach the handlers"
    assert answers.mistakes == set()
    assert answers.told == []
    assert contents(home) == before


def test_no_handler_trips_over_a_page_with_a_run_whose_fields_hold_nonsense(
    lodged: Lodged, tmp_path: Path
) -> None:
    shutil.copytree(
        lodged.studio._home.path, tmp_path / "home"
    )  # some presses are taken, and begin something
    ids = {"dataset": lodged.filled.dataset, "run": lodged.filled.run}
    with served(Studio(tmp_path / "home"), tmp_path / "uploads") as site:
        answers = press_all(site, random.Random(1), sessions=[{"step": step, **ids} for step in STEPS])
    assert answers.statuses[200] > len(answers.handlers) / 2
    assert answers.mistakes == set()
    assert answers.told == []


def test_a_mistake_of_our_own_would_be_noticed(capsys) -> None:
    from studio.core.words import __file__ as own

    trace = f'Traceback (most recent call last):\n  File "{own}", line 1, in x\n    y\nTypeError: of text\n'
    assert [line.rpartition(" ")[2] for line in own_mistakes(trace)] == ["text"]
    assert list(own_mistakes(trace.replace(own, "/usr/lib/gradio/routes.py"))) == []
