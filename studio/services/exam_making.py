"""From a run's folder to the exam that is held of it: who sits it, on which rows, with what beside them."""

from itertools import chain
from pathlib import Path
from typing import Any

from studio.core.config import Optimisation
from studio.core.errors import StudioError
from studio.core.progress import fold
from studio.core.records import question_and_answer
from studio.engine.encoder import encoder_here
from studio.engine.families import reads_both_ways
from studio.engine.models import read_model_config, row_tokens
from studio.engine.objectives import learns_from_reward, objective_named
from studio.engine.rewarding import Rewards
from studio.evaluation.arms import arm_named, further
from studio.evaluation.arms.shelves import Shelves
from studio.evaluation.bake_off import Wanted
from studio.evaluation.label_answers import labels_among
from studio.evaluation.papers import ExamJob
from studio.evaluation.rewarded import rewarding
from studio.evaluation.subjects import subjects
from studio.retrieval.passages import passages_of_document
from studio.services.exam_wishes import STEADY, can_be_steady, why_not_here
from studio.services.training import Material
from studio.store.runs import RunFolder

REWARDED_ANSWERS = 64
"""So many questions are answered where the answers themselves are what is measured."""


def job_of(
    folder: RunFolder, gathered: Material, step: int, checkpoint: Path, wishes: tuple[str, ...]
) -> ExamJob:
    """Return the exam of the checkpoint of a step. Raises StudioError where what was wished for cannot be."""
    base, tuned = subjects(gathered.config, gathered.source, checkpoint)
    model = read_model_config(gathered.source)
    return ExamJob(
        base=base,
        tuned=tuned,
        objective=objective_named(gathered.config.objective),
        template=gathered.template,
        held_out=gathered.parts.held_out,
        examples=gathered.examples(gathered.parts.held_out),
        step=step,
        seed=gathered.config.part(Optimisation).seed,
        classes=gathered.classes,
        writes=not reads_both_ways(model),
        reach=row_tokens(gathered.config, model),
        wanted=_wanted(folder, gathered, wishes),
        labels=() if gathered.classes else _labels(gathered),
        steady=STEADY in wishes and can_be_steady(folder),
        sources=_sources(folder),
        **_by_reward(gathered),
    )


def _by_reward(gathered: Material) -> dict[str, Any]:
    """Return what an exam of a run that learned from a reward has of its own: answers as long as those it
    learned by, to more questions, since they are what is measured."""
    objective = objective_named(gathered.config.objective)
    if not learns_from_reward(gathered.config.objective):
        return {}
    settings = gathered.config.part(objective.Config)
    return {
        "rewarding": rewarding(Rewards.of(settings), gathered.parts.held_out),
        "answers": REWARDED_ANSWERS,
        "answer_tokens": settings.answer_tokens,
    }


def _sources(folder: RunFolder) -> tuple[str, ...]:
    """Return the passages of the documents that were added to a run."""
    documents = folder.knowledge.documents().values()
    return tuple(passage.text for each in documents for passage in passages_of_document(each))


def _labels(gathered: Material) -> tuple[str, ...]:
    """Return all answers where they are labels; free texts are known after a few rows."""
    if "label_written" not in objective_named(gathered.config.objective).METRICS:
        return ()
    rows = chain(gathered.parts.training, gathered.parts.held_out)
    return labels_among(question_and_answer(sourced.record)[1] for sourced in rows)


def _wanted(folder: RunFolder, gathered: Material, wishes: tuple[str, ...]) -> Wanted | None:
    """Return the arms of the bake-off that were asked for; None where none were. Raises StudioError."""
    if not (arms := further(tuple(wish for wish in wishes if wish != STEADY))):
        return None
    instruction = folder.knowledge.prompt()
    for arm in arms:  # What was asked for may have lost its instruction while it waited.
        if problem := why_not_here(folder, arm, instruction):
            raise StudioError(
                f"“{arm_named(arm).TITLE}” cannot take part. {problem}", "Or leave this one out."
            )
    documents = tuple(folder.knowledge.documents().values())
    return Wanted(
        arms,
        Shelves(gathered.parts.training, documents, instruction, encoder_here),
        training_seconds=fold(folder.read()[0]).seconds(None),
        prompt=instruction,
        documents=tuple(document.name for document in documents),
    )
