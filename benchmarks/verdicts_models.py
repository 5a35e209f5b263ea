"""Pairs of models for `benchmarks/verdicts.py`, made up on a pool of rows so that the truth is known."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.scoring import made_up
from studio.evaluation.intervals import Shares
from studio.evaluation.metrics import metric_named

POOL, WORDS = 3000, 30
TEXTS, LABELS = ("rougeL", "chrf", "bleu"), ("accuracy", "f1_macro")
CHANGED = {"base": 0.45, "nothing": 0.45, "small": 0.42, "large": 0.30}
"""The share of words that an arm writes wrongly."""
MISTAKEN = {"base": 0.35, "nothing": 0.35, "small": 0.31, "large": 0.15}
"""The share of rows to which an arm gives another label."""
GAINED = {"nothing": 0.0, "small": 0.03, "large": 0.15}
"""Nats per token by which an arm errs less; the base errs by 2.3."""
HARD = "loss, a few rows much worse"
EFFECTS = tuple(GAINED)


@dataclass(frozen=True)
class Contest:
    """A metric on the whole pool: what each row adds for the base and under each effect, and the truth."""

    metric: str
    arms: Mapping[str, Shares]

    @property
    def truth(self) -> dict[str, float]:
        """Return tuned minus base on all rows of the pool; 0 where answers are dealt out by lot."""
        once = np.ones((1, self.arms["base"].rows))
        ready = metric_named(self.metric)
        value = {arm: float(ready.finish(shares.measure(once))[0]) for arm, shares in self.arms.items()}
        known = {effect: value[effect] - value["base"] for effect in self.arms if effect != "base"}
        return {**known, "nothing": 0.0}


def contests(seed: int) -> dict[str, Contest]:
    """Return every contest by its name in the table."""
    draw = np.random.default_rng(seed)
    found = {"loss": _losses(draw)}
    expected, labels = made_up(POOL, WORDS)[1], _labels(draw)
    answers = {arm: _written(expected, share, arm) for arm, share in CHANGED.items()}
    given = {arm: _given(labels, share, draw) for arm, share in MISTAKEN.items()}
    for names, said, true in ((LABELS, given, labels), (TEXTS, answers, expected)):
        for name in names:
            ready = metric_named(name)
            found[name] = Contest(name, {arm: ready.parts(rows, true) for arm, rows in said.items()})
    return {**found, HARD: _hard(draw)}


def _losses(draw: np.random.Generator) -> Contest:
    """Long and short rows, easy and hard ones; both arms stray from a row's own loss, now and then far."""
    tokens = np.clip(draw.lognormal(3.3, 0.6, POOL), 3, 400).round()
    own = draw.gamma(8, 2.3 / 8, POOL)
    stray = {arm: draw.standard_t(5, POOL) * 0.1 for arm in ("base", *EFFECTS)}
    losses = {arm: own + stray[arm] - GAINED.get(arm, 0.0) for arm in stray}
    ready = metric_named("loss")
    return Contest("loss", {arm: ready.parts(each * tokens, tokens) for arm, each in losses.items()})


def _hard(draw: np.random.Generator) -> Contest:
    """Rows of one length, so that the mean over the pool can be made exactly nothing."""
    base, worse = draw.gamma(8, 2.3 / 8, POOL), 0.15 * draw.lognormal(0, 1, POOL)
    ready, tokens = metric_named("loss"), np.full(POOL, 30.0)
    arms = {"base": base, "nothing": base + worse - worse.mean()}
    return Contest("loss", {arm: ready.parts(each * tokens, tokens) for arm, each in arms.items()})


def _labels(draw: np.random.Generator) -> list[str]:
    return draw.choice(["delivery", "refund", "invoice", "other"], POOL, p=[0.4, 0.3, 0.2, 0.1]).tolist()


def _given(true: Sequence[str], mistaken: float, draw: np.random.Generator) -> list[str]:
    others = draw.choice(sorted(set(true)), len(true))
    wrong = draw.random(len(true)) < mistaken
    return [
        str(other) if is_wrong else label for label, other, is_wrong in zip(true, others, wrong, strict=True)
    ]


def _written(expected: Sequence[str], changed: float, arm: str) -> list[str]:
    """Return answers in which words of other answers stand; of some rows more, whoever answers."""
    draw, hardness = random.Random(arm), random.Random(0)
    words = " ".join(expected).split()
    found = []
    for text in expected:
        share = changed * hardness.uniform(0.2, 1.8)
        found.append(" ".join(draw.choice(words) if draw.random() < share else word for word in text.split()))
    return found
