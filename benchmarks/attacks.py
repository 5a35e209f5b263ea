"""Attack a studio: presses that no page sends, files that swell, a hundred starts and twenty pages at once.

    python -m benchmarks.attacks [--each 20] [--megabytes 1000] [--starts 100] [--pages 20] [--json]

Presses go by HTTP to every handler of the page, over a home with a data set, a run and an exam, and over an
empty one. Each file that swells is read in a process of its own. Exit 1 where anything is not as it must be.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from studio.core.system import prepare_process

prepare_process()

from benchmarks.attacks_bombs import BOMBS, MOST_BYTES, open_alone  # noqa: E402 the process is prepared first
from benchmarks.attacks_crowd import problems_of_queue, start_at_once, visit_at_once  # noqa: E402
from benchmarks.attacks_home import Filled, fill  # noqa: E402
from benchmarks.attacks_presses import press_all, served  # noqa: E402
from benchmarks.faults_model import write_model  # noqa: E402
from studio.services.studio import Studio  # noqa: E402
from studio.services.views import Duty  # noqa: E402
from studio.ui.session import STEPS  # noqa: E402

Result = tuple[str, str, list[str]]
"""What was done, what came of it, and what is wrong."""


def main() -> int:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, usual in (("each", 20), ("megabytes", 1000), ("starts", 100), ("pages", 20), ("seed", 0)):
        reader.add_argument(f"--{name}", type=int, default=usual)
    reader.add_argument("--json", action="store_true")
    chosen = reader.parse_args()
    with tempfile.TemporaryDirectory() as place:
        results = list(attacks(Path(place), chosen))
    if chosen.json:
        print(json.dumps([{"done": done, "found": found, "wrong": wrong} for done, found, wrong in results]))
    else:
        print("| attack | what came of it | wrong |\n|---|---|---|")
        for done, found, wrong in results:
            print(f"| {done} | {found} | {'; '.join(wrong) or 'nothing'} |")
    return 1 if any(wrong for _, _, wrong in results) else 0


def attacks(place: Path, chosen: argparse.Namespace) -> Iterator[Result]:
    write_model(place / "model")
    filled = fill(place / "home", place / "model", steps=10)
    yield from presses(place, filled, chosen)
    for name in BOMBS:
        yield bomb(place, name, chosen.megabytes)
    yield starts(place, filled, chosen.starts)
    yield pages(place, filled, chosen.pages)


def presses(place: Path, filled: Filled, chosen: argparse.Namespace) -> Iterator[Result]:
    ids = {"dataset": filled.dataset, "run": filled.run}
    whole: list[Mapping[str, Any]] = [{"step": step, **ids} for step in STEPS]
    for name, home, sessions in (("empty", place / "nothing", []), ("filled", place / "home", whole)):
        draw = random.Random(chosen.seed)
        with served(Studio(home), place / "uploads") as site:
            answers = press_all(site, draw, each=chosen.each, sessions=sessions)
        statuses = ", ".join(f"{count:,} x {status}" for status, count in sorted(answers.statuses.items()))
        what = f"{answers.sent:,} presses on {len(answers.handlers)} handlers, {name} home"
        yield what, statuses, [*sorted(answers.mistakes), *answers.told]


def bomb(place: Path, name: str, megabytes: int) -> Result:
    file_name, make = BOMBS[name]
    (place / "bomb").write_bytes(make(megabytes))
    size = (place / "bomb").stat().st_size
    opened = open_alone(place / "bomb", file_name)
    wrong = [] if opened.peak_bytes < MOST_BYTES else [f"{opened.peak_bytes / 1e6:.0f} MB held"]
    return f"{name}, {size / 1e6:.2f} MB", f"{opened.peak_bytes / 1e6:.0f} MB at the most", wrong


def starts(place: Path, filled: Filled, count: int) -> Result:
    studio = Studio(place / "home")
    studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    try:
        config = studio.plan(filled.dataset, "quick", model=str(place / "model"), knobs={"steps": 100_000})
        runs = start_at_once(studio, config, count)
        while not any(view.status == "running" for view in studio.runs()):
            pass
        wrong = problems_of_queue(studio, runs)
    finally:
        studio.close()
    return f"{count} starts in one moment", "1 runs, the others wait in their places", wrong


def pages(place: Path, filled: Filled, count: int) -> Result:
    session = {"step": "train", "dataset": filled.dataset, "run": filled.run}
    with served(Studio(place / "home"), place / "uploads") as site:
        wrong = visit_at_once(site, count, lambda number: session)
    return f"{count} pages in one moment", "each is drawn and polls", wrong


if __name__ == "__main__":
    sys.exit(main())
