"""What a run will take: memory by arithmetic before anything is loaded, time from a short rehearsal."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import Any

from transformers import PreTrainedConfig, PreTrainedTokenizerBase

from studio.core import events, system
from studio.core.config import Keeping, Optimisation, RunConfig
from studio.core.errors import Refused
from studio.core.examples import Example
from studio.core.sampling import Sampling
from studio.engine.batches import rows_of_step
from studio.engine.catalogue import PROGRAM_BYTES
from studio.engine.checkpoints import Progress, load_random_tensors, random_tensors
from studio.engine.device import choose_device
from studio.engine.four_bit import BYTES_A_WEIGHT
from studio.engine.layers import linear_names, sizes, skeleton
from studio.engine.models import ModelSource, count_parameters, read_model_config
from studio.engine.objectives import distillation, learns_from_reward, objective_named
from studio.engine.preparation import TOKENS_AT_ONCE, Prepared, prepare
from studio.engine.replay import reply_seconds
from studio.engine.sources import source_here
from studio.engine.steps import measure, take_step
from studio.engine.tries import rehearsed
from studio.engine.tunings import tuning_named

REHEARSED_STEPS = 3
OPTIMISER_BYTES = 12
"""Of each trained weight: its gradient and both moments."""
BATCHES_AT_MOST = 3
"""A step is tried with no more rows than so many passes through the model take: more only last longer."""


@dataclass(frozen=True, slots=True)
class MemoryForecast:
    """Parts of the expected peak, in bytes, on the device that trains."""

    weights: int
    optimiser: int
    """Gradients and both moments of the trained weights."""
    activations: int
    program: int
    loading: int
    """All weights as they are read from their files, before a tuning packs them."""
    teacher: int
    """The larger model that is learned from, or the untouched one where the tuned one does not hold it; 0
    where there is none, or not on this machine yet."""
    trained_parameters: int

    @property
    def total(self) -> int:
        return (
            self.program + self.teacher + max(self.loading, self.weights + self.optimiser + self.activations)
        )


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Measured on this machine with this model and data. Tokens are real ones, without padding."""

    seconds_per_token: float
    """Of training."""
    evaluation_seconds_per_token: float
    spread: float
    """Slowest over fastest rehearsed step, per token: how sure the time is."""
    peak_memory_bytes: int
    lasting_memory_bytes: int
    """Of the peak: the program, the weights, and what the optimiser keeps."""
    load_seconds: float
    trainable_parameters: int
    reply_seconds: float = 0.0
    """Of an answer of the untouched model that is mixed in, at most; 0 where none is."""


def forecast_memory(source: ModelSource, config: RunConfig, *, longest_tokens: int) -> MemoryForecast:
    """Return the peak memory by arithmetic; reads only the headers of the model's files.

    Raises Refused where the model cannot be tuned so.
    """
    choice, tuning = choose_device(), tuning_named(config.tuning)
    settings, model = config.part(tuning.Config), read_model_config(source)
    trained = tuning.trained_parameters(settings, model)
    held = choice.torch_dtype.itemsize if tuning.FROZEN_BASE else 4
    parameters, pulled = count_parameters(source), config.part(Keeping).base_kl > 0
    objective = objective_named(config.objective)
    logits = 3 + pulled if objective.HEAD == "language" else 0
    asked = pulled or getattr(objective, "REFERENCE", False)
    beside = asked and not tuning.HOLDS_BASE
    if learns_from_reward(config.objective):  # at most so much stands behind the question then
        longest_tokens += config.part(Sampling).answer_tokens
    tokens = max(TOKENS_AT_ONCE[choice.device], longest_tokens)
    if tuning.PREPENDS:  # each row that is in work has them before it
        tokens += -(-tokens // longest_tokens) * settings.places
    return MemoryForecast(
        weights=_weights(config, model, parameters=parameters, held=held),
        optimiser=trained * OPTIMISER_BYTES,
        activations=tokens * _kept(settings, model, held=held, logits=logits),
        program=PROGRAM_BYTES,
        loading=parameters * held,
        teacher=(_teacher(config) + (parameters if beside else 0)) * choice.torch_dtype.itemsize,
        trained_parameters=trained,
    )


def _weights(config: RunConfig, model: PreTrainedConfig, *, parameters: int, held: int) -> int:
    """Return the bytes of all weights while training; those that are trained have 32 bits."""
    tuning = tuning_named(config.tuning)
    trained = tuning.trained_parameters(config.part(tuning.Config), model)
    if tuning.BITS < 16:
        body = skeleton(model)
        packed = sum(math.prod(sizes(body.get_submodule(name))) for name in linear_names(body))
        return round(packed * BYTES_A_WEIGHT) + (parameters - packed) * held + trained * 4
    inside = 0 if tuning.HOLDS_BASE else trained  # not beside the model's own
    return (parameters - inside) * held + trained * 4


def _teacher(config: RunConfig) -> int:
    """Return the number of weights of the larger model that is learned from, where it is here."""
    if objective_named(config.objective) is not distillation:
        return 0
    name = config.part(distillation.Config).teacher
    source = source_here(name) if name else None
    return count_parameters(source) if source else 0


def _kept(settings: Any, model: PreTrainedConfig, *, held: int, logits: int) -> int:
    """Return the bytes that are kept of each token for the way back.

    About 34 numbers of width h in each layer from the lowest that is trained upward (arXiv:2205.05198), and
    `logits` of the vocabulary's width for each learned token: three where the model writes, and one more
    where the untouched one is asked, too.
    """
    layers, each = model.num_hidden_layers, held
    if (top := getattr(settings, "top_layers", None)) is not None:
        layers, each = min(top, layers), 4
    return 34 * model.hidden_size * layers * each + logits * model.vocab_size * held


def rehearse(
    config: RunConfig,
    source: ModelSource,
    tokenizer: PreTrainedTokenizerBase,
    examples: Sequence[Example],
    *,
    longest: Sequence[Example] = (),
    should_stop: Callable[[], bool] = lambda: False,
) -> Rehearsal | None:
    """Time a few steps as the run will take them, after one with its longest rows, on a model dropped then.

    `longest`: rows beside `examples` that show the memory only.
    None when stopped. Raises Refused where there is nothing to learn, or the model cannot be loaded.
    """
    learnable = [example for example in examples if example.trained_tokens]
    if not learnable:
        raise Refused("None of the rows has anything to learn.", "Check which column holds the answer.")
    states = random_tensors()
    try:
        by_length = sorted([*learnable, *longest], key=lambda example: -len(example.input_ids))
        return _rehearse(config, source, tokenizer, (learnable, by_length), should_stop)
    finally:
        load_random_tensors(states)


def _rehearse(
    config: RunConfig,
    source: ModelSource,
    tokenizer: PreTrainedTokenizerBase,
    rows: tuple[Sequence[Example], Sequence[Example]],
    should_stop: Callable[[], bool],
) -> Rehearsal | None:
    """`rows`: those to be timed, and the ones to begin with, the longest first."""
    learnable, by_length = rows
    system.reset_peak_memory()
    started = time.monotonic()
    prepared = prepare(config, source, tokenizer)
    loaded, lasting = time.monotonic() - started, prepared.memory_bytes()
    budget, settings = prepared.token_budget, config.part(Optimisation)
    work = _work_of(config, tokenizer, by_length)
    # It warms up caches and makes the optimiser's state, too.
    _timed(prepared, work.step, within(by_length, budget))
    timed = []
    for step in range(work.steps):
        if should_stop():
            return None
        drawn = rows_of_step(step, rows=len(learnable), batch_size=settings.batch_size, seed=settings.seed)
        batch = within([learnable[row] for row in drawn], BATCHES_AT_MOST * budget)
        timed.append(_timed(prepared, work.step, batch))
    lasting, peak = lasting + prepared.trainable_parameters * OPTIMISER_BYTES, prepared.peak_memory_bytes()
    seconds, tokens = _timed(prepared, work.look, within(learnable, budget))
    return Rehearsal(
        sum(seconds for seconds, _ in timed) / sum(tokens for _, tokens in timed),
        seconds / tokens,
        max(seconds / tokens for seconds, tokens in timed) / min(s / t for s, t in timed),
        peak,
        min(lasting, peak),  # what was freed before may have held the optimiser's part already
        loaded,
        prepared.trainable_parameters,
        _timed_reply(prepared, config, tokenizer),
    )


def within(examples: Sequence[Example], tokens: int) -> list[Example]:
    """Return the first examples that have at most so many tokens together, and one at least."""
    ends = accumulate(len(example.input_ids) for example in examples)
    return list(examples[: max(1, sum(end <= tokens for end in ends))])


@dataclass(frozen=True, slots=True)
class _Work:
    """What is timed: a step, so many times, and a check."""

    step: Callable[..., object]
    look: Callable[..., object]
    steps: int


def _work_of(config: RunConfig, tokenizer: PreTrainedTokenizerBase, rows: Sequence[Example]) -> _Work:
    if not learns_from_reward(config.objective):
        return _Work(partial(take_step, learning_rate=0.0, clip=0.0), measure, REHEARSED_STEPS)
    tries = rehearsed(config, tokenizer, rows)
    return _Work(partial(tries.learn, learning_rate=0.0), tries.look, 1)  # a step takes long enough


def _timed(prepared: Prepared, work: Callable[..., object], examples: Sequence[Example]) -> tuple[float, int]:
    """Return the seconds that the work takes on these rows, and their tokens."""
    started = time.monotonic()
    prepared.within_memory(
        partial(work, prepared.machinery, examples, between=lambda: None),
        Progress(micro_tokens=prepared.token_budget),
        _say_nothing,
    )
    return time.monotonic() - started, sum(len(example.input_ids) for example in examples)


def _timed_reply(prepared: Prepared, config: RunConfig, tokenizer: PreTrainedTokenizerBase) -> float:
    if not config.part(Keeping).replay_percent:
        return 0.0
    return reply_seconds(prepared.machinery.model, tokenizer)


def _say_nothing(event: events.Event) -> None:
    """A rehearsal has no listeners; what it warns of, the run itself says again."""
