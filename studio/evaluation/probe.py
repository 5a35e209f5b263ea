"""The probe: what else changed while a model was tuned. Base and tuned read the same texts and rows.

Texts and requests that have nothing to do with the run show what was forgotten; rows it was trained on,
beside rows it never saw, show what was learned by heart.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from studio.core.examples import IGNORED, Example
from studio.core.probe import Recited
from studio.engine.batches import collate
from studio.engine.device import computed_by
from studio.engine.generate import Interrupted, answer_groups, write_group
from studio.engine.tuned import weights_hash
from studio.evaluation.reading import Reading, beside, continued, loss_and_recital, read
from studio.evaluation.seats import Progress, Subject
from studio.evaluation.worksheet import Kept, Unkept

FIRST_TOKENS = 12
"""So many tokens of the base's answer to an instruction are read by both."""
WHOLE_TOKENS = 64
"""The user's own prompts are answered with at most so many."""
Found = dict[str, Any]


@dataclass(frozen=True)
class ProbeJob:
    """What is probed. `evaluation/subjects.py` makes `base` and `tuned`.

    `texts` are examples with every token learned, `instructions` and `asked` prompts as tokens; there are
    none where rows are sorted. `training` and `held_out` are samples of the run's rows as training reads
    them. `weights` and `step` name what is probed.
    """

    base: Subject
    tuned: Subject
    objective: ModuleType
    tokenizer: PreTrainedTokenizerBase
    texts: Sequence[Example]
    instructions: Sequence[tuple[int, ...]]
    asked: Sequence[tuple[int, ...]]
    training: Sequence[Example]
    held_out: Sequence[Example]
    weights: str
    step: int

    @property
    def sorts(self) -> bool:
        return self.objective.HEAD == "classes"


class Notes:
    """What was found so far, by arm, kind and place: what is noted is not done again."""

    def __init__(self, kept: Kept, key: str) -> None:
        self._kept, self._began = kept, time.monotonic()
        lines = kept.begin(key)
        self._found = {(line["arm"], line["kind"], line["at"]): line["found"] for line in lines}
        self._before = lines[-1]["spent"] if lines else 0.0

    @property
    def seconds(self) -> float:
        return self._before + time.monotonic() - self._began

    def get(self, arm: str, kind: str, at: int) -> Any:
        return self._found.get((arm, kind, at))

    def all(self, arm: str, kind: str) -> list[Any]:
        """Return what was found of a kind, in the order of its places."""
        known = ((at, found) for (of, what, at), found in self._found.items() if (of, what) == (arm, kind))
        return [found for _, found in sorted(known, key=lambda pair: pair[0])]

    def add(self, arm: str, kind: str, at: int, found: Any) -> None:
        self._kept.append({"arm": arm, "kind": kind, "at": at, "found": found, "spent": self.seconds})
        self._found[arm, kind, at] = found


@dataclass(frozen=True)
class Sat:
    """All that was noted, and who answered: weights' hash by arm, number format and device of the tuned."""

    notes: Notes
    hashes: dict[str, str]
    dtype: str
    device: str


def sit(
    job: ProbeJob, *, progress: Progress, should_stop: Callable[[], bool], kept: Kept | None = None
) -> Sat | None:
    """Put both models through the probe, one after the other; None where it was stopped.

    What `kept` holds of the same probe is not done again.
    """
    notes = Notes(kept or Unkept(), _key(job))
    sitting = _Sitting(job, notes, progress, should_stop)
    hashes, identity = {}, ("", "")
    try:
        for arm, subject in (("base", job.base), ("tuned", job.tuned)):
            with subject() as model, torch.inference_mode():
                if model is None:
                    continue
                model.eval()
                hashes[arm] = weights_hash(model)
                identity = (str(model.dtype).removeprefix("torch."), str(model.device))
                sitting.go_through(arm, model)
    except Interrupted:
        return None
    return Sat(notes, hashes, *identity)


class _Sitting:
    """Both models' way through the probe. The base's readings of the general texts stay in memory."""

    def __init__(
        self, job: ProbeJob, notes: Notes, progress: Progress, should_stop: Callable[[], bool]
    ) -> None:
        self._job, self._notes, self._should_stop = job, notes, should_stop
        self._progress, self._done = progress, 0
        self._readings: dict[tuple[str, int], Reading] = {}
        kinds = (job.texts, job.instructions, job.asked, job.training, job.held_out)
        self._total = 2 * sum(map(len, kinds)) + len(job.instructions)

    def go_through(self, arm: str, model: PreTrainedModel) -> None:
        if arm == "base" and not self._job.sorts:
            self._write(arm, "answer", model, self._job.instructions, FIRST_TOKENS)
        if not (arm == "base" and self._job.sorts):
            self._write(arm, "asked", model, self._job.asked, WHOLE_TOKENS)
            self._read_general(arm, "text", model, self._job.texts)
            self._read_general(arm, "instruction", model, self._answered())
            self._read_rows(arm, "training", model, self._job.training)
            self._read_rows(arm, "held_out", model, self._job.held_out)

    def _answered(self) -> list[Example]:
        """Return the instructions with what the base began to answer, which alone is looked at."""
        written = self._notes.all("base", "answer")
        return [
            Example(at, (*prompt, *answer), (IGNORED,) * len(prompt) + tuple(answer))
            for at, (prompt, (_, answer)) in enumerate(zip(self._job.instructions, written, strict=True))
        ]

    def _write(
        self, arm: str, kind: str, model: PreTrainedModel, prompts: Sequence[tuple[int, ...]], most: int
    ) -> None:
        """Write what is not written yet, a group at a time."""
        for group in answer_groups(prompts):
            self._say("Answering", arm, len(group))
            if all(self._notes.get(arm, kind, at) is not None for at in group):
                continue
            tokenizer = self._job.tokenizer
            for each in write_group(model, tokenizer, prompts, group, most, self._should_stop):
                ids = each.ids or (tokenizer.eos_token_id,)  # an empty answer is its end
                self._notes.add(arm, kind, each.prompt, [each.text, list(ids)])

    def _read_general(self, arm: str, kind: str, model: PreTrainedModel, examples: Sequence[Example]) -> None:
        for at, example in enumerate(examples):
            self._say("Reading general texts", arm, 1)
            if self._notes.get("tuned", kind, at) is not None:
                continue
            self._ask_to_stop()
            if arm == "base":
                self._readings[kind, at] = read(model, example)
                continue
            found = beside(self._readings.pop((kind, at)), model, example)
            places = [found.places, found.base_nats, found.tuned_nats, found.divergence, found.agreed]
            self._notes.add(arm, kind, at, places)

    def _read_rows(self, arm: str, kind: str, model: PreTrainedModel, examples: Sequence[Example]) -> None:
        for at, example in enumerate(examples):
            self._say("Reading your rows", arm, 1)
            if self._notes.get(arm, kind, at) is not None:
                continue
            self._ask_to_stop()
            if self._job.sorts:
                nats = float(self._job.objective.loss(model, collate([example]).to(str(model.device)))[0])
                self._notes.add(arm, kind, at, [nats, 1, None])
                continue
            nats, recited, _ = loss_and_recital(model, example)
            self._notes.add(arm, kind, at, [nats, example.trained_tokens, recited])

    def _ask_to_stop(self) -> None:
        if self._should_stop():
            raise Interrupted

    def _say(self, what: str, arm: str, count: int) -> None:
        model = "untouched" if arm == "base" else "tuned"
        self._progress(self._done, self._total, f"{what} ({model} model)")
        self._done += count


def halves(example: Example, tokenizer: PreTrainedTokenizerBase) -> Recited | None:
    """Return the halves of an example's last answer in words; None where it is too short to be continued."""
    span = continued(example)
    if span is None:
        return None
    learned = [label for label in example.labels[1:] if label != IGNORED]
    start, end = span
    given, said = (
        tokenizer.decode(part, skip_special_tokens=True) for part in (learned[:start], learned[start:end])
    )
    return Recited(example.row, given, said)


def _key(job: ProbeJob) -> str:
    """Return what names this probe: nothing that is kept of another is taken for its own."""
    rows = [
        [(each.row, each.input_ids, each.labels, each.label) for each in part]
        for part in (job.texts, job.training, job.held_out)
    ]
    ways = (job.instructions, job.asked, job.weights, job.step, FIRST_TOKENS, WHOLE_TOKENS, computed_by())
    return hashlib.sha256(json.dumps([rows, *ways]).encode()).hexdigest()
