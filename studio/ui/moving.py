"""What moves while a page is open, in words and per cent: drawn once, then told by the polls."""

from studio.core.waits import Wait, starts
from studio.core.words import about, count, size
from studio.services import pushing
from studio.services.views import JobView, RunView
from studio.services.views_of_data import ChangeView, UploadView


def upload_text(upload: UploadView) -> str:
    if upload.total_bytes:
        return f"{size(upload.fetched_bytes)} of {size(upload.total_bytes)} fetched"
    if not upload.rows:
        return "Opening the file"
    return f"{count(upload.rows, 'row')} read, {upload_percent(upload)} %"


def upload_percent(upload: UploadView) -> int:
    share = upload.fetched_bytes / upload.total_bytes if upload.total_bytes else upload.share
    return min(100, int(100 * share))


def change_text(change: ChangeView) -> str:
    if change.stopping:
        return "Stopping"
    if not change.rows:
        return "Looking for the rows"
    return f"{change.rows:,} of {count(change.total, 'row')} checked, {change_percent(change)} %"


def change_percent(change: ChangeView) -> int:
    return min(100, int(100 * change.share))


def waiting(wait: Wait) -> str:
    """Return the place of something that waits, and when it begins as far as that is known."""
    start = starts(wait)
    return f"Waiting, number {wait.before + 1}" + (f", starts {start}" if start else "")


def percent(run: RunView) -> int:
    return min(100, int(100 * run.step / run.steps)) if run.steps else 0


def time_left(run: RunView) -> str:
    """Return how long a run still takes, in words; empty where it is not running."""
    if run.status != "running":
        return ""
    return (
        f"about {about(run.seconds_left)} left" if run.seconds_left is not None else "time left: measuring…"
    )


def rate(run: RunView) -> str:
    return f"{run.tokens_per_second:,.0f}" if run.tokens_per_second else "–"


def job_text(job: JobView) -> str:
    if job.status == "queued":
        return waiting(job.wait) if job.wait else "Waiting for its turn"
    said = job.message or "Working"
    if not job.total:
        return said
    if job.kind == pushing.KIND:
        return f"{said} · {size(job.done)} of {size(job.total)}"
    return f"{said} · {job.done:,} of {job.total:,}"


def job_percent(job: JobView) -> int:
    return min(100, int(100 * job.done / job.total)) if job.total else 0
