"""A judge that runs on this machine: any model that can write, or the tuned model of another run."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.errors import Refused, StudioError
from studio.core.records import Completion, SourcedRecord
from studio.data.templates import ChatTemplate
from studio.engine.objectives import objective_named
from studio.engine.sources import ModelSource, resolve
from studio.engine.weight_files import Abandoned
from studio.evaluation.judge import REPLY_TOKENS
from studio.evaluation.questions import questions
from studio.services.jobs import ShouldStop, best_checkpoint
from studio.services.waiting import Stopped
from studio.store.home import Home
from studio.store.runs import RunFolder

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from studio.evaluation.seats import Subject

Tell = Callable[[str], None]
Ask = Callable[[tuple[str, str]], tuple[str, str] | None]
"""Puts a question in both orders; None where it is too long for the judge."""


def refuse_itself(home: Home, folder: RunFolder, model: str) -> None:
    """Raise Refused where the judge would be the tuned model whose answers are judged, or sorts texts."""
    other = _run_of(home, model)
    inside = folder.path.resolve()
    if (other is not None and other.id == folder.id) or inside in (Path(model).resolve() / "x").parents:
        raise Refused(
            "That is the tuned model of this very run, and nobody judges in a case of his own.",
            "Choose another model: the starter, one of the hub, a folder, or another run.",
        )
    if other is None:
        return
    if objective_named(other.config().objective).HEAD != "language":
        raise Refused(
            "The model of that run writes nothing, so it cannot be asked which answer is better.",
            "Choose another.",
        )
    best_checkpoint(other)


@contextmanager
def judge_here(home: Home, model: str, tell: Tell, should_stop: ShouldStop) -> Iterator[Ask]:
    """Load a judge, and free its memory in the end. Raises StudioError, and Stopped."""
    from studio.engine.models import load_tokenizer

    tell("The judge's files are checked.")
    try:
        source, loaded = _subject(home, model, tell, should_stop)
    except Abandoned as error:
        raise Stopped from error
    template = ChatTemplate(load_tokenizer(source))
    tell("The judge is being loaded.")
    with loaded() as judge:
        assert judge is not None
        judge.eval()
        yield lambda orders: _ask(judge, template, orders, should_stop)


def _ask(
    judge: "PreTrainedModel", template: ChatTemplate, orders: tuple[str, str], should_stop: ShouldStop
) -> tuple[str, str] | None:
    from studio.engine.generate import Interrupted, write_group
    from studio.engine.models import context_tokens

    prompts = [_prompt(text, template) for text in orders]
    limit = context_tokens(judge.config)
    if limit is not None and max(map(len, prompts)) + REPLY_TOKENS > limit:
        return None
    try:
        written = write_group(judge, template.tokenizer, prompts, (0, 1), REPLY_TOKENS, should_stop)
    except Interrupted as error:
        raise Stopped from error
    first, second = (each.text for each in written)
    return first, second


def _prompt(text: str, template: ChatTemplate) -> tuple[int, ...]:
    record = SourcedRecord(0, Completion(text, "A"))
    return questions([record], objective_named("chat"), template)[0].prompt


def _subject(home: Home, model: str, tell: Tell, should_stop: ShouldStop) -> tuple[ModelSource, "Subject"]:
    """Return a judge's files, and what loads it. Raises Abandoned."""
    from studio.evaluation.subjects import alone, subjects

    run = _run_of(home, model)
    if run is None:
        source = resolve(model, progress=tell, stopping=should_stop)
        return source, alone(source)
    config, known = run.config(), run.source()
    revision = known.revision if known else config.revision
    source = resolve(config.model, revision, progress=tell, stopping=should_stop)
    if known is not None and known.weights_hash != source.weights_hash:
        raise StudioError(
            f"The weights of {source.id} are not the ones that run began with.", "Choose another judge."
        )
    _, checkpoint = best_checkpoint(run)
    return source, subjects(config, source, checkpoint)[1]


def _run_of(home: Home, model: str) -> RunFolder | None:
    """Return the run that is meant, by its id or the beginning of it; None where a model is.

    Raises Refused where several runs begin so: none of them is a model of the hub.
    """
    found = () if model == "starter" or os.path.isdir(model) else home.runs.matching(model)
    if len(found) > 1:
        shown = ", ".join(found[:5]) + (" …" if len(found) > 5 else "")
        raise Refused(f"{len(found)} runs begin with {model!r}: {shown}.", "Type more letters of the one.")
    return home.runs.folder(found[0]) if found else None
