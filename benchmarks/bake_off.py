"""Should one fine-tune at all? All arms of the bake-off on one sample, as a table for the README.

    python -m benchmarks.bake_off [--sample support] [--recipe quick] [--objective chat] [--rows N]

The studio trains the starter on the sample, holds the exam with every arm that makes sense, and prints what
each is worth with its 95 % interval, the paired difference to the untouched model, and what it costs.
`--rows` takes only the first rows of the sample. Seconds are this machine's; scores do not depend on it.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks.ground import machine
from studio.core.bake_off import BakeOff
from studio.core.measures import MEASURES
from studio.data.samples import SAMPLES
from studio.evaluation.arms import ARMS, PAIR
from studio.services.errands import Ear, wait_for_jobs, wait_for_run
from studio.services.exam_view import ExamView
from studio.services.studio import Studio

PROMPT = "Answer the question in two or three sentences, in plain words, as the help pages of the program do."
SHOWN = {"chat": ("rougeL", "chrf", "loss"), "classification": ("accuracy", "f1_macro", "loss")}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sample", default="support", choices=list(SAMPLES))
    parser.add_argument("--recipe", default="quick")
    parser.add_argument("--objective", default="chat", choices=list(SHOWN))
    parser.add_argument("--prompt", default=PROMPT)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--steps", type=int, default=0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        exam = measured(chosen, Path(folder))
    print(
        f"{machine()}; {chosen.recipe} on {chosen.sample}: {exam.rows} held-out rows, "
        f"{exam.answered} of them answered"
    )
    print("\n".join(table(exam, SHOWN[chosen.objective])))


def measured(chosen: argparse.Namespace, folder: Path) -> ExamView:
    """Train and examine. Raises SystemExit where one of them does not end well."""
    ear, studio = Ear(lambda line: None, lambda: False), Studio(folder / "home")
    dataset = dataset_of(studio, chosen, folder)
    knobs = {"steps": chosen.steps} if chosen.steps else {}
    config = studio.plan(dataset, chosen.recipe, objective=chosen.objective, knobs=knobs)
    run = wait_for_run(studio, studio.start(config), ear)
    if run.status != "finished":
        raise SystemExit(f"The run {run.status}: {run.failure}")
    studio = Studio(folder / "home")  # an errand closes its own
    studio.set_prompt(run.id, chosen.prompt)
    arms = [arm for arm in ARMS if arm not in PAIR and not studio.why_no_arm(run.id, arm)]
    (job,) = wait_for_jobs(studio, [(run.id, studio.start_exam(run.id, arms))], ear)
    exam = studio.exam(run.id)
    if exam is None:
        raise SystemExit(f"The exam {job.status}: {job.message}")
    return exam


def dataset_of(studio: Studio, chosen: argparse.Namespace, folder: Path) -> str:
    """Return the sample as a data set, or its first rows."""
    if not chosen.rows:
        return studio.add_sample(chosen.sample).id
    lines = SAMPLES[chosen.sample].path.read_text(encoding="utf-8").splitlines()[: chosen.rows]
    part = folder / SAMPLES[chosen.sample].path.name
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return studio.add_dataset(part, part.name).id


def table(exam: ExamView, metrics: tuple[str, ...]) -> list[str]:
    """Return the table: a row for each arm, the verdict of the first metric's difference to base."""
    assert exam.bake_off is not None
    shown = [name for name in metrics if name in exam.arms["base"]]
    titles = [MEASURES[name].term for name in shown]
    costs = ("seconds an answer", "seconds to make ready", "GB at the peak", "tokens read")
    lines = [f"| arm | {' | '.join(titles)} | against base | {' | '.join(costs)} |"]
    lines.append("|" + "---|" * (len(shown) + len(costs) + 2))
    return lines + [row(arm, exam, exam.bake_off, shown) for arm in exam.arms]


def row(arm: str, exam: ExamView, bake_off: BakeOff, shown: list[str]) -> str:
    cells = [f"`{arm}`"]
    for name in shown:
        score = exam.arms[arm].get(name)
        cells.append(f"{score.value:.3f} [{score.low:.3f}, {score.high:.3f}]" if score else "not defined")
    told = bake_off.against_base.get(arm, {}).get(shown[0])
    cells.append(f"{told.value:+.3f} [{told.low:+.3f}, {told.high:+.3f}] {told.verdict}" if told else "")
    cost = bake_off.costs[arm]
    cells += [f"{cost.seconds_per_answer:.2f}", f"{cost.preparation_seconds:.1f}"]
    cells += [f"{cost.peak_memory_bytes / 1e9:.2f}", f"{cost.prompt_tokens:.0f}"]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
