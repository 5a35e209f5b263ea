"""What people said of answers, as rows that a model can learn from: each keeps who said it, when and of what.

Two answers of which one is better are a pair; a tie is none, as in the sign test and in DPO, which has no
place for it. Of two bad answers nobody prefers one: both are answers rated bad, which KTO learns from. A
right answer that a person wrote is better than the model's, good by itself, and an example of its own. Where
nothing was written there is nothing to learn from.
Source: Rafailov et al. 2023, arXiv:2305.18290 (pairs); Ethayarajh et al. 2024, arXiv:2402.01306, which makes
one good and one bad answer out of each pair.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from studio.core.feedback import Choice, Rating, Standing, Vote, Written, pair_of, preference_pair, turns_of

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
    rows = [
        preference_pair(vote) | _told(vote, *_sides(vote))
        for vote in said.preferring
        if vote.left.text.strip() and vote.right.text.strip()
    ]
    return rows + [
        pair_of(rating, rating.better, rating.answer.text) | _told(rating, rating.answer)
        for rating in said.ratings
        if rating.better
    ]


def _rated(said: Standing) -> list[Row]:
    rows = []
    for vote in said.votes:
        labels = LABELS.get(vote.choice, ())
        rows += [
            _answer(turns_of(vote.prompt, vote.before), side.text, label) | _told(vote, side)
            for side, label in zip(_sides(vote), labels, strict=False)
            if side.text.strip()
        ]
    for rating in said.ratings:
        told, asked = _told(rating, rating.answer), turns_of(rating.prompt, rating.before)
        rows.append(_answer(asked, rating.answer.text, rating.good) | told)
        if rating.better:
            rows.append(_answer(asked, rating.better, True) | told)
    return rows


def _answer(prompt: str | list[dict[str, str]], text: str, label: bool) -> Row:
    return {"prompt": prompt, "completion": text, "label": label}


def _written(said: Standing) -> list[Row]:
    return [
        {"prompt": turns_of(rating.prompt, rating.before), "completion": rating.better}
        | _told(rating, rating.answer)
        for rating in said.ratings
        if rating.better
    ]


LABELS: Mapping[Choice, tuple[bool, ...]] = {
    "left": (True, False),
    "right": (True, False),
    "both_bad": (False, False),
}
"""What a vote says of its answers, the better one first; of the others it says nothing."""

LESSONS: Mapping[str, Lesson] = {
    "preference": Lesson("Preferences", "preference", "dpo", _preferences),
    "rated": Lesson("Rated answers", "rated answer", "kto", _rated),
    "pairs": Lesson("Right answers", "right answer", "chat", _written),
}
"""By the format of the rows, as the Data step names it."""


def _sides(vote: Vote) -> tuple[Written, Written]:
    """Return both answers, the better one first where there is one."""
    return (vote.right, vote.left) if vote.choice == "right" else (vote.left, vote.right)


def _told(said: Vote | Rating, *answers: Written) -> Row:
    """Return where a row comes from; `answers` are the model's own, in the order of the row."""
    if isinstance(said, Vote):
        what, row = said.choice, said.row
    else:
        what, row = "written anew" if said.better else "good" if said.good else "bad", 0
    return {
        "said": {
            "id": said.id,
            "who": said.who,
            "at": datetime.fromtimestamp(said.at, UTC).isoformat(timespec="seconds"),
            "what": what,
            "row": row,
            "settings": dict(said.settings),
            "answers": [_writer(answer) for answer in answers],
        }
    }


def _writer(answer: Written) -> Row:
    return {
        "arm": answer.arm,
        "model": answer.model,
        "run": answer.run,
        "step": answer.step,
        "weights_hash": answer.weights_hash,
    }
