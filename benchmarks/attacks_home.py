"""A home in which every name, cell and answer tries to be a program; the model has learned to answer so."""

import csv
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from studio.core.drawn import Wanted
from studio.core.talk import Manner
from studio.services.rating import RatingView
from studio.services.studio import Studio
from studio.services.views import Duty
from studio.serving.server import Address
from studio.serving.stage import Stage

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
MODEL_NAME = "model '<img src=x onerror=window.__attacked=12>'"
"""What the folder of the model is called that the run begins with."""
ENDED = ("finished", "stopped", "failed", "interrupted")


@dataclass(frozen=True)
class Filled:
    """What lies in the home: each by its id. The `job` is an exam that was held."""

    dataset: str
    run: str
    document: str
    talk: str
    job: str


def write_table(path: Path, rows: int = 48) -> Path:
    """Write questions that are attacks, with the one answer, under columns that are attacks as well."""
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow([f"question {ATTACKS[0]}", f"answer {ATTACKS[1]}", ATTACKS[2]])
        for number in range(rows):
            lines.writerow([f"{number} {ATTACKS[number % len(ATTACKS)]}", ANSWER, f"=cmd|'x'!A{number}"])
    return path


def fill(home: Path, model: Path, *, steps: int = 40, owner: str = "me") -> Filled:
    """Make what a person leaves in a studio: a data set, a run that has learned it by heart, a document, an
    exam with a vote, drawn answers, a conversation, exports."""
    named = home.parent / MODEL_NAME
    shutil.copytree(model, named, dirs_exist_ok=True)
    whole = Studio(home)
    whole.speak_through(Stage(home, whole.aside, Address()))
    whole.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    try:
        studio = whole.visited_by(owner)
        table = write_table(home.parent / "attacks.csv")
        dataset, run = _learned(studio, table, named, steps)
        document = studio.add_document(run, table, f"{ATTACKS[1]}.csv").id
        asked = studio.start_exam(run)
        jobs = [asked, studio.start_drawing(run, Wanted(2, 2.0, (ATTACKS[5],)))]
        jobs += [studio.start_export(run, kind) for kind in ("merged", "code")]
        talk = _talked(studio, run)
        for job in jobs:
            _until(lambda job=job: _ended(studio, run, job))
        studio.vote(run, studio.votes(run).open.key, "left")
    finally:
        whole.close()
    return Filled(dataset, run, document, talk, asked)


def _learned(studio: Studio, table: Path, model: Path, steps: int) -> tuple[str, str]:
    """Return the data set, and a run that has learned it, with all that is said about one."""
    roles = {"input": f"question {ATTACKS[0]}", "output": f"answer {ATTACKS[1]}"}
    dataset = studio.add_dataset(table, FILE_NAME, roles).id
    knobs = {"steps": steps, "batch_size": 4, "learning_rate": 0.008, "evaluations": 1, "max_length": 256}
    config = studio.plan(dataset, "quick", model=str(model), tuning="full", knobs=knobs)
    run = studio.start(config, ATTACKS[1])
    _until(lambda: studio.run(run).status in ENDED)
    assert studio.run(run).status == "finished", studio.run(run).failure
    studio.annotate_run(run, "\n".join(ATTACKS))
    studio.set_prompt(run, ATTACKS[0])
    studio.set_must_work(run, ATTACKS[:3])
    return dataset, run


def _talked(studio: Studio, run: str) -> str:
    """Lead a conversation: with what was looked up, then without, and with the right answer in its place."""
    first = Manner(answer_tokens=50, instruction=ATTACKS[3], with_documents=True)
    talk = studio.say(ATTACKS[1], [run, f"base:{run}"], first)
    _until(lambda: _said(studio, talk))
    studio.say(ATTACKS[7], [run], Manner(answer_tokens=50), talk)
    _until(lambda: _said(studio, talk))
    studio.rate_talk(talk, studio.talk(talk).exchanges[-1].id, run, RatingView(False, ATTACKS[0]))
    return talk


def _said(studio: Studio, talk: str) -> bool:
    answers = [said for each in studio.talk(talk).exchanges for said in each.answers.values()]
    assert not any(said.finish == "failed" for said in answers), answers
    return all(said.finish for said in answers)


def _ended(studio: Studio, run: str, job: str) -> bool:
    view = next((view for view in studio.run(run).jobs if view.id == job), None)
    assert view is None or view.status in ("queued", "running", "finished"), view
    return view is not None and view.status == "finished"


def _until(question: Callable[[], bool], seconds: float = 300.0) -> None:
    end = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)
