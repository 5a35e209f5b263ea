"""What the Chat step shows: who can be asked, the conversation, and those led before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from studio.core.talk import UNTOUCHED, Exchange, Found, Spoken, Talk, is_untouched
from studio.core.words import count, duration, moment
from studio.services.comparisons import QUESTION_LENGTH
from studio.services.rating import RatingView
from studio.services.talks import MOST_VOICES
from studio.services.views import Answer, RunView
from studio.ui.markup import empty, escape
from studio.ui.panels.ratings import rating
from studio.ui.voices import name_of, waiting_text, writes

At = tuple[str, str]
ENDED = {
    "length": "cut off at the longest answer",
    "stopped": "stopped by you",
}
"""How an answer ended that did not end by itself."""
LONGEST_TITLE = 90


def who(runs: Sequence[RunView], current: RunView, chosen: Sequence[str]) -> str:
    """Return the models that can be asked as boxes: the open run and its base first, then the other runs."""
    others = [run for run in runs if run.id != current.id and run.checkpoints and writes(run)]
    voices = [current.id, UNTOUCHED + current.id, *(run.id for run in others)]
    voices += [voice for voice in chosen if voice not in voices]
    boxes = "".join(_box(voice, runs, voice in chosen) for voice in voices)
    return (
        f'<fieldset class="choices"><legend>Up to {MOST_VOICES} answer side by side</legend>'
        f'<div class="voices">{boxes}</div></fieldset>'
    )


def _box(voice: str, runs: Sequence[RunView], checked: bool) -> str:
    name, what = name_of(voice, runs)
    state = " checked" if checked else ""
    return (
        f'<label class="choice"><input type="checkbox" value="{escape(voice)}" data-event="voice"{state}>'
        f'<span class="choice-text"><b>{escape(name)}</b><small>{escape(what)}</small></span></label>'
    )


def who_title(runs: Sequence[RunView], chosen: Sequence[str]) -> str:
    names = [name_of(voice, runs)[0] for voice in chosen]
    return f"Who answers: {' · '.join(names)}"


def conversation(talk: Talk | None, runs: Sequence[RunView], ratings: Mapping[At, RatingView | None]) -> str:
    """Return all questions with their answers side by side; the last one can be asked again."""
    if talk is None:
        return empty("Nothing said yet", "Ask as your users would. The answer grows here, word by word.")
    last = talk.exchanges[-1].id
    parts = (_exchange(each, runs, ratings, last=each.id == last) for each in talk.exchanges)
    return f'<section class="talk" aria-label="Conversation">{"".join(parts)}</section>'


def _exchange(
    exchange: Exchange, runs: Sequence[RunView], ratings: Mapping[At, RatingView | None], *, last: bool
) -> str:
    together = _read_by_all(exchange)
    answers = "".join(
        _answer(
            (exchange.id, voice), replace(said, found=()) if together else said, name_of(voice, runs), ratings
        )
        for voice, said in exchange.answers.items()
    )
    again = _again(exchange) if last and all(said.finish for said in exchange.answers.values()) else ""
    return (
        f'<div class="exchange" data-exchange="{escape(exchange.id)}"><p class="asked">'
        f'<span class="unseen">You: </span>{escape(exchange.question)}</p>'
        f'<div class="pair voices-{len(exchange.answers)}">{answers}</div>'
        f"{_found(together, 'All of them read this before they answered')}{again}</div>"
    )


def _read_by_all(exchange: Exchange) -> tuple[Found, ...]:
    """Return the passages where several voices read the same ones; they need to stand there but once."""
    first, *others = (said.found for said in exchange.answers.values())
    return first if others and all(found == first for found in others) else ()


def _again(exchange: Exchange) -> str:
    return (
        '<div class="rate" role="group" aria-label="The last question"><button type="button" class="plain" '
        'data-event="again">Ask again</button><button type="button" class="plain" data-event="again" '
        f'data-ask="long" data-title="Your question" data-value="{escape(exchange.question)}" '
        f'data-limit="{QUESTION_LENGTH}" data-yes="Ask this instead">Edit the question</button></div>'
    )


def _answer(at: At, said: Spoken, called: tuple[str, str], ratings: Mapping[At, RatingView | None]) -> str:
    exchange, voice = at
    (name, what), place = called, escape(f"{exchange}-{voice}")
    live = f' data-live="said-{place}"' if not said.finish else ""
    side, busy = ("base" if is_untouched(voice) else "tuned"), str(not said.finish).lower()
    rate = rating(f"{exchange}/{voice}", name, Answer(said.text), ratings[at]) if at in ratings else ""
    return (
        f'<article class="answer {side}" aria-busy="{busy}"><h3>{escape(name)} <small>{escape(what)}</small>'
        f'</h3><p class="answer-text"{live}>{escape(said.text)}</p>{_note(said, place)}'
        f"{_found(said.found, 'Read before the answer')}{_proof(said)}{rate}</article>"
    )


def _note(said: Spoken, place: str) -> str:
    """Return why nothing is written yet, or what went wrong."""
    if not said.finish:
        return f'<p class="waiting" role="status" data-live="note-{place}">{escape(waiting_text(said))}</p>'
    return f'<p class="hint" role="alert">{escape(said.note)}</p>' if said.note else ""


def _found(found: Sequence[Found], title: str) -> str:
    """Return the passages that were read before an answer, as text."""
    if not found:
        return ""
    items = "".join(f"<li><b>{escape(each.source)}</b><p>{escape(each.text)}</p></li>" for each in found)
    # A group, not a region: a page has many of them, and a landmark of its own for each would be none.
    return (
        f'<div class="sources"><h3>{title}</h3><div class="boxed" tabindex="0" role="group" '
        f'aria-label="Passages"><ol>{items}</ol></div></div>'
    )


def _proof(said: Spoken) -> str:
    if not said.finish or not said.tokens:
        return ""
    ended = f" · {ENDED[said.finish]}" if said.finish in ENDED else ""
    step = f" · step {said.step:,}" if said.step else ""
    return f'<p class="proof">{count(said.tokens, "token")} in {duration(said.seconds)}{step}{ended}</p>'


def earlier_title(talks: Sequence[Talk]) -> str:
    return f"Earlier conversations: {len(talks):,}"


def earlier(talks: Sequence[Talk], current: str) -> str:
    """Return the conversations that were led, each with what it began with."""
    items = "".join(_earlier(talk, talk.id == current) for talk in talks)
    return f'<ul class="rows" aria-label="Earlier conversations">{items}</ul>'


def _earlier(talk: Talk, current: bool) -> str:
    first = " ".join(talk.exchanges[0].question.split()) if talk.exchanges else ""
    title = escape(first if len(first) <= LONGEST_TITLE else f"{first[: LONGEST_TITLE - 1]}…")
    here = ' <span class="badge">open</span>' if current else ""
    what = f"{moment(talk.begun_at)} · {count(len(talk.exchanges), 'question')}"
    ident = escape(talk.id)
    return (
        f'<li><div><b>{title}</b>{here}<small>{what}</small></div><div class="row-buttons">'
        f'<button type="button" data-event="open" data-id="{ident}" aria-label="Open: {title}">Open</button>'
        f'<button type="button" data-event="remove" data-id="{ident}" data-ask="confirm" '
        'data-title="Delete this conversation?" data-detail="It cannot be brought back. What you said of its '
        f'answers stays with your examples." data-yes="Delete" aria-label="Delete: {title}">Delete</button>'
        "</div></li>"
    )
