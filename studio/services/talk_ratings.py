"""Thumbs on answers of a conversation, or the right one: kept with the data set, as those of Compare are."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict

from studio.core.errors import Refused
from studio.core.feedback import Rating, Written
from studio.core.talk import Exchange, Spoken, Talk, is_untouched, run_of
from studio.services.rating import RatingView, keep
from studio.services.voting import GREEDY, folder_of
from studio.store.feedback import FeedbackFile
from studio.store.files import new_id
from studio.store.home import Home

At = tuple[str, str]
"""An exchange of a conversation, and who answered there."""


def ratings(home: Home, talk: Talk) -> Mapping[At, RatingView | None]:
    """Return what was said of each answer that can be rated.

    Those that were written with documents cannot: the model would learn from what it never reads. Nor can
    those of runs that are gone, or whose data set is: there is no place for it.
    """
    found: dict[At, RatingView | None] = {}
    standing: dict[str, Mapping[str, Rating]] = {}
    for exchange in talk.exchanges:
        for voice, said in exchange.answers.items():
            if not _can_be_rated(exchange, said) or (file := _file(home, voice)) is None:
                continue
            if (run := run_of(voice)) not in standing:
                standing[run] = {rating.key: rating for rating in file.standing().ratings}
            rating = standing[run].get(_key(talk, exchange, voice))
            found[exchange.id, voice] = RatingView(rating.good, rating.better) if rating else None
    return found


def rate(home: Home, talk: Talk, at: At, said: RatingView | None) -> None:
    """Keep what is said of an answer in the place of what was said before; None takes that back.

    Raises Refused where there is no such answer, and where the right one is the model's own.
    """
    if at not in ratings(home, talk):
        raise Refused("There is no such answer to rate.", "Wait until it is written to its end.")
    name, voice = at
    exchange = next(each for each in talk.exchanges if each.id == name)
    folder, answer = home.runs.folder(run_of(voice)), exchange.answers[voice]
    untouched, manner = is_untouched(voice), exchange.manner
    arm, step = ("base", folder.checkpoints.best_step() or 0) if untouched else ("tuned", answer.step)
    decoding = f"sampled at temperature {manner.temperature:g}" if manner.temperature else GREEDY
    of = Rating(
        id=new_id(),
        key=_key(talk, exchange, voice),
        prompt=exchange.question,
        answer=Written(answer.text, arm, folder.config().model, folder.id, step, answer.weights),
        good=True,
        who=home.owner,
        at=0.0,
        settings={"decoding": decoding, "answer_tokens": manner.answer_tokens},
        before=talk.before(exchange.id, voice),
    )
    file = _file(home, voice)
    assert file is not None  # it can be rated
    keep(file, of, said)


def _can_be_rated(exchange: Exchange, said: Spoken) -> bool:
    whole = said.finish in ("stop", "length") and said.text.strip()
    return bool(whole) and not exchange.manner.with_documents


def _file(home: Home, voice: str) -> FeedbackFile | None:
    try:
        return FeedbackFile(folder_of(home, home.runs.folder(run_of(voice)).config().dataset).path)
    except Refused:
        return None  # the run or its data set was deleted


def _key(talk: Talk, exchange: Exchange, voice: str) -> str:
    """Return a name of all that was asked and the answer: asked again and answered alike, it is the same."""
    answer = exchange.answers[voice]
    before = [asdict(turn) for turn in talk.before(exchange.id, voice)]
    named = json.dumps([voice, answer.weights, before, exchange.question, answer.text])
    return hashlib.sha256(named.encode()).hexdigest()[:16]
