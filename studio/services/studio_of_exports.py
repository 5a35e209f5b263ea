"""The part of the facade about what is taken home: exports, their sizes and files (see `studio.py`)."""

from collections.abc import Mapping
from pathlib import Path

from studio.core.knobs import KnobValue
from studio.services import export_sizes, exports, facts
from studio.services.studio_of_talks import StudioOfTalks
from studio.services.views import ExportView


class StudioOfExports(StudioOfTalks):
    """The verbs that hand a run over."""

    def start_export(
        self,
        run: str,
        kind: str,
        target: Path | None = None,
        settings: Mapping[str, KnobValue] | None = None,
    ) -> str:
        """Queue an export (`adapter`, `code`, ...) and return its job id; one that waits is returned.

        Raises Refused where `target`, the folder it is to be copied to afterwards, is not empty.
        """
        with self._shares.work():
            return exports.start(self._home, run, kind, target=target, settings=settings or {})

    def exports(self, run: str) -> tuple[ExportView, ...]:
        """Return the finished exports of a run."""
        return exports.views(self._home, run)

    def export_sizes(self, run: str, settings: Mapping[str, KnobValue] | None = None) -> Mapping[str, int]:
        """Return about how many bytes each kind will take that the run can be handed over as."""
        return export_sizes.sizes(self._home, run, settings or {})

    def licence_warnings(self, run: str) -> tuple[str, ...]:
        """Return what the licences of base and data forbid or ask of whoever hands a run on."""
        return facts.licence_warnings(self._home, run)

    def export_path(self, run: str, kind: str) -> Path:
        """Return a zip of a finished export to download. May take a while the first time."""
        return exports.archive(self._home, run, kind)

    def copy_export(self, run: str, kind: str, target: Path) -> ExportView:
        """Copy a finished export into an empty or new folder (the command line's `--to`)."""
        return exports.copy(self._home, run, kind, target=target)

    def code(self, run: str) -> str:
        """Return the script that repeats this run with transformers and peft alone."""
        return exports.code(self._home, run)
