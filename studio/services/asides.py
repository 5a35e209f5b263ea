"""Work that another thread wants done on the worker's: between two steps, where it can disturb no run.

Loading a model draws random numbers. On a thread of its own it would draw them out of the very stream that a
training run draws from; the worker's loop puts its numbers back after each pause.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from studio.core.errors import StudioError

Value = TypeVar("Value")


class Asides:
    """Who asks waits; the worker does what is asked wherever it answers questions."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._closed = False

    def ask(self, work: Callable[[], Value]) -> Value:
        """Return what `work` returns, or raise what it raises. Raises StudioError where the studio closes."""
        answer: Future[Value] = Future()
        with self._lock:
            if self._closed:
                raise _closing()
            self._waiting.append((work, answer))
        return answer.result()

    def any_waits(self) -> bool:
        with self._lock:
            return bool(self._waiting)

    def do_all(self) -> None:
        """Do what waits; called by the worker. What goes wrong is raised where it was asked."""
        while (aside := self._next()) is not None:
            work, answer = aside
            try:
                found = work()
            except BaseException as error:
                answer.set_exception(error)
            else:
                answer.set_result(found)

    def close(self) -> None:
        """Send everybody away who still waits."""
        with self._lock:
            self._closed, waiting = True, [*self._waiting]
            self._waiting.clear()
        for _, answer in waiting:
            answer.set_exception(_closing())

    def _next(self) -> tuple[Callable[[], Any], Future[Any]] | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None


def _closing() -> StudioError:
    return StudioError("The studio is closing.", "Open it again, then ask once more.")
