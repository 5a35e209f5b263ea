"""Several processes on one run, started by torchrun: the first does all a studio does, the others follow it.

The first takes the home, queues the run and trains it as ever. The others wait until it names the run, read
its folder, and learn from their part of the rows; they write nothing.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from studio.core.errors import Refused
from studio.engine.processes import Processes, join, launched, part
from studio.services.packages import IMPORTING, load_packages
from studio.services.replaying import noted
from studio.services.tokenising import Watch, tokens_of
from studio.services.training import Signals, job_of, material, teacher_here
from studio.store.home import Home
from studio.store.runs import RunFolder
from studio.store.token_files import Tokens

__all__ = ["VERBS", "follow", "meet", "part", "prints", "refuse_held", "shared_folder"]

VERBS = ("train", "resume")
"""What several processes can do together."""


def meet(environment: Mapping[str, str], verb: str, home: Path) -> Processes:
    """Return who this process is, once all have come that torchrun started. Alone it meets nobody.

    Raises Refused where they could not work together: then before anything was begun.
    """
    processes = launched(environment)
    if processes.count == 1:
        return processes
    if verb not in VERBS:
        raise Refused(
            f"{processes.count} processes were started for {verb!r}, which one does.",
            f"Start it without torchrun; together they can: {', '.join(VERBS)}.",
        )
    if processes.leads:
        refuse_held(Home(home))
    with IMPORTING:
        join(processes)
    return processes


def prints(environment: Mapping[str, str]) -> bool:
    """Return whether this process prints the result: of several the first, and whoever cannot tell."""
    try:
        return launched(environment).leads
    except Refused:
        return True


def refuse_held(home: Home) -> None:
    """Raise Refused where another process does the work of this home: it would train the run alone."""
    if (holder := home.holder()) is not None:
        raise Refused(
            f"Another process of the studio ({holder.process}) does the work of this home; it would train "
            "the run alone.",
            "Close that studio first and open it again once the run has begun, or name another home.",
        )


def follow(home: Path, processes: Processes, tell: Callable[[str], None]) -> None:
    """Train the run that the first process names, until it ends. Raises StudioError where it cannot go on."""
    folder, tokens = shared_folder(home, processes.words_of_first("")), Home(home).tokens
    load_packages()
    from studio.engine.loop import train

    signals = Signals("", tell, _never, pause=lambda: None, tokens=tokens, processes=processes)
    gathered = material(folder, tell, _never)
    if gathered is None or not teacher_here(gathered.config, tell, _never):
        return
    found = tokens_of(gathered, tokens, watch=Watch(tell, _never, lambda event: None))
    if found is None:
        return
    # What the first process set aside is in neither part by now.
    parts = gathered.parts.training, gathered.parts.held_out
    training, held_out = (Tokens(found).of_records(part.places) for part in parts)
    again = noted(folder, gathered)
    job = job_of(folder, gathered, (training, held_out), signals, replayed=again)
    train(job, lambda event: None, _never)


def _never() -> bool:
    """Whoever follows is asked nothing: the first process tells it when to stop."""
    return False


def shared_folder(home: Path, run: str) -> RunFolder:
    """Return the folder of the run that the first process named. Raises Refused where this one has none."""
    runs = Home(home).runs
    if not (runs.path / run).is_dir():
        raise Refused(
            f"The run {run}, which the first process began, is not in {home} here.",
            "Put the home folder on a disk that all machines of the run share.",
        )
    return runs.folder(run)
