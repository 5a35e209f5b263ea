"""Who can be talked with, what is being said, how the server beside it stands: for the page and its polls."""

from collections.abc import Sequence
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.talk import Spoken, Talk, is_untouched, run_of
from studio.core.words import count
from studio.engine.objectives import OBJECTIVES
from studio.services.studio import Studio
from studio.services.views import RunView
from studio.services.views_of_talks import ServerView


def writes(run: RunView) -> bool:
    """Return whether a run answers in words, rather than with labels or a number."""
    objective = OBJECTIVES.get(run.config.objective)
    return objective is not None and objective.HEAD == "language"


def talk_of(studio: Studio, talk: str) -> Talk | None:
    if not talk:
        return None
    try:
        return studio.talk(talk)
    except StudioError:
        # Deleted on another page, or damaged: this one begins a new conversation.
        return None


def talking(talk: Talk | None) -> bool:
    """Return whether something is being written in a conversation."""
    return talk is not None and any(
        not said.finish for each in talk.exchanges for said in each.answers.values()
    )


def texts(talk: Talk | None, server: ServerView | None) -> dict[str, str]:
    """Return what moves on the Chat step, by the names of the page's script."""
    moving = {"server-load": load_text(server)} if server and server.state == "open" else {}
    for each in talk.exchanges[-1:] if talk else ():
        for voice, said in each.answers.items():
            if not said.finish:
                place = f"{each.id}-{voice}"
                moving |= {f"said-{place}": said.text, f"note-{place}": waiting_text(said)}
    return moving


def waiting_text(said: Spoken) -> str:
    """Return what a growing answer waits for; nothing once its words come."""
    return said.note or ("" if said.text else "Getting ready to answer")


def state_of(talk: Talk | None, server: ServerView | None) -> tuple[object, ...]:
    """Return what of it is drawn anew when it changes, rather than told as it moves."""
    told: list[object] = [(server.state, server.note, server.names)] if server else []
    if talk is not None:
        told += [talk.id, *((each.id, [s.finish for s in each.answers.values()]) for each in talk.exchanges)]
        told += [len(said.found) for each in talk.exchanges[-1:] for said in each.answers.values()]
    return tuple(told)


def load_text(server: ServerView) -> str:
    if not server.answering + server.waiting:
        return "Nobody is asking just now"
    waiting = f", {server.waiting:,} waiting" if server.waiting else ""
    return f"{count(server.answering, 'answer')} under way{waiting}"


def name_of(voice: str, runs: Sequence[RunView]) -> tuple[str, str]:
    """Return what a voice is called, and what it is."""
    run = next((each for each in runs if each.id == run_of(voice)), None)
    if run is None:
        return "A run that was deleted", ""
    if is_untouched(voice):
        folder = Path(run.config.model)
        return "Before", f"the untouched model, {folder.name if folder.is_absolute() else folder}"
    return run.name, "tuned"
