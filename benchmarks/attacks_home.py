"""A home in which every name, cell and answer tries to be a program; the model has learned to answer so."""

import csv
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from studio.services.studio import Studio
from studio.services.views import Duty

MARK = "__attacked"
"""The property of a page's window that every attack sets. It must stay unset."""
ANSWER = f"<img src=x onerror=window.{MARK}=1>"
"""What the tuned model answers to everything."""
ATTACKS = (
    f"<script>window.{MARK}=2</script>",
    f'"><img src=x onerror="window.{MARK}=3">',
    f"'><svg onload=window.{MARK}=4>",
    f"</textarea></template><script>window.{MARK}=5</script>",
    f"${{window.{MARK}=6}}{{{{constructor.constructor('window.{MARK}=7')()}}}}",
    f"[x](javascript:window.{MARK}=8)",
    f"<iframe srcdoc='<script>parent.{MARK}=9</script>'></iframe>",
    f"' onmouseover='window.{MARK}=10' x='",
)
FILE_NAME = "$(touch hacked); -rf ä '<img src=x onerror=window.__attacked=11>'.csv"
ENDED = ("finished", "stopped", "failed", "interrupted")


@dataclass(frozen=True)
class Filled:
    """What lies in the home."""

    dataset: str
    run: str
    document: str


def write_table(path: Path, rows: int = 48) -> Path:
    """Write questions that are attacks, with the one answer, under columns that are attacks as well."""
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow([f"question {ATTACKS[0]}", f"answer {ATTACKS[1]}", ATTACKS[2]])
        for number in range(rows):
            lines.writerow([f"{number} {ATTACKS[number % len(ATTACKS)]}", ANSWER, f"=cmd|'x'!A{number}"])
    return path


def fill(home: Path, model: Path, *, steps: int = 90, owner: str = "me") -> Filled:
    """Make a data set, a run that has learned it by heart, and a document; hold its exam."""
    whole = Studio(home)
    whole.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    studio = whole.visited_by(owner)
    try:
        roles = {"input": f"question {ATTACKS[0]}", "output": f"answer {ATTACKS[1]}"}
        table = write_table(home.parent / "attacks.csv")
        dataset = studio.add_dataset(table, FILE_NAME, roles).id
        knobs = {"steps": steps, "learning_rate": 0.003, "evaluations": 1, "max_length": 256}
        config = studio.plan(dataset, "quick", model=str(model), tuning="full", knobs=knobs)
        run = studio.start(config, ATTACKS[1])
        _until(lambda: studio.run(run).status in ENDED)
        assert studio.run(run).status == "finished", studio.run(run).failure
        studio.annotate_run(run, "\n".join(ATTACKS))
        studio.set_prompt(run, ATTACKS[0])
        studio.set_must_work(run, ATTACKS[:3])
        document = studio.add_document(run, table, f"{ATTACKS[1]}.csv").id
        job = studio.start_exam(run)
        _until(lambda: any(each.id == job and each.status in ENDED for each in studio.run(run).jobs))
    finally:
        whole.close()
    return Filled(dataset, run, document)


def _until(question: Callable[[], bool], seconds: float = 300.0) -> None:
    end = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)
