"""What a probe noted, as numbers with their intervals. No torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from studio.core.probe import ByHeart, Fit, Recited, Retained
from studio.evaluation.intervals import Draws, Measured, Parts, bootstrap_all, score, share

EXAMPLES_SHOWN = 5


@dataclass(frozen=True)
class Row:
    """A row of the user's under one arm: its loss, and whether its answer's end is said word for word."""

    nats: float
    tokens: int
    recited: bool | None


@dataclass(frozen=True)
class Turn:
    """What the checks of the run said of its course."""

    best_step: int
    last_step: int
    turned: bool


def retained(places: Sequence[Sequence[float]], *, seed: int) -> Retained | None:
    """Return how alike two models read. `places`: for each item its tokens, nats of base and of tuned,
    divergence summed, and how often both agreed. None where there are no items."""
    if not places:
        return None
    tokens, base, tuned, divergence, agreed = np.array(places, dtype=float).T
    drawn = bootstrap_all(
        {
            "ratio": Measured(Parts(tuned - base, tokens), np.exp),
            "divergence": Measured(Parts(divergence, tokens), np.asarray),
            "agreement": Measured(Parts(agreed, tokens), np.asarray),
        },
        seed=seed,
    )
    return Retained(len(places), int(tokens.sum()), **{name: score(each) for name, each in drawn.items()})


def fit(
    training: Mapping[str, Sequence[Row]], held_out: Mapping[str, Sequence[Row]], turn: Turn, *, seed: int
) -> Fit | None:
    """Return how much better rows of the training are known than others; None where there is nothing of one.

    Both are drawn by arm: an arm that was not measured has no rows.
    """
    if not training["tuned"] or not held_out["tuned"]:
        return None
    seen, unseen = _losses(training, seed=seed), _losses(held_out, seed=seed + 1)
    gaps = {
        arm: Draws(
            unseen[arm].value - seen[arm].value, unseen[arm].resampled - seen[arm].resampled, seen[arm].rows
        )
        for arm in seen
    }
    gap = gaps["tuned"]
    if "base" in gaps:
        gap = Draws(gap.value - gaps["base"].value, gap.resampled - gaps["base"].resampled, gap.rows)
    return Fit(
        training_rows=len(training["tuned"]),
        held_out_rows=len(held_out["tuned"]),
        training={arm: score(each) for arm, each in seen.items()},
        held_out={arm: score(each) for arm, each in unseen.items()},
        gap=score(gap),
        best_step=turn.best_step,
        last_step=turn.last_step,
        turned=turn.turned,
    )


def by_heart(
    training: Mapping[str, Sequence[Row]],
    held_out: Mapping[str, Sequence[Row]],
    texts: Sequence[Recited | None],
) -> ByHeart | None:
    """Return how many answers are said word for word; None where no row has an answer that is long enough.

    `texts` has what would be shown of each training row.
    """
    pairs = _pairs(training)
    if not pairs:
        return None
    others = _pairs(held_out)
    learned = [at for at, (base, tuned) in pairs.items() if tuned and not base]
    shown = [found for at in learned[:EXAMPLES_SHOWN] if (found := texts[at]) is not None]
    return ByHeart(
        rows=len(pairs),
        unseen_rows=len(others),
        base=share(sum(base for base, _ in pairs.values()), len(pairs)),
        tuned=share(sum(tuned for _, tuned in pairs.values()), len(pairs)),
        learned=share(len(learned), len(pairs)),
        unseen=share(sum(tuned and not base for base, tuned in others.values()), len(others))
        if others
        else None,
        examples=tuple(shown),
    )


def _pairs(rows: Mapping[str, Sequence[Row]]) -> dict[int, tuple[bool, bool]]:
    """Return whether base and tuned recite, by place, of the rows where that could be told."""
    both = enumerate(zip(rows["base"], rows["tuned"], strict=True))
    return {
        at: (base.recited, tuned.recited)
        for at, (base, tuned) in both
        if base.recited is not None and tuned.recited is not None
    }


def _losses(rows: Mapping[str, Sequence[Row]], *, seed: int) -> dict[str, Draws]:
    measured = {
        arm: Measured(
            Parts(np.array([row.nats for row in each]), np.array([row.tokens for row in each], dtype=float)),
            np.asarray,
        )
        for arm, each in rows.items()
        if each
    }
    return bootstrap_all(measured, seed=seed)
