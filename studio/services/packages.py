"""Loading the heavy packages: behind the page, by one thread at a time, and behind a first look at a file."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

IMPORTING = threading.Lock()
"""Held round every first import of torch, transformers or what stands on them.

Their modules import each other in circles; two threads that come from different sides are let through by
Python with half a module (`cannot import name 'AutoModel' from 'transformers'`). It guards Python's own table
of modules, of which there is one in a process.
"""


class FirstLooks:
    """How many first looks at files are under way; who loads packages lets them go ahead.

    Both want Python's one lock; side by side, a look of half a second took ten on a busy machine.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._going = 0

    @contextmanager
    def ahead(self) -> Iterator[None]:
        """While this lasts, no further package is begun."""
        with self._changed:
            self._going += 1
        try:
            yield
        finally:
            with self._changed:
                self._going -= 1
                self._changed.notify_all()

    def wait(self, seconds: float | None = None) -> None:
        """Return once no look is under way, or after so long: some files are slow to open."""
        with self._changed:
            self._changed.wait_for(lambda: not self._going, seconds)


FIRST_LOOKS = FirstLooks()
"""One for the process, as Python's lock is."""


PATIENCE_SECONDS = 5.0
_LOADED = threading.Event()


def load_packages() -> None:
    """Load what the first step or answer needs. Called again, it costs nothing, and waits for nobody.

    One package at a time: between two of them others may import, or look at a file.
    """
    if _LOADED.is_set():
        return
    for load in (_tokenizers, _torch, _transformers, _training):
        FIRST_LOOKS.wait(PATIENCE_SECONDS)
        with IMPORTING:
            load()
    _LOADED.set()


def _tokenizers() -> None:
    import transformers.tokenization_utils_tokenizers  # noqa: F401  what counting the tokens of an upload needs


def _torch() -> None:
    import torch  # noqa: F401


def _transformers() -> None:
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer  # noqa: F401


def _training() -> None:
    import accelerate  # noqa: F401
    import peft  # noqa: F401

    import studio.engine.models
    import studio.engine.schedule  # noqa: F401
