"""What the answers of an exam are worth by the run's own reward: the same questions for every model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from studio.core.errors import StudioError
from studio.core.exam import Wins
from studio.core.records import SourcedRecord, question_and_answer
from studio.engine.rewarding import Given, Rewards, Scored
from studio.evaluation.marking import Paper, Sitting
from studio.evaluation.votes import Side, tally, verdict_of_votes, win_share

AT_ONCE = 8
"""Between so many answers the exam looks whether it is to stop: a reward may take seconds for each."""


@dataclass(frozen=True)
class Rewarding:
    """The run's rewards, and of each row the question and the answer of its own that they look at."""

    rewards: Rewards
    asked: Mapping[int, tuple[str, str]]


@dataclass(frozen=True)
class Rewarded:
    """The paper and the sittings with what answers are worth. Of `left_out` questions an answer could not be
    scored, whoever gave it; `problem` says why of the first."""

    paper: Paper
    sittings: Mapping[str, Sitting]
    left_out: int = 0
    problem: str = ""


def rewarding(rewards: Rewards, rows: Sequence[SourcedRecord]) -> Rewarding:
    """Return how answers to these rows are scored: as those of the training were."""
    return Rewarding(rewards, {each.row: question_and_answer(each.record) for each in rows})


def with_rewards(
    by: Rewarding, paper: Paper, sittings: Mapping[str, Sitting], between: Callable[[], None]
) -> Rewarded:
    """Score all answers. `between` is called every few of them, and may raise to end it.

    A question counts where the answers of all could be scored, so that all are measured on the same ones.
    Raises StudioError where that is none.
    """
    scored = {arm: _scored(by, paper, sitting, between) for arm, sitting in sittings.items()}
    rows = [question.row for question in paper.answered]
    kept = [row for row in rows if all(each[row].total is not None for each in scored.values())]
    problems = (each[row].problem for row in rows for each in scored.values() if each[row].problem)
    problem = next(problems, "")
    if not kept:
        raise StudioError(
            f"No answer of the exam could be scored, so nothing can be said of the reward. {problem}".strip(),
            "See to the reward, then hold the exam again.",
        )
    return Rewarded(
        replace(paper, rewarded=tuple(kept)),
        {
            arm: replace(sitting, rewards={row: scored[arm][row].total or 0.0 for row in kept})
            for arm, sitting in sittings.items()
        },
        len(rows) - len(kept),
        problem,
    )


def _scored(by: Rewarding, paper: Paper, sitting: Sitting, between: Callable[[], None]) -> dict[int, Scored]:
    found: dict[int, Scored] = {}
    rows = [question.row for question in paper.answered]
    for start in range(0, len(rows), AT_ONCE):
        between()
        group = rows[start : start + AT_ONCE]
        given = [Given(by.asked[row][0], sitting.answers[row], by.asked[row][1]) for row in group]
        found |= dict(zip(group, by.rewards.score_all(given), strict=True))
    return found


def wins_of(base: Mapping[int, float], tuned: Mapping[int, float]) -> Wins:
    """Return on how many questions the tuned answer has the higher reward; where both are worth the same,
    that is a tie, which decides nothing."""
    sides: list[Side] = [
        "tie" if tuned[row] == base[row] else "tuned" if tuned[row] > base[row] else "base" for row in base
    ]
    counted = tally(sides)
    share = win_share(counted)
    return Wins(counted.tuned, counted.base, counted.ties, share, verdict_of_votes(share, counted))
