"""The part of the facade that sends an export to the Hugging Face hub (see `studio.py`)."""

from collections.abc import Sequence

from studio.core.keys import Key
from studio.services import pushing
from studio.services.pushing import Push, Sent
from studio.services.studio_of_exports import StudioOfExports


class StudioOfHub(StudioOfExports):
    """The verbs that put a model where others find it."""

    def start_push(self, run: str, push: Push, key: Key) -> tuple[str, ...]:
        """Queue what sends an export to the hub, after what makes it where it is not made; return the jobs.

        The key stays in this process; an empty one is the token of the machine. Raises Refused where it
        cannot be sent.
        """
        with self._shares.work():
            return pushing.start(self._home, self._keys, run, push, key)

    def pushed(self, run: str) -> Sequence[Sent]:
        """Return what of a run is at the hub, the newest last."""
        return pushing.views(self._home.runs.folder(run))
