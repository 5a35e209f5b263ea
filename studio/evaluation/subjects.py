"""Who sits the exam: the untouched and the tuned model of a checkpoint, loaded once where one holds both."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import torch
from transformers import PreTrainedModel

from studio.core.config import RunConfig
from studio.engine.device import choose_device
from studio.engine.families import reads_both_ways
from studio.engine.heads import tuning_for
from studio.engine.models import load_model, read_model_config
from studio.engine.sources import ModelSource
from studio.engine.tuned import load_tuned
from studio.evaluation.seats import Subject


def subjects(config: RunConfig, source: ModelSource, checkpoint: Path) -> tuple[Subject, Subject]:
    """Return (base, tuned) of a checkpoint's folder. Nothing is loaded before it is entered.

    A tuning that leaves the base as it is holds both models in one. Any other needs a second copy, which is
    loaded and freed in turn, so that never more than one model is in memory. Base gives None where the
    untouched model can do nothing of the kind.
    """
    choice, tuning = choose_device(), tuning_for(config.tuning, source)
    dtype = choice.torch_dtype if tuning.FROZEN_BASE else torch.float32
    load = partial(
        load_tuned,
        source,
        config.tuning,
        settings=config.part(tuning.Config),
        checkpoint=checkpoint,
        dtype=dtype,
        device=choice.device,
    )
    if tuning.HOLDS_BASE:
        return _in_one(load, tuning.reference)
    if source.labels and reads_both_ways(read_model_config(source)):
        return _nobody, partial(_alone, load)
    untouched = partial(load_model, replace(source, labels=()), dtype=dtype, device=choice.device)
    return partial(_alone, untouched), partial(_alone, load)


def alone(source: ModelSource) -> Subject:
    """Return what loads a model that was not tuned here; it must be able to write."""
    choice = choose_device()
    return partial(_alone, partial(load_model, source, dtype=choice.torch_dtype, device=choice.device))


@contextmanager
def _nobody() -> Iterator[None]:
    """Without a head for the classes an encoder can do nothing that could be examined."""
    yield None


@contextmanager
def _alone(load: Callable[[], PreTrainedModel]) -> Iterator[PreTrainedModel]:
    yield load()


def _in_one(
    load: Callable[[], PreTrainedModel],
    reference: Callable[[PreTrainedModel], AbstractContextManager[PreTrainedModel]],
) -> tuple[Subject, Subject]:
    load_once = cache(load)

    @contextmanager
    def base() -> Iterator[PreTrainedModel]:
        with reference(load_once()) as model:
            yield model

    @contextmanager
    def tuned() -> Iterator[PreTrainedModel]:
        yield load_once()

    return base, tuned
