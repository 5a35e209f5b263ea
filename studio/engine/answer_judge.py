"""A reward model back from a checkpoint of its run, to judge single answers."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from studio.core.config import DataSettings, RunConfig
from studio.core.errors import StudioError
from studio.core.records import Conversation, Message
from studio.core.texts import writable
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_chat
from studio.engine.batches import collate
from studio.engine.device import choose_device
from studio.engine.heads import tuning_for
from studio.engine.losses import class_logits
from studio.engine.models import load_tokenizer
from studio.engine.outputs import REWARD
from studio.engine.sources import source_here
from studio.engine.tuned import load_tuned

Judge = Callable[[str, str], float]
"""Question and answer in, and how likely that is preferred to an answer whose reward is 0, the middle."""


def load_judge(config: RunConfig, checkpoint: Path) -> Judge:
    """Return what judges by the reward model of a run. Raises StudioError where its files are gone."""
    source = source_here(config.model, config.revision)
    if source is None:
        problem = f"The model {config.model}, of which the reward model was made, is not on this machine."
        raise StudioError(problem, "Bring its files back, or train a reward model anew.")
    source, choice = replace(source, labels=(REWARD,)), choose_device()
    tuning = tuning_for(config.tuning, source)
    model = load_tuned(
        source,
        config.tuning,
        settings=config.part(tuning.Config),
        checkpoint=checkpoint,
        dtype=choice.torch_dtype if tuning.FROZEN_BASE else torch.float32,
        device=choice.device,
    )
    template, max_length = ChatTemplate(load_tokenizer(source)), config.part(DataSettings).max_length

    def judge(question: str, answer: str) -> float:
        turns = Conversation((Message("user", writable(question)), Message("assistant", writable(answer))))
        read = encode_chat(turns, template, max_length, 0)
        with torch.inference_mode():
            reward = class_logits(model, collate([read]).to(choice.device))[0, 0]
        return torch.sigmoid(reward).item()

    return judge
