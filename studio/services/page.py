"""One run as far as its events were read: what the book of runs keeps at hand of it."""

from dataclasses import dataclass, field

from studio.core.config import RunConfig
from studio.core.events import Recorded
from studio.core.progress import Progress
from studio.core.worked import Worked
from studio.store.runs import RunFolder


@dataclass
class Page:
    """`offset` is the byte of the events up to which they were read."""

    folder: RunFolder
    config: RunConfig
    owner: str
    progress: Progress = field(default_factory=Progress)
    worked: Worked = field(default_factory=Worked)
    offset: int = 0

    def add(self, recorded: Recorded) -> None:
        self.progress.add(recorded)
        self.worked.add(recorded)
