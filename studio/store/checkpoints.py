"""A run's checkpoints: written whole or not at all, hashed, and only the ones still needed are kept.

The engine decides what a checkpoint holds: `weights/` (what the tuned model is) and `resume/` (what a
resumed run needs beyond). Here it becomes durable.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from studio.core.errors import StudioError
from studio.core.shapes import shaped
from studio.core.sizes import size
from studio.store.files import Sealed, damaged, read_as, remove_folder, seal, staged_folder, write_json

_NAME = re.compile(r"step-(\d{6,})")
_KEPT = 2
"""How many of the newest stay resumable: should the newest be damaged, the one before still is."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A checkpoint that is safely on disk. `best`: no kept one has a lower held-out loss."""

    step: int
    bytes: int
    best: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    step: int
    eval_loss: float | None
    files: tuple[Sealed, ...]

    @property
    def resumable(self) -> bool:
        return any(file.name.startswith("resume/") for file in self.files)


class Checkpoints:
    """The checkpoints of one run, as `engine.checkpoints.CheckpointStore` wants them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, step: int, write: Callable[[Path], None], *, eval_loss: float | None) -> Saved:
        """Let `write` fill a folder, make it durable, drop what is no longer needed. Raises StudioError."""
        try:
            with staged_folder(self._path(step)) as staged:
                write(staged)
                manifest = Manifest(step, eval_loss, seal(staged))
                _write_manifest(staged, manifest)
            best = self._retire(step)
        except OSError as error:
            raise StudioError(
                f"The checkpoint of step {step} could not be saved: {error.strerror or error}.",
                "Free some space on the disk of the home folder, then resume the run.",
            ) from error
        return Saved(step, sum(file.bytes for file in manifest.files), best == step)

    def newest(self) -> tuple[int, Path] | None:
        """Return the newest checkpoint that verifies and can be resumed from."""
        for step in reversed(self.steps()):
            manifest = self._manifest(step)
            if manifest and manifest.resumable and self._verifies(step, manifest):
                return step, self._path(step)
        return None

    def best(self) -> tuple[int, Path] | None:
        """Return the checkpoint with the lowest held-out loss whose files verify.

        A worker of another process may save meanwhile, and take away what is just being read: then anew.
        """
        while True:
            ranked = self._ranked()
            found = next((step for step, manifest in ranked if self._verifies(step, manifest)), None)
            if ranked == self._ranked():
                return None if found is None else (found, self._path(found))

    def best_step(self) -> int | None:
        """Return the step that `best` finds where no file is damaged; reads no weights."""
        ranked = self._ranked()
        return ranked[0][0] if ranked else None

    def weights_bytes(self, step: int) -> int:
        """Return what the tuned model of a step takes on the disk; 0 where it was not kept."""
        return size(self._path(step) / "weights")

    def steps(self) -> tuple[int, ...]:
        """Return the steps that were saved and are kept, ascending; not verified."""
        if not self._folder.is_dir():
            return ()
        matches = (_NAME.fullmatch(path.name) for path in self._folder.iterdir())
        return tuple(sorted(int(match[1]) for match in matches if match))

    def drop_damaged(self) -> tuple[int, ...]:
        """Remove the checkpoints whose files no longer hold what was saved, and return their steps."""
        found = []
        for step in self.steps():
            if not self._verifies(step, self._manifest(step)):
                remove_folder(self._path(step))
                found.append(step)
        return tuple(found)

    def _path(self, step: int) -> Path:
        return self._folder / f"step-{step:06d}"

    def _manifest(self, step: int) -> Manifest | None:
        """Return the manifest of a step; None where it is missing or damaged, so that it never verifies."""
        try:
            manifest = read_as(_read_manifest, self._path(step) / "manifest.json", hint="")
        except (OSError, StudioError):
            return None
        return manifest if manifest.step == step else None

    def _verifies(self, step: int, manifest: Manifest | None) -> bool:
        return manifest is not None and not damaged(self._path(step), manifest.files)

    def _ranked(self) -> list[tuple[int, Manifest | None]]:
        """Return (step, manifest) of all that are kept, the best first."""
        return sorted(((step, self._manifest(step)) for step in self.steps()), key=_rank)

    def _retire(self, written: int) -> int:
        """Remove what is no longer needed, and return the best step.

        Only files that verify now replace older ones; those of the step just written were hashed as written.
        A damaged one among the newest stays until a resume tells of it.
        """
        ranked = self._ranked()
        verifies = cache(lambda step: step == written or self._verifies(step, self._manifest(step)))
        best = next(step for step, _ in ranked if verifies(step))
        kept = tuple(islice(filter(verifies, reversed(self.steps())), _KEPT))
        for step in self.steps():
            if step >= kept[-1]:
                continue
            if step == best:
                self._drop_resume(step)
            else:
                remove_folder(self._path(step))
        return best

    def _drop_resume(self, step: int) -> None:
        """Keep only what the model is. The manifest goes first: files it does not name are ignored."""
        manifest = self._manifest(step)
        if manifest is None or not manifest.resumable:
            return
        kept = tuple(file for file in manifest.files if not file.name.startswith("resume/"))
        _write_manifest(self._path(step), Manifest(step, manifest.eval_loss, kept))
        shutil.rmtree(self._path(step) / "resume", ignore_errors=True)


def _rank(kept: tuple[int, Manifest | None]) -> tuple[bool, float, int]:
    """Order by held-out loss; a checkpoint without one comes last, the newer of equals first."""
    step, manifest = kept
    loss = manifest.eval_loss if manifest else None
    return (loss is None, loss if loss is not None else 0.0, -step)


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    entries = asdict(manifest)
    write_json(folder / "manifest.json", {"version": 1, **entries, "sha256": _digest_of(entries)})


def _read_manifest(entries: dict[str, Any]) -> Manifest:
    """Raises ValueError where it is not what was written: a flipped digit of a loss would move the best."""
    if entries.pop("sha256") != _digest_of(entries):
        raise ValueError("it is not what was written")
    files = tuple(shaped(Sealed, file) for file in entries["files"])
    return shaped(Manifest, {**entries, "files": files})


def _digest_of(entries: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()
