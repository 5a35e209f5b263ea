"""A whole tiny run at hand: settings in, events and checkpoints out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoConfig, PreTrainedConfig, PreTrainedTokenizerBase

from studio.core import events
from studio.core.config import RunConfig
from studio.core.examples import Example
from studio.core.knobs import KnobValue
from studio.data.questions import Asked
from studio.engine.loop import TrainingJob, train
from studio.engine.sources import ModelSource, from_folder


@pytest.fixture(scope="session")
def tiny_source(tiny_model_folder: Path) -> ModelSource:
    return from_folder(tiny_model_folder)


@dataclass
class TinyRun:
    """Trains the tiny model on eight rows, two of which are also the held-out ones."""

    source: ModelSource
    tokenizer: PreTrainedTokenizerBase
    examples: tuple[Example, ...]
    checkpoints: Any
    held_out: tuple[Example, ...] | None = None
    said: list[events.Event] = field(default_factory=list)
    history: list[events.Recorded] = field(default_factory=list)
    replayed: tuple[Example, ...] = ()
    asked: dict[int, Asked] = field(default_factory=dict)

    def __call__(
        self,
        knobs: dict[str, KnobValue],
        *,
        tuning: str = "lora",
        objective: str = "chat",
        should_stop: Callable[[], bool] = lambda: False,
        at_pause: Callable[[], None] = lambda: None,
        checkpoints: Any = None,
    ) -> list[events.Event]:
        config = RunConfig("dataset", "1", model="tiny", objective=objective, tuning=tuning, knobs=knobs)
        job = TrainingJob(
            config,
            self.source,
            self.tokenizer,
            self.examples,
            self.examples[:2] if self.held_out is None else self.held_out,
            checkpoints or self.checkpoints,
            "the worker",
            self.history,
            replayed=self.replayed,
            asked=self.asked,
        )
        self.said = []
        train(job, self.said.append, should_stop, at_pause)
        return self.said

    def remember(self) -> None:
        """Let the next leg know what was said in this one, as the run's folder does."""
        self.history += [events.Recorded(0.0, event) for event in self.said]

    def of(self, kind: type) -> list[Any]:
        """Return the events of one kind."""
        return [event for event in self.said if isinstance(event, kind)]

    def held_out_losses(self) -> dict[int, float]:
        """Return the measured losses by step."""
        return {event.step: event.loss for event in self.of(events.Evaluated)}


@pytest.fixture
def tiny_run(
    tiny_source: ModelSource,
    tiny_tokenizer: PreTrainedTokenizerBase,
    tiny_examples: tuple[Example, ...],
    kept_checkpoints: Any,
) -> TinyRun:
    return TinyRun(tiny_source, tiny_tokenizer, tiny_examples, kept_checkpoints)


def _sizes(**further: Any) -> dict[str, Any]:
    return {
        "vocab_size": 259,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 2,
        **further,
    }


FAMILIES: dict[str, dict[str, Any]] = {
    "gpt2": {
        "vocab_size": 259, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 512,
        "resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0, "bos_token_id": 1, "eos_token_id": 2,
    },
    "llama": _sizes(),
    "mistral": _sizes(sliding_window=None),
    "falcon": {
        "vocab_size": 259, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
        "bos_token_id": 1, "eos_token_id": 2,
    },
    "gemma2": _sizes(head_dim=8, final_logit_softcapping=5.0, query_pre_attn_scalar=8),
    "qwen3": _sizes(head_dim=8),
}  # fmt: skip


@pytest.fixture(params=list(FAMILIES))
def tiny_family(request: pytest.FixtureRequest) -> PreTrainedConfig:
    """The configuration of a tiny random model of each family that people bring."""
    return AutoConfig.for_model(request.param, **FAMILIES[request.param])
