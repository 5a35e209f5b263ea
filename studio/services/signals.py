"""How the worker speaks with a job."""

from collections.abc import Callable
from dataclasses import dataclass

from studio.engine.processes import ONE, Processes
from studio.store.runs import RunFolder
from studio.store.token_cache import TokenCache


def _never() -> str:
    return ""


@dataclass(frozen=True)
class Signals:
    """Who works, what to tell, when to stop, where to pause. `tokens` is where rows are kept as tokens."""

    worker: str
    tell: Callable[[str], None]
    closing: Callable[[], bool]
    pause: Callable[[], None]
    tokens: TokenCache
    processes: Processes = ONE
    used_up: Callable[[], str] = _never
    """Says why a run may train no longer; empty while it may."""

    def stopping(self, run: RunFolder) -> bool:
        """Return whether training is to end: the studio closes, somebody asked, or its time is used up."""
        return self.closing() or run.requests.stop_asked() or bool(self.used_up())
