"""The small honest fakes that every test may use: a two-layer random model and a byte-level tokenizer."""

import gc
import json
import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from studio.core import events
from studio.core.config import RunConfig, to_dict
from studio.core.records import Completion, Labelled, Preference, Rated, Record, SourcedRecord, Text
from studio.core.system import prepare_process

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from studio.core.examples import Example
    from studio.engine.sources import ModelSource

prepare_process()  # as the studio itself starts: before torch is imported, and threads wait without spinning


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Leave what the imports made out of the search for garbage.

    torch, transformers and gradio are a million objects that stay: to look through them once took half a
    second, and the tests made Python do so hundreds of times, a fifth of all their processor time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] "
    "+ '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SPECIAL_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")


def _byte_tokenizer() -> "PreTrainedTokenizerBase":
    """Three control tokens and one for each byte; as in SmolLM2, the end of a turn is also the padding."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers  # heavy: not for every test session
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate((*SPECIAL_TOKENS, *letters))}
    bytes_only = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    bytes_only.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytes_only.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bytes_only,
        unk_token="<|endoftext|>",
        bos_token="<|im_start|>",
        eos_token="<|im_end|>",
        pad_token="<|im_end|>",
    )
    tokenizer.chat_template = CHATML
    return tokenizer


@pytest.fixture(scope="session")
def tiny_model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a hub model has it: random two-layer Llama, float32 safetensors, byte tokenizer, ChatML."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("models") / "tiny-llama"
    tokenizer = _byte_tokenizer()
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        initializer_range=0.15,  # at the usual 0.02 so narrow a head could not tell any token from another
        tie_word_embeddings=True,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_tokenizer(tiny_model_folder: Path) -> "PreTrainedTokenizerBase":
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model_folder)


@pytest.fixture
def tiny_model(tiny_model_folder: Path) -> "PreTrainedModel":
    """A fresh copy for each test, in float32 and ready to be changed."""
    import torch
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(tiny_model_folder, dtype=torch.float32)


class KeptCheckpoints:
    """A checkpoint store on a plain folder, without the durability of the real one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.losses: dict[int, float | None] = {}

    def save(
        self, step: int, write: Callable[[Path], None], *, eval_loss: float | None
    ) -> events.CheckpointSaved:
        target = self.folder / f"step-{step:06d}"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        write(target)
        self.losses[step] = eval_loss
        size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
        best = self.best()
        return events.CheckpointSaved(step, size, best is not None and best[0] == step)

    def newest(self) -> tuple[int, Path] | None:
        return self._at(max(self.losses, default=None))

    def best(self) -> tuple[int, Path] | None:
        known = {step: loss for step, loss in self.losses.items() if loss is not None}
        return self._at(min(known, key=known.__getitem__, default=None))

    def _at(self, step: int | None) -> tuple[int, Path] | None:
        return None if step is None else (step, self.folder / f"step-{step:06d}")


@pytest.fixture
def kept_checkpoints(tmp_path: Path) -> KeptCheckpoints:
    return KeptCheckpoints(tmp_path / "checkpoints")


QUESTIONS = (
    ("What colour is the sky?", "Blue."),
    ("How many legs has a spider?", "Eight legs."),
    ("What do bees make?", "Honey."),
    ("Where do fish live?", "In water, all of them."),
    ("What is two and two?", "Four."),
    ("Who barks?", "A dog."),
    ("What falls from clouds?", "Rain, and snow in winter."),
    ("What is frozen water?", "Ice."),
)


@pytest.fixture(scope="session")
def tiny_records() -> tuple[SourcedRecord, ...]:
    """Eight questions with short answers, of different lengths."""
    return tuple(
        SourcedRecord(row, Completion(question, answer))
        for row, (question, answer) in enumerate(QUESTIONS, start=1)
    )


@pytest.fixture(scope="session")
def tiny_examples(
    tiny_tokenizer: "PreTrainedTokenizerBase", tiny_records: tuple[SourcedRecord, ...]
) -> "tuple[Example, ...]":
    from studio.data.templates import ChatTemplate
    from studio.engine.objectives import chat

    template = ChatTemplate(tiny_tokenizer)
    return tuple(chat.encode(each.record, template, max_length=256, row=each.row) for each in tiny_records)


@pytest.fixture
def rewarded_objective(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of an objective that reads rows as a chat does and whose settings are the rewards'."""
    from studio.engine.objectives import OBJECTIVES, chat
    from studio.engine.rewards import Rewarded

    tried = ModuleType("tried")
    tried.__dict__.update({**vars(chat), "Config": Rewarded, "TITLE": "Try answers"})
    monkeypatch.setitem(OBJECTIVES, "tried", tried)
    return "tried"


def record_for(objective: str, question: str, answer: str) -> Record:
    """Return what an objective learns of a question and its answer; the classes are two."""
    if objective == "text":
        return Text(f"{question} {answer}")
    if objective == "classification":
        return Labelled(question, "what" if question.startswith("What") else "other")
    if objective in ("dpo", "orpo", "simpo", "reward"):
        return Preference(question, answer, f"Not {answer}")
    if objective == "kto":
        return Rated(question, answer, len(question) % 2 == 0)
    return Completion(question, answer)


@pytest.fixture(scope="session")
def lesson_knobs(tiny_model_folder: Path) -> "Callable[[str], dict[str, str | float]]":
    """Return the settings without which an objective cannot be learned: the model teaches itself a little."""
    knobs = {"distillation": {"teacher": str(tiny_model_folder), "teacher_share": 0.1}}
    return lambda name: knobs.get(name, {})


@pytest.fixture(scope="session")
def tiny_lesson(
    tiny_model_folder: Path, tiny_tokenizer: "PreTrainedTokenizerBase"
) -> "Callable[[str], tuple[ModelSource, tuple[Example, ...]]]":
    """Return the tiny model as an objective needs it, and the eight rows as it reads them."""
    from dataclasses import replace

    from studio.data.templates import ChatTemplate
    from studio.engine.objectives import objective_named
    from studio.engine.outputs import outputs_of
    from studio.engine.sources import from_folder

    template = ChatTemplate(tiny_tokenizer)

    def lesson(name: str) -> "tuple[ModelSource, tuple[Example, ...]]":
        examples = tuple(
            objective_named(name).encode(record_for(name, *pair), template, max_length=256, row=row)
            for row, pair in enumerate(QUESTIONS, start=1)
        )
        labels = outputs_of(name, examples)
        return replace(from_folder(tiny_model_folder), labels=labels), examples

    return lesson


@pytest.fixture(scope="session")
def judging_checkpoint(
    tiny_lesson: "Callable[[str], tuple[ModelSource, tuple[Example, ...]]]",
    tiny_tokenizer: "PreTrainedTokenizerBase",
    tiny_model_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The best checkpoint of a run that learned to prefer an answer to “Not” with that answer behind it."""
    from studio.engine.loop import TrainingJob, train

    source, examples = tiny_lesson("reward")
    folder = tmp_path_factory.mktemp("judging-run")
    knobs = {"steps": 12, "batch_size": 4, "evaluations": 1, "rank": 4, "learning_rate": 1e-2}
    config = RunConfig("d", "1", model=str(tiny_model_folder), objective="reward", knobs=knobs)
    (folder / "config.json").write_text(json.dumps(to_dict(config)), encoding="utf-8")
    kept = KeptCheckpoints(folder / "checkpoints")
    job = TrainingJob(config, source, tiny_tokenizer, examples, examples[:2], kept, "worker")
    train(job, lambda event: None, lambda: False, lambda: None)
    best = kept.best()
    assert best is not None
    return best[1]
