"""What a person of a shared studio may name beside own things: no folder of its machine.

A folder may be somebody else's export or checkpoint, and which ones there are is nobody's business.
"""

import os
from pathlib import Path

from studio.core.errors import Refused
from studio.store.home import Home
from studio.store.owned import ME
from studio.store.runs import RunFolder


def refuse_folder(home: Home, model: str) -> None:
    """Raise Refused where a visitor names a place on this machine as a model."""
    if home.owner != ME and model != "starter" and _is_place(model):
        raise Refused(
            f"{model!r} is not a name on the hub.",
            "Name it as the hub does, owner/model; folders are opened where the studio runs.",
        )


def may_open(home: Home, checkpoint: Path) -> bool:
    """Return whether a folder may be named as a checkpoint: on a shared studio one of an own run."""
    if home.owner == ME:
        return True
    inside = checkpoint.resolve()
    return any(path.resolve() in inside.parents for path in home.runs.paths())


def as_owner(home: Home, folder: RunFolder) -> Home:
    """Return the home as the owner of a run sees it, for a job that looks another run up by its id."""
    owner = folder.meta().owner
    return home if owner == ME else home.owned_by(owner)


def _is_place(model: str) -> bool:
    return os.path.isabs(model) or os.path.exists(model) or ".." in Path(model).parts
