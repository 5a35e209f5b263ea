"""Fill an export folder that holds weights: write them, load them as a stranger would, compare, describe."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from transformers import AutoTokenizer, PreTrainedModel

from studio.core.config import DataSettings
from studio.core.errors import StudioError
from studio.data.templates import ChatTemplate
from studio.engine.device import choose_device
from studio.engine.generate import end_tokens
from studio.engine.heads import plain_of
from studio.engine.models import load_tokenizer, read_model_config, row_tokens
from studio.engine.objectives import chat, objective_named
from studio.engine.tuned import load_tuned
from studio.engine.tunings import tuning_named
from studio.evaluation.questions import Question, questions
from studio.exporters import exporter_named, judging, parity, sorting
from studio.exporters.card import model_card
from studio.exporters.endings import as_examined
from studio.exporters.instructions import folded
from studio.exporters.job import LARGEST_LOGIT_DIFFERENCE, ExportJob, Parity

STAGES = 4


def fill(
    kind: str,
    job: ExportJob,
    folder: Path,
    *,
    progress: Callable[[int, int, str], None],
    should_stop: Callable[[], bool],
    witness: Callable[[Sequence[Question], Sequence[parity.Answered]], None] = lambda asked, answers: None,
) -> Parity | None:
    """Write the weights, tokenizer and model card of a run into `folder`; None where it was stopped.

    Never holds two models at once. Raises StudioError where the files answer differently from the model;
    else `witness` is told what both were asked, and what the studio's own answered.
    """
    exporter = exporter_named(kind)
    progress(0, STAGES, "Loading the tuned model in full precision")
    template = ChatTemplate(load_tokenizer(job.source))
    asked = asked_of(job, template)
    model = studio_model(job)
    ends = () if job.source.labels else _ends(model, template)
    progress(1, STAGES, "Asking the studio's model")
    ours = _answers(model, [q.prompt for q in asked], ends, should_stop)
    if ours is None or should_stop():
        return None
    progress(2, STAGES, "Writing the files")
    exporter.write(model, job, folder)
    if objective_named(job.config.objective).HEAD != "classes":
        template.write_into(template.tokenizer)
    template.tokenizer.save_pretrained(folder)
    del model  # merging consumed it, and the stranger's copy needs the room
    progress(3, STAGES, "Asking the exported files")
    prompts = _as_a_stranger_reads(job, folder, [as_taken(each, template) for each in asked])
    ask = getattr(exporter, "answers", _answers)  # what is no model of transformers is asked in its own way
    theirs = ask(exporter.load(job, folder), prompts, ends, should_stop)
    if theirs is None:
        return None
    compared = _alike(ours, theirs)
    (folder / "README.md").write_text(model_card(exporter, job, compared), encoding="utf-8")
    witness(asked, ours)
    return compared


def _ends(model: PreTrainedModel, template: ChatTemplate) -> list[int]:
    """Return the tokens that end an answer; the model's own files will name them too."""
    ends = sorted(end_tokens(model, template.tokenizer))
    as_examined(plain_of(model), ends)
    return ends


def _answers(
    model: PreTrainedModel,
    prompts: Sequence[Sequence[int]],
    ends: Sequence[int],
    should_stop: Callable[[], bool],
) -> list[parity.Answered] | None:
    """Return some words of an answer to each prompt, or its label where no token ends an answer."""
    model.to(choose_device().device)
    if not ends:
        return sorting.answers(model, prompts, should_stop=should_stop)
    return parity.answers(model, prompts, ends=ends, should_stop=should_stop)


def asked_of(job: ExportJob, template: ChatTemplate) -> list[Question]:
    """Return what both models are asked: the first rows that spell no control token."""
    rows, objective = (*job.held_out, *job.training), objective_named(job.config.objective)
    max_length = job.config.part(DataSettings).max_length
    if objective.HEAD == "reward":
        made = judging.judged(rows, template, max_length=max_length)
    elif hasattr(objective, "weigh"):
        made = questions(judging.in_chat(rows), chat, template, max_length=max_length)
    else:
        made = questions(rows, objective, template, max_length=max_length)
    if job.source.labels:
        return parity.choose(made, template.tokenizer.all_special_tokens)
    limit = row_tokens(job.config, read_model_config(job.source))
    fitting = [each for each in made if limit is None or len(each.prompt) + parity.NEW_TOKENS <= limit]
    return parity.choose(fitting, template.tokenizer.all_special_tokens)


def studio_model(job: ExportJob) -> PreTrainedModel:
    """Return the tuned model in float32 as the studio itself has it."""
    return load_tuned(
        job.source,
        job.config.tuning,
        settings=job.config.part(tuning_named(job.config.tuning).Config),
        checkpoint=job.checkpoint,
        dtype=torch.float32,
        device=choose_device().device,
    )


def _as_a_stranger_reads(job: ExportJob, folder: Path, asked: list[Question]) -> list[tuple[int, ...]]:
    tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    length, objective = job.config.part(DataSettings).max_length, objective_named(job.config.objective)
    if objective.HEAD != "language":
        reads = (judging if objective.HEAD == "reward" else sorting).as_a_stranger_reads
        return [reads(each, tokenizer, max_length=length) for each in asked]
    return [parity.as_a_stranger_reads(question, tokenizer, chat=objective.CHAT) for question in asked]


def as_taken(question: Question, template: ChatTemplate) -> Question:
    """Return a question with the turns that whoever asks by the template has to give it."""
    if not any(turn.role == "system" for turn in question.messages) or not template.folds_system:
        return question
    return replace(question, messages=tuple(folded(question.messages)))


def _alike(ours: Sequence[parity.Answered], theirs: Sequence[parity.Answered]) -> Parity:
    """Return the comparison where both answer alike; raises StudioError where they do not."""
    compared = parity.compare(ours, theirs)
    if compared.passed:
        return compared
    raise StudioError(
        "The exported files do not answer as the model in the studio does: "
        f"{compared.equal_answers} of {compared.prompts} answers are equal, and logits differ by up to "
        f"{compared.max_logit_difference:.3g} (allowed: {LARGEST_LOGIT_DIFFERENCE:g}).",
        "Nothing was published. Export again; if it stays so, choose another kind and tell us.",
    )
