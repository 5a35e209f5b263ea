"""A server beside the page, for other programs on this machine: it speaks for the runs that were chosen."""

from collections.abc import Sequence

from studio.core.errors import Refused
from studio.core.talk import Manner
from studio.services.talking import Talking
from studio.services.talks import folders_of
from studio.services.views_of_talks import ServerView
from studio.store.home import Home
from studio.store.owned import ME


def open_server(home: Home, talking: Talking, runs: Sequence[str]) -> None:
    """Open a server on this machine that speaks for these runs, in OpenAI's form. Raises Refused."""
    _refuse_visitors(home)
    if not runs:
        raise Refused("No model is chosen to be served.", "Tick at least one under “Who answers”.")
    talking.engine.open(tuple(folders_of(home, runs, Manner()).values()))


def server(home: Home, talking: Talking) -> ServerView | None:
    """Return the server that was opened; None where there is none, or it is not this visitor's to see."""
    return talking.server() if home.owner == ME else None


def close_server(home: Home, talking: Talking) -> None:
    _refuse_visitors(home)
    talking.engine.shut()


def put_away(home: Home, talking: Talking, run: str) -> None:
    """Take one model off the server that is open; the others go on. Raises Refused where it is not served."""
    _refuse_visitors(home)
    view = talking.server()
    if view is None or run not in view.runs:
        raise Refused("This model is not served any more.", "See the list of those that are.")
    talking.put_away(run)


def _refuse_visitors(home: Home) -> None:
    if home.owner != ME:
        raise Refused(
            "Only whoever runs this studio opens a server here.",
            "Export the adapter and serve it on a machine of yours: `python -m studio serve`, or vLLM.",
        )
