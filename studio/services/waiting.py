"""A job that waits for somebody else's answer: a stop asked for meanwhile takes effect at once."""

import time
from collections.abc import Callable

LOOK_SECONDS = 0.1


class Stopped(Exception):
    """Somebody asked to stop."""


def refuse_stopped(should_stop: Callable[[], bool]) -> None:
    """Raise Stopped where somebody asked to stop."""
    if should_stop():
        raise Stopped


def pause(should_stop: Callable[[], bool], seconds: float) -> None:
    """Wait so long. Raises Stopped where somebody asks to stop meanwhile."""
    end = time.monotonic() + seconds
    while True:
        refuse_stopped(should_stop)
        left = end - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(left, LOOK_SECONDS))
