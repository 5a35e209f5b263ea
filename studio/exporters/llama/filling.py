"""Fill the folder of a GGUF export: write the file, read it as others do, compare, and say how to use it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from transformers import AutoTokenizer

from studio.core.errors import StudioError
from studio.core.words import percentage
from studio.data.templates import ChatTemplate
from studio.engine.device import choose_device
from studio.engine.generate import end_tokens
from studio.engine.models import load_tokenizer, read_model_config
from studio.engine.objectives import objective_named
from studio.engine.tunings import tuning_named
from studio.exporters import gguf, parity
from studio.exporters.card import model_card
from studio.exporters.instructions import instruction_of
from studio.exporters.job import Stopped
from studio.exporters.llama import modelfile, native, rounding
from studio.exporters.llama.families import context_of, family_of
from studio.exporters.llama.vocabulary import Vocabulary, vocabulary_of
from studio.exporters.llama.writing import write_file
from studio.exporters.weights import as_taken, asked_of, studio_model

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

    from studio.evaluation.questions import Question
    from studio.exporters.job import ExportJob, Parity

STAGES = 5
UNREADABLE = (ValueError, KeyError, IndexError, TypeError, RuntimeError, OSError, NotImplementedError)
"""What transformers raises on a file that is not what it expects of the family."""
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class _Asked:
    """What the studio's model was asked and what it answered, kept when it is gone.

    `questions` have the turns that whoever asks by the template gives it; `prompts` are their tokens. `words`
    is the vocabulary that the file gets.
    """

    questions: Sequence[Question]
    prompts: Sequence[tuple[int, ...]]
    answers: Sequence[parity.Answered]
    ends: Sequence[int]
    words: Vocabulary
    family: str


def fill(job: ExportJob, folder: Path, progress: Progress) -> Parity:
    """Write the file, the Modelfile and the card. Never holds two models at once.

    Raises Refused where the family or the tokenizer has no place in such a file, StudioError where the file
    answers differently from the model in the studio, Stopped where the export is to stop.
    """
    template = ChatTemplate(load_tokenizer(job.source))
    words, config = _writable(job, template.tokenizer)
    progress(0, STAGES, "Loading the tuned model in full precision")
    model = studio_model(job)
    progress(1, STAGES, "Asking the studio's model")
    asked = _ask(model, job, template, words)
    progress(2, STAGES, "Writing the file")
    template.write_into(template.tokenizer)
    _write(tuning_named(job.config.tuning).merged(model), template.tokenizer, words, job, folder / gguf.FILE)
    del model  # merging consumed it, and the stranger's copy needs the room
    progress(3, STAGES, "Reading the file again with transformers")
    compared = _compared(job, folder, asked)
    if native.installed():
        progress(4, STAGES, "Reading the file with llama.cpp")
        compared = _compared_natively(job, folder / gguf.FILE, template.tokenizer, asked, compared)
    (folder / modelfile.NAME).write_text(_told_to_ollama(job, template, asked, config), encoding="utf-8")
    (folder / "README.md").write_text(model_card(gguf, job, compared), encoding="utf-8")
    return compared


def _writable(job: ExportJob, tokenizer: PreTrainedTokenizerBase) -> tuple[Vocabulary, PreTrainedConfig]:
    """Return the vocabulary and the numbers of the base. Raises Refused before anything heavy is loaded."""
    config = read_model_config(job.source)
    family_of(config)
    words = vocabulary_of(tokenizer, config.vocab_size, chat=_chat(job))
    if (form := gguf.form_of(job)) in native.FORMS:
        native.refuse_absent(f"The form {form}")
    if not words.read_back(config.model_type):
        native.refuse_absent("To check how this tokenizer cuts text")
    return words, config


def _chat(job: ExportJob) -> bool:
    return objective_named(job.config.objective).CHAT


def _ask(model: PreTrainedModel, job: ExportJob, template: ChatTemplate, words: Vocabulary) -> _Asked:
    questions, ends = asked_of(job, template), sorted(end_tokens(model, template.tokenizer))
    prompts = [each.prompt for each in questions]
    taken = [as_taken(each, template) for each in questions]
    return _Asked(taken, prompts, _answers(model, prompts, ends, job), ends, words, model.config.model_type)


def _answers(
    model: PreTrainedModel, prompts: Sequence[Sequence[int]], ends: Sequence[int], job: ExportJob
) -> list[parity.Answered]:
    model.to(choose_device().device)
    found = parity.answers(model, prompts, ends=ends, should_stop=job.should_stop)
    if found is None:
        raise Stopped
    return found


def _write(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, words: Vocabulary, job: ExportJob, file: Path
) -> None:
    """Write the file; what only llama.cpp can round is first written in 16 bits, which then go."""
    form = gguf.form_of(job)
    if form not in native.FORMS:
        write_file(model, tokenizer, words, job, file, form=form)
        return
    whole = file.with_name("16-bits.gguf")
    write_file(model, tokenizer, words, job, whole, form="f16")
    native.quantise(whole, file, form, job.go_on)
    whole.unlink()


def _compared(job: ExportJob, folder: Path, asked: _Asked) -> Parity:
    try:
        return _compared_by_transformers(job, folder, asked)
    except UNREADABLE as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise StudioError(
            f"transformers cannot read the file again: {said}",
            "Nothing was published. Choose the whole model, and tell us.",
        ) from error


def _compared_by_transformers(job: ExportJob, folder: Path, asked: _Asked) -> Parity:
    prompts = asked.prompts
    if asked.words.read_back(asked.family):
        safely = {"trust_remote_code": False, "local_files_only": True}
        tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=gguf.FILE, **safely)
        prompts = [parity.as_a_stranger_reads(each, tokenizer, chat=_chat(job)) for each in asked.questions]
    stranger = gguf.load(job, folder)
    theirs = _answers(stranger, prompts, asked.ends, job)
    found = rounding.heard(asked.answers, rounding.following(stranger, prompts, asked.answers))
    return rounding.compared(gguf.form_of(job), asked.answers, theirs, found)


def _compared_natively(
    job: ExportJob, file: Path, tokenizer: PreTrainedTokenizerBase, asked: _Asked, compared: Parity
) -> Parity:
    """Add what llama.cpp itself makes of the file. Raises StudioError where it cuts or answers otherwise."""
    texts = [_as_text(each, tokenizer, chat=_chat(job)) for each in asked.questions]
    texts_and_tokens = list(zip(texts, asked.prompts, strict=True))
    read = native.read(file, texts_and_tokens, asked.answers, begin=not _chat(job), go_on=job.go_on)
    if read.tokens != [tuple(each) for each in asked.prompts]:
        raise StudioError(
            "llama.cpp cuts the questions into other tokens than the model was trained with.",
            "Nothing was published. Choose the whole model, and tell us.",
        )
    found = rounding.heard(asked.answers, read.logits)
    rounding.refuse_another(found)
    told = (
        f"llama.cpp ({read.version}) opened the file, cut every question into the same tokens and found "
        f"the same next one likeliest at {percentage(found.same)} of the places (divergence "
        f"{max(found.divergence, 0.0):.2g} nats)."
    )
    return replace(compared, passed=compared.passed and found.within, also=told)


def _as_text(question: Question, tokenizer: PreTrainedTokenizerBase, *, chat: bool) -> str:
    if not chat:
        return question.text
    turns = [{"role": turn.role, "content": turn.content} for turn in question.messages]
    return tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)


def _told_to_ollama(job: ExportJob, template: ChatTemplate, asked: _Asked, config: PreTrainedConfig) -> str:
    return modelfile.write(
        template,
        gguf.FILE,
        chat=_chat(job),
        context=context_of(config),
        system=instruction_of(job.training),
        ends=template.tokenizer.convert_ids_to_tokens(list(asked.ends)),
    )
