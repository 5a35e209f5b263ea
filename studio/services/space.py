"""Room on the disk: what is free, and what of it one person, and all together, may fill."""

from studio.core.errors import Refused
from studio.core.sizes import size
from studio.core.words import size as in_words
from studio.store.home import Home


def taken_bytes(home: Home) -> int:
    """Return what the data sets and runs that are seen in this home take, and files on their way."""
    folders = [folder.path for folder in (*home.runs.all(), *home.datasets.all())]
    return sum(size(folder) for folder in folders) + home.incoming.bytes_of(home.runs.owner)


def check_space(home: Home, needed_bytes: int) -> None:
    """Raise Refused where there is no room for what is about to be written, on the disk or in the share."""
    free = home.free_bytes()
    if needed_bytes > free:
        raise Refused(
            f"This needs {needed_bytes / 1e9:.1f} GB of disk and {free / 1e9:.1f} GB are free.",
            "Delete earlier runs, or free some space on the disk of the home folder.",
        )
    limits = home.limits
    if limits.disk_bytes and (left := limits.disk_bytes - taken_bytes(home)) < needed_bytes:
        raise Refused(
            f"This needs about {in_words(needed_bytes)}, and of the {in_words(limits.disk_bytes)} that each "
            f"person has here {in_words(max(0, left))} are left to you.",
            "Delete a run, an export or a data set that you no longer need.",
        )
    if limits.all_disk_bytes and (left := limits.all_disk_bytes - taken_bytes(home.whole)) < needed_bytes:
        raise Refused(
            f"This needs about {in_words(needed_bytes)}, and of the {in_words(limits.all_disk_bytes)} that "
            f"all have here together {in_words(max(0, left))} are left.",
            "Delete what you no longer need, or ask whoever keeps this studio for more room.",
        )


def check_file(home: Home, file_bytes: int) -> None:
    """Raise Refused where a file is larger than one may be here, and where there is no room for it."""
    most = home.limits.upload_bytes
    if most and file_bytes > most:
        raise Refused(
            f"The file has {in_words(file_bytes)}, and a file may have {in_words(most)} here.",
            "Save it as Parquet, which is smaller, or take fewer rows; some hundred good ones do.",
        )
    check_space(home, file_bytes)


def check_change(home: Home, dataset: str) -> None:
    """Raise Refused where there is no room for another version of a data set."""
    folder = home.datasets.folder(dataset)
    check_space(home, folder.records_file(folder.meta().version).stat().st_size)
