"""What a run learns again beside its rows: the untouched model's own replies, written once and kept."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from itertools import accumulate, cycle, islice
from typing import TYPE_CHECKING

from studio.core.config import DataSettings, Keeping
from studio.core.errors import StudioError
from studio.core.events import Warned
from studio.core.examples import Example
from studio.core.replies import Replayed, Reply, wanted
from studio.services.tokenising import Watch
from studio.store.replies import Replies, note_replayed, replayed_of, replies_beside
from studio.store.runs import RunFolder

if TYPE_CHECKING:
    from studio.services.training import Material


def mixed_in(
    folder: RunFolder, material: "Material", rows: int, *, watch: Watch, pause: Callable[[], None]
) -> tuple[Example, ...] | None:
    """Return what is mixed in among so many rows, nothing where nothing is asked for; None where it was
    stopped. `pause` is called between groups of replies.

    Raises StudioError where no reply can be learned.
    """
    count = wanted(material.config.part(Keeping).replay_percent, rows)
    if not count:
        return ()
    known = replayed_of(folder)  # a run that goes on keeps what it began with
    if known is None:
        replies = _gather(material, count, replies_beside(folder), watch, pause)
        if replies is None:
            return None
        known = Replayed(count, replies)
        note_replayed(folder, known)
    return in_turn(known, material)


def noted(folder: RunFolder, material: "Material") -> tuple[Example, ...]:
    """Return what the run mixes in, as another process of it noted it."""
    known = replayed_of(folder)
    return in_turn(known, material) if known else ()


def in_turn(known: Replayed, material: "Material") -> tuple[Example, ...]:
    """Return so many examples: each reply once before any comes again."""
    made = [example for _, example in _usable(known.replies, material)]
    return tuple(islice(cycle(made), known.examples))


def _gather(
    material: "Material", count: int, store: Replies, watch: Watch, pause: Callable[[], None]
) -> tuple[Reply, ...] | None:
    """Return as many different replies as there are, at most `count`; None where it was stopped."""
    from studio.engine.generate import Interrupted

    name = _name(material)
    found = [*_kept(store, name, watch)]
    try:
        for replies in _written(material, count, found, watch):
            found += replies
            store.keep(name, found, model=material.config.model)
            pause()
    except Interrupted:
        return None
    chosen = [reply for reply, _ in _usable(found, material)][:count]
    if not chosen:
        raise StudioError(
            "No answer of the untouched model can be mixed in: they are empty, or longer than the longest "
            "example allowed.",
            "Raise the longest example (max_length), or mix in none (replay_percent 0).",
        )
    return tuple(chosen)


def _kept(store: Replies, name: str, watch: Watch) -> tuple[Reply, ...]:
    try:
        return store.find(name)
    except StudioError as damaged:
        watch.emit(Warned(damaged.message, "The model is asked again. The disk may be failing: keep a copy."))
        return ()


def _written(
    material: "Material", count: int, found: Sequence[Reply], watch: Watch
) -> Iterator[tuple[Reply, ...]]:
    """Yield further groups of replies until there are enough with those that were `found`, which grow."""
    from studio.engine.replay import reply_groups, write_replies

    groups = reply_groups(material.template)
    ends = [0, *accumulate(map(len, groups))]
    begun = ends.index(len(found))
    writing = write_replies(
        material.source, material.tokenizer, material.template, groups[begun:], watch.stopping
    )
    for _ in groups[begun:]:
        done = len(_usable(found, material))
        if done >= count:
            return
        watch.tell(f"The untouched model answers simple instructions, to be mixed in: {done} of {count}.")
        yield next(writing)


def _usable(replies: Sequence[Reply], material: "Material") -> list[tuple[Reply, Example]]:
    from studio.engine.replay import usable

    max_length = material.config.part(DataSettings).max_length
    return usable(replies, material.template, max_length=max_length)


def _name(material: "Material") -> str:
    """Name all that replies depend on: the weights, how they are asked and cut, and what computes them."""
    from studio.engine.device import choose_device
    from studio.engine.generate import PROMPTS_AT_ONCE
    from studio.engine.replay import LONGEST_ANSWER, instructions

    choice, template = choose_device(), material.template
    depends = [
        *(material.source.weights_hash, choice.device, choice.dtype, PROMPTS_AT_ONCE, LONGEST_ANSWER),
        *(version("torch"), version("transformers"), material.tokenizer.backend_tokenizer.to_str()),
        *(template.source, template.starts_with, template.end_of_text, *instructions()),
    ]
    return hashlib.sha256(json.dumps(depends).encode()).hexdigest()[:32]
