"""The probe of a run: asked for by a person, done by the worker, kept beside the run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from studio.core import probe as probes
from studio.core.config import Optimisation
from studio.core.errors import Refused, StudioError
from studio.core.examples import Example
from studio.core.probe import Asked, Light
from studio.core.progress import fold
from studio.core.records import Rated, SourcedRecord, Text
from studio.core.verdict import memorises
from studio.data.packing import apart
from studio.data.probe_texts import general_instructions, general_texts
from studio.data.tokens import encode_text
from studio.engine.objectives import objective_named
from studio.engine.outputs import JUDGES, judges_only
from studio.evaluation.lights import lights
from studio.evaluation.probe_results import Row, Turn, by_heart, fit, retained
from studio.services.answering import prompt_of
from studio.services.jobs import Progress, ShouldStop, best_checkpoint, check_best, run_job
from studio.services.queue import Task
from studio.services.training import Material, Signals, material
from studio.store.files import read_json, told_plainly, write_json
from studio.store.home import Home
from studio.store.lines import KeptLines
from studio.store.runs import RunFolder

if TYPE_CHECKING:
    from studio.evaluation.probe import ProbeJob, Sat

KIND = "probe"
ROWS = 100
"""So many rows of the training, and so many held back, are looked at."""
LONGEST_TEXT = 128
"""General texts are read up to so many tokens: none is longer in the tokens of the models in use."""
MOST_PROMPTS = 20
LONGEST_PROMPT = 2000
FILE, UNFINISHED, PROMPTS = "probe.json", "probe.unfinished.jsonl", "must_work.json"


@dataclass(frozen=True)
class ProbeView:
    """The newest probe of a run as the screen and `probe --json` show it. `lights` by part, in order.

    `earlier`: of a step that is no longer the best of a run that went on.
    """

    run: str
    probe: probes.Probe
    lights: dict[str, Light]
    earlier: bool = False


def start(home: Home, run: str) -> str:
    """Queue a probe and return its job id. Raises Refused where a run writes nothing that could be probed."""
    folder = home.runs.folder(run)
    if judges_only(folder.config().objective):
        raise Refused(JUDGES, "There is nothing that it could forget or say by heart; its exam is its proof.")
    check_best(folder)
    return folder.requests.add(KIND)


def must_work(home: Home, run: str) -> tuple[str, ...]:
    """Return the user's own prompts that must still work after the training."""
    return _prompts(home.runs.folder(run))


def _prompts(folder: RunFolder) -> tuple[str, ...]:
    path = folder.path / PROMPTS
    if not path.exists():
        return ()
    found = read_json(path).get("prompts")
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise StudioError(f"The prompts in {path} are damaged.", "Type them again.")
    return tuple(found)


def set_must_work(home: Home, run: str, prompts: Sequence[str]) -> None:
    """Keep the prompts with the run; blank ones and repetitions are left out. Raises Refused on too many."""
    kept = tuple(dict.fromkeys(stripped for each in prompts if (stripped := each.strip())))
    if len(kept) > MOST_PROMPTS:
        raise Refused(f"These are {len(kept)} prompts; {MOST_PROMPTS} are kept at most.", "Leave some out.")
    if long := [each for each in kept if len(each) > LONGEST_PROMPT]:
        raise Refused(
            f"A prompt has {len(long[0]):,} characters; {LONGEST_PROMPT:,} are kept at most.", "Shorten it."
        )
    with told_plainly("The prompts"):
        write_json(home.runs.folder(run).path / PROMPTS, {"version": 1, "prompts": list(kept)})


def hold(task: Task, signals: Signals) -> None:
    """Do the probe that was asked for."""
    run_job(task, signals, partial(_probe, task.folder))


def _probe(folder: RunFolder, progress: Progress, should_stop: ShouldStop) -> bool:
    from studio.evaluation.probe import sit

    step, _ = best_checkpoint(folder)
    gathered = material(folder, lambda text: progress(0, 0, text), should_stop)
    if gathered is None:
        return False
    prompts = _prompts(folder)
    job = _job(folder, gathered, prompts)
    kept = KeptLines(folder.path / UNFINISHED)
    sat = sit(job, progress=progress, should_stop=should_stop, kept=kept)
    if sat is None:
        return False
    found = _found(job, sat, prompts, _turn(folder, step), seed=gathered.config.part(Optimisation).seed)
    write_json(folder.path / FILE, probes.to_dict(found))
    kept.discard()
    return True


def _job(folder: RunFolder, gathered: Material, prompts: Sequence[str]) -> "ProbeJob":
    from studio.evaluation.probe import ProbeJob
    from studio.evaluation.subjects import subjects

    step, checkpoint = best_checkpoint(folder)
    base, tuned = subjects(gathered.config, gathered.source, checkpoint)
    objective = objective_named(gathered.config.objective)
    writes = objective.HEAD != "classes"
    return ProbeJob(
        base=base,
        tuned=tuned,
        objective=objective,
        tokenizer=gathered.tokenizer,
        texts=_texts(gathered) if writes else (),
        instructions=_asked(general_instructions(), gathered) if writes else (),
        asked=_asked(prompts, gathered) if writes else (),
        training=_sample(gathered.parts.training, gathered),
        held_out=_sample(gathered.parts.held_out, gathered),
        weights=gathered.source.weights_hash,
        step=step,
    )


def _texts(gathered: Material) -> tuple[Example, ...]:
    return tuple(
        encode_text(Text(text), gathered.template, LONGEST_TEXT, at)
        for at, text in enumerate(general_texts(), start=1)
    )


def _asked(prompts: Sequence[str], gathered: Material) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(prompt_of(prompt, gathered)) for prompt in prompts)


def _sample(records: Sequence[SourcedRecord], gathered: Material) -> tuple[Example, ...]:
    """Return rows evenly spread from first to last, of each the first stretch that teaches something.

    Of two answers that is the better one; answers that were rated bad are not looked at.
    """
    good = [each for each in records if not isinstance(each.record, Rated) or each.record.label]
    count = min(ROWS, len(good))
    chosen = [good[at * len(good) // count] for at in range(count)]
    by_row: dict[int, Example] = {}
    for example in gathered.examples(chosen):
        if example.trained_tokens:
            text = apart(example)[0]
            by_row.setdefault(example.row, text if gathered.classes else replace(text, label=""))
    return tuple(by_row.values())


def _turn(folder: RunFolder, step: int) -> Turn:
    progress = fold(folder.read()[0])
    return Turn(step, progress.step, memorises(progress))


def _found(job: "ProbeJob", sat: "Sat", prompts: Sequence[str], turn: Turn, *, seed: int) -> probes.Probe:
    from studio.evaluation.probe import halves

    notes = sat.notes
    rows = {
        kind: {arm: [Row(*each) for each in notes.all(arm, kind)] for arm in ("base", "tuned")}
        for kind in ("training", "held_out")
    }
    answers = [[text for text, _ in notes.all(arm, "asked")] for arm in ("base", "tuned")]
    learned = None
    if not job.sorts:
        texts = [halves(example, job.tokenizer) for example in job.training]
        learned = by_heart(rows["training"], rows["held_out"], texts)
    return probes.Probe(
        step=job.step,
        dtype=sat.dtype,
        device=sat.device,
        seconds=notes.seconds,
        weights_hashes=sat.hashes,
        texts=retained(notes.all("tuned", "text"), seed=seed),
        instructions=retained(notes.all("tuned", "instruction"), seed=seed),
        fit=fit(rows["training"], rows["held_out"], turn, seed=seed),
        by_heart=learned,
        asked=tuple(Asked(*each) for each in zip(prompts, *answers, strict=True)) if not job.sorts else (),
    )


def newest(folder: RunFolder) -> probes.Probe | None:
    """Return the newest finished probe of a run. Raises StudioError where it is damaged."""
    path = folder.path / FILE
    if not path.exists():
        return None
    try:
        return probes.from_dict(read_json(path))
    except (KeyError, TypeError, ValueError) as error:
        raise StudioError(f"The probe in {path} is damaged.", "Do it again.") from error


def view(home: Home, run: str) -> ProbeView | None:
    """Return the newest finished probe for the screen."""
    folder = home.runs.folder(run)
    found = newest(folder)
    if found is None:
        return None
    earlier = folder.checkpoints.best_step() not in (None, found.step)
    return ProbeView(run, found, lights(found), earlier)
