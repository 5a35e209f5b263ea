"""Conversations with tuned models, kept in the home: nothing said is lost with a page or a process."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from studio.core.errors import Refused
from studio.core.knobs import problems
from studio.core.records import Message
from studio.core.talk import Exchange, Manner, Spoken, Talk, is_untouched, run_of
from studio.core.texts import checked_text
from studio.engine.objectives import objective_named
from studio.services.comparisons import QUESTION_LENGTH, check_looking_up
from studio.services.talking import Place, Talking, Wish
from studio.store.files import new_id
from studio.store.home import Home
from studio.store.runs import RunFolder

MOST_VOICES = 4
CUT_OFF = "The studio ended before this answer did. Ask again."
SILENT = "This run gives labels or scores and does not write."


def talks(home: Home) -> tuple[Talk, ...]:
    return home.talks.all()


def view(home: Home, talking: Talking, talk: str) -> Talk:
    """Return a conversation, its answers as far as they are written. Raises Refused where there is none."""
    folder = home.talks.folder(talk)
    before = folder.read()
    while True:
        growing, kept = talking.growing(talk), folder.read()  # what ended before is on the disk by then
        if [each.id for each in kept.exchanges] == [each.id for each in before.exchanges]:
            break
        before = kept
    return replace(kept, exchanges=tuple(_as_far(kept.id, each, growing) for each in kept.exchanges))


def _as_far(talk: str, exchange: Exchange, growing: Mapping[Place, Spoken]) -> Exchange:
    answers = {
        voice: said
        if said.finish
        else growing.get((talk, exchange.id, voice), replace(said, finish="failed", note=CUT_OFF))
        for voice, said in exchange.answers.items()
    }
    return replace(exchange, answers=answers)


def say(
    home: Home, talking: Talking, question: str, *, voices: Sequence[str], manner: Manner, talk: str = ""
) -> str:
    """Ask; "" begins a new conversation. Return its id once the question is kept; the answers come later.

    The same question to the same voices while they answer it is a second press: it is asked once.
    Raises Refused for an empty question, a voice that cannot answer, and while another is being answered.
    """
    text = checked_text(question, "The question", QUESTION_LENGTH)
    asked = tuple(dict.fromkeys(voices))
    _check(text, manner, asked)
    if talk:
        last = view(home, talking, talk).exchanges[-1:]
        if last and talking.writes(talk):
            if last[0].question == text and tuple(last[0].answers) == asked:
                return talk
            raise Refused("The last question is still being answered.", "Wait for it, or stop it first.")
    talking.refuse_silence()
    wanted = folders_of(home, asked, manner)
    exchange = Exchange(new_id(), text, dict.fromkeys(asked, Spoken()), manner, time.time())
    ident = talk or new_id()
    with talking.expecting(ident, exchange.id, asked):
        if talk:
            folder = home.talks.folder(talk)
            whole = folder.change(lambda known: replace(known, exchanges=(*known.exchanges, exchange)))
        else:
            whole = Talk(ident, home.owner, time.time(), (exchange,))
            folder = home.talks.add(whole)
    talking.answer(folder, exchange.id, _wishes(whole, exchange, wanted))
    return folder.id


def say_again(
    home: Home, talking: Talking, talk: str, *, question: str, voices: Sequence[str], manner: Manner
) -> None:
    """Put the last question once more, or another in its place; the answers to it are written anew."""
    text = checked_text(question, "The question", QUESTION_LENGTH)
    asked = tuple(dict.fromkeys(voices))
    _check(text, manner, asked)
    talking.refuse_silence()
    wanted = folders_of(home, asked, manner)
    stop(home, talking, talk)
    exchange = Exchange(new_id(), text, dict.fromkeys(asked, Spoken()), manner, time.time())
    folder = home.talks.folder(talk)
    with talking.expecting(talk, exchange.id, asked):
        whole = folder.change(lambda known: replace(known, exchanges=(*known.exchanges[:-1], exchange)))
    talking.answer(folder, exchange.id, _wishes(whole, exchange, wanted))


def stop(home: Home, talking: Talking, talk: str) -> None:
    """Stop writing; what is written stays."""
    home.talks.folder(talk)  # others' are unknown
    talking.stop(talk)
    talking.settled()


def delete(home: Home, talking: Talking, talk: str) -> None:
    """Delete a conversation; what was said of its answers stays with the data set."""
    stop(home, talking, talk)
    home.talks.delete(talk)


def _wishes(talk: Talk, exchange: Exchange, wanted: Mapping[str, RunFolder]) -> dict[str, Wish]:
    question = Message("user", exchange.question)
    return {
        voice: Wish(run, is_untouched(voice), (*talk.before(exchange.id, voice), question), exchange.manner)
        for voice, run in wanted.items()
    }


def _check(question: str, manner: Manner, voices: tuple[str, ...]) -> None:
    if not question:
        raise Refused("The question is empty.", "Type one, then send it.")
    if wrong := problems(manner):
        raise Refused(" ".join(wrong))
    checked_text(manner.instruction, "The instruction", QUESTION_LENGTH)
    if not voices:
        raise Refused("Nobody is chosen to answer.", "Tick at least one model under “Who answers”.")
    if len(voices) > MOST_VOICES:
        raise Refused(
            f"{len(voices)} models are chosen to answer; {MOST_VOICES} is the most.", "Untick some."
        )


def folders_of(home: Home, voices: Sequence[str], manner: Manner) -> dict[str, RunFolder]:
    """Return the run of each voice. Raises Refused where one cannot answer."""
    found = {voice: home.runs.folder(run_of(voice)) for voice in voices}
    for folder in found.values():
        if objective_named(folder.config().objective).HEAD != "language":
            raise Refused(SILENT, "Choose a run that answers in words.")
        if not folder.checkpoints.steps():
            raise Refused(
                "Nothing of this run is saved yet, so there is no tuned model to ask.", "Wait for it."
            )
        if manner.with_documents:
            check_looking_up(folder)
    return found
