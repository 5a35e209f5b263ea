"""The job of a training run: from its folder to the engine, and the engine's words back into the folder."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio.core.config import DataSettings, RunConfig
from studio.core.errors import StudioError
from studio.core.events import Event, RunStopped, Warned
from studio.core.examples import Example
from studio.core.progress import Progress
from studio.core.records import Labelled, SourcedRecord
from studio.data.templates import ChatTemplate
from studio.engine.objectives import distillation, objective_named
from studio.engine.outputs import outputs_of
from studio.engine.sources import ModelSource, resolve
from studio.engine.weight_files import Abandoned
from studio.services.asking import asked_in
from studio.services.dividing import divided
from studio.services.examples import encode_rows
from studio.services.replaying import mixed_in
from studio.services.setting_aside import Halves, Parts, set_aside, usable_examples
from studio.services.signals import Signals
from studio.services.tokenising import Watch, tokens_of
from studio.store.records import verified_records
from studio.store.runs import RunFolder, SourceNote

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from studio.engine.job import TrainingJob


@dataclass(frozen=True)
class Material:
    """What a run, its exam and its exports are made of.

    `parts` are without the rows that were set aside because the model's template cannot write them; `divided`
    has these too, so that what is named by it does not change when they are.
    """

    config: RunConfig
    source: ModelSource
    tokenizer: "PreTrainedTokenizerBase"
    template: ChatTemplate
    records_hash: str
    parts: Parts
    divided: Parts

    def examples(self, records: Iterable[SourcedRecord]) -> tuple[Example, ...]:
        """Return the rows as tokens, the way training reads them."""
        objective = objective_named(self.config.objective)
        max_length = self.config.part(DataSettings).max_length
        found = []
        for _, example in encode_rows(records, objective, self.template, max_length=max_length):
            if isinstance(example, StudioError):
                raise example
            found.append(example)
        return tuple(found)

    @property
    def classes(self) -> Mapping[str, int]:
        """How often each label stands in the rows to learn from; nothing where no classes are learned."""
        if objective_named(self.config.objective).HEAD != "classes":
            return {}
        rows = (sourced.record for sourced in self.parts.training)
        counted = Counter(record.label for record in rows if isinstance(record, Labelled))
        return dict(sorted(counted.items()))

    @property
    def outputs(self) -> tuple[str, ...]:
        """What the model gives besides words, see `ModelSource.labels`."""
        return tuple(self.classes) or outputs_of(self.config.objective, ())


def material(folder: RunFolder, tell: Callable[[str], None], stopping: Callable[[], bool]) -> Material | None:
    """Gather what a run is made of, fetching the model where it is missing; None where it was stopped.

    Raises StudioError.
    """
    from studio.engine.models import load_tokenizer

    config = folder.config()
    tell("The model's files are checked.")
    try:
        found = resolve(config.model, _revision(folder, config), progress=tell, stopping=stopping)
    except Abandoned:
        return None
    source = _same_source(folder, found)
    tokenizer = load_tokenizer(source)
    tell("The rows are read and divided.")
    records_hash = folder.meta().records_hash
    records = verified_records(folder.records_file, records_hash)
    both = divided(folder, records, config)
    parts = both.without(set_aside(folder))
    gathered = Material(config, source, tokenizer, ChatTemplate(tokenizer), records_hash, parts, both)
    return replace(gathered, source=replace(source, labels=gathered.outputs))


def _revision(folder: RunFolder, config: RunConfig) -> str:
    """Return the commit that the run began with, whatever a branch on the hub points to by now."""
    known = folder.source()
    return known.revision if known else config.revision


def _same_source(folder: RunFolder, source: ModelSource) -> ModelSource:
    """Note which weights a run begins with. Raises StudioError where a later job finds others."""
    known = folder.source()
    if known is None:
        folder.write_source(SourceNote(source.id, source.revision, source.weights_hash, source.licence))
    elif known.weights_hash != source.weights_hash:
        raise StudioError(
            f"The weights of {source.id} are not the ones this run began with.",
            "Bring the earlier files back, or start a new run.",
        )
    return source


def train_run(folder: RunFolder, progress: Progress, signals: Signals) -> bool:
    """Train a run that was queued, from its newest checkpoint where it has one.

    Returns whether it came to an end of its own or the user's; False where it was paused, and where the
    studio closed in between: it then reads *interrupted* and can be resumed. Raises StudioError where it
    cannot go on.
    """

    def stopping() -> bool:
        return signals.stopping(folder)

    if stopping():
        return _stop_before_start(folder, progress, signals)
    _drop_damaged(folder)
    gathered = material(folder, signals.tell, stopping)
    if gathered is None or not teacher_here(gathered.config, signals.tell, stopping):
        return _stop_before_start(folder, progress, signals)
    signals.tell("The rows are turned into tokens.")
    tokens = tokens_of(gathered, signals.tokens, watch=Watch(signals.tell, stopping, folder.append))
    if tokens is None or stopping():
        return _stop_before_start(folder, progress, signals)
    sorts = objective_named(gathered.config.objective).HEAD == "classes"
    examples = usable_examples(folder, gathered.parts, tokens, sorts=sorts)
    watch = Watch(signals.tell, stopping, folder.append)
    again = mixed_in(folder, gathered, len(examples[0]), watch=watch, pause=signals.pause)
    if again is None:
        return _stop_before_start(folder, progress, signals)
    signals.tell("The model is being loaded.")
    return _train(folder, job_of(folder, gathered, examples, signals, replayed=again), signals)


def teacher_here(config: RunConfig, tell: Callable[[str], None], stopping: Callable[[], bool]) -> bool:
    """Fetch the larger model where one teaches; return whether nothing was stopped meanwhile."""
    teacher = config.part(distillation.Config).teacher if config.objective == "distillation" else ""
    try:
        if teacher:
            tell("The files of the larger model are checked.")
            resolve(teacher, progress=tell, stopping=stopping)
    except Abandoned:
        return False
    return not stopping()


def _train(folder: RunFolder, job: "TrainingJob", signals: Signals) -> bool:
    from studio.engine.loop import train

    ended = True

    def emit(event: Event) -> None:
        nonlocal ended
        if isinstance(event, RunStopped):
            reason = signals.used_up()
            if signals.closing() and not folder.requests.stop_asked() and not reason:
                ended = False
                return  # The studio closes; nobody stopped this run, and the next studio offers to go on.
            event = replace(event, paused=folder.requests.pause_asked(), reason=reason)
            ended = not event.paused
            folder.requests.clear_stop()
        folder.append(event)

    signals.processes.words_of_first(folder.id)  # the others wait for it, see `together.follow`
    train(job, emit, lambda: signals.stopping(folder), signals.pause)
    folder.requests.clear_stop()
    return ended


def job_of(
    folder: RunFolder, gathered: Material, examples: Halves, signals: Signals, *, replayed: Sequence[Example]
) -> "TrainingJob":
    """Return what the engine needs of a run; its story so far is read here."""
    from studio.engine.job import TrainingJob

    outputs = outputs_of(gathered.config.objective, examples[0])
    return TrainingJob(
        config=gathered.config,
        source=replace(gathered.source, labels=outputs),  # rows may have been set aside
        tokenizer=gathered.tokenizer,
        training=examples[0],
        held_out=examples[1],
        checkpoints=folder.checkpoints,
        worker=signals.worker,
        history=folder.read()[0],
        processes=signals.processes,
        replayed=replayed,
        asked=asked_in(gathered.config.objective, gathered.parts),
    )


def _stop_before_start(folder: RunFolder, progress: Progress, signals: Signals) -> bool:
    reason = signals.used_up()
    if not folder.requests.stop_asked() and not reason:
        return False
    return not stop_waiting(folder, progress, reason)


def stop_waiting(folder: RunFolder, progress: Progress, reason: str = "") -> bool:
    """Take a run out of the queue, as its stop request asks; return whether it is only paused, or waits on
    because the request was taken back in this moment.

    `reason`: why it ends where nobody asked for it.
    """
    ending = (progress.step, progress.best_step or 0, progress.seconds(None), progress.peak_memory_bytes)
    paused, requests = folder.requests.pause_asked(), folder.requests
    stopped = RunStopped(*ending, paused=paused, reason=reason)
    if not folder.append(stopped, provided=lambda: bool(reason) or requests.stop_asked()):
        return True
    requests.clear_stop()
    return paused


def stop_those(asked: Iterable[tuple[RunFolder, Progress]]) -> None:
    """Take these runs out of the queue: they need not wait for their turn to stop."""
    for folder, progress in asked:
        stop_waiting(folder, progress)


def _drop_damaged(folder: RunFolder) -> None:
    """Resuming from a damaged checkpoint would poison the run: remove it, and say so."""
    for step in folder.checkpoints.drop_damaged():
        folder.append(
            Warned(
                f"The checkpoint of step {step} was damaged on disk and is not used.",
                "The run goes on from an earlier one. The disk may be failing: keep a copy of the home.",
            )
        )
