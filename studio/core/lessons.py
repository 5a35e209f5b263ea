"""What people said of answers, as rows that a model can learn from: each keeps who said it, when and of what.

Two answers of which one is better are a pair; a tie is none, as in the sign test and in DPO, which has no
place for it. Of two bad answers nobody prefers one: both are answers rated bad, which KTO learns from.
Source: Rafailov et al. 2023, arXiv:2305.18290 (pairs); Ethayarajh et al. 2024, arXiv:2402.01306, which makes
one good and one bad answer out of each pair.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from studio.core.feedback import Standing, Vote, Written, preference_pair, turns_of

Row = dict[str, Any]


@dataclass(frozen=True)
class Lesson:
    """A kind of rows that feedback makes. `title` names a data set of them, `noun` one of its rows."""

    title: str
    noun: str
    objective: str
    """What such rows are learned by, unless something else is chosen."""
    rows: Callable[[Standing], list[Row]]


def _preferences(said: Standing) -> list[Row]:
    return [preference_pair(vote) | {"said": _told(vote, *_sides(vote))} for vote in said.preferring]


def _rated(said: Standing) -> list[Row]:
    rows = []
    for vote in said.votes:
        sides = _sides(vote)
        if vote.choice == "both_bad":
            labels = (False, False)
        elif vote.choice in ("left", "right"):
            labels = (True, False)
        else:
            continue
        rows += [
            {"prompt": turns_of(vote.prompt, vote.before), "completion": side.text, "label": label}
            | {"said": _told(vote, side)}
            for side, label in zip(sides, labels, strict=True)
        ]
    return rows


LESSONS: Mapping[str, Lesson] = {
    "preference": Lesson("Preferences", "preference", "dpo", _preferences),
    "rated": Lesson("Rated answers", "rated answer", "kto", _rated),
}
"""By the format of the rows, as the Data step names it."""


def _sides(vote: Vote) -> tuple[Written, Written]:
    """Return both answers, the better one first where there is one."""
    return (vote.right, vote.left) if vote.choice == "right" else (vote.left, vote.right)


def _told(vote: Vote, *answers: Written) -> Row:
    """Return where a row comes from; `answers` in the order in which the row has them."""
    return {
        "id": vote.id,
        "who": vote.who,
        "at": datetime.fromtimestamp(vote.at, UTC).isoformat(timespec="seconds"),
        "choice": vote.choice,
        "row": vote.row,
        "settings": dict(vote.settings),
        "answers": [
            {
                "arm": answer.arm,
                "model": answer.model,
                "run": answer.run,
                "step": answer.step,
                "weights_hash": answer.weights_hash,
            }
            for answer in answers
        ],
    }
