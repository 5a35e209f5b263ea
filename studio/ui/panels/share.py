"""What one person may use of a shared machine, told before it is used up; nothing where none is limited."""

from studio.core.words import about, count, duration, listed, size
from studio.services.shares import MINUTE, Share
from studio.services.views import Forecast
from studio.ui.markup import escape, notice


def of_files(share: Share) -> str:
    """Return how large a file may be, and how much room is left for all that one keeps here."""
    limits, said = share.limits, []
    each = [count(limits.rows, "row")] if limits.rows else []
    each += [size(limits.upload_bytes)] if limits.upload_mb else []
    if each:
        said.append(f"Here a file may have up to {listed(each)}.")
    if limits.disk_mb:
        left = size(max(0, limits.disk_bytes - share.disk_bytes))
        said.append(f"{left} of your {size(limits.disk_bytes)} on this machine (the quota) are free.")
    if limits.all_disk_mb:
        left = size(max(0, limits.all_disk_bytes - share.all_disk_bytes))
        said.append(f"All who are here have {size(limits.all_disk_bytes)} together; {left} of it are free.")
    return _line(said)


def of_a_run(share: Share, forecast: Forecast) -> str:
    """Return what is left for a run, and a warning where it will not see its end or cannot be started."""
    limits, said = share.limits, []
    if limits.run_minutes:
        said.append(f"On this shared machine a run trains up to {duration(limits.run_minutes * MINUTE)}.")
    if limits.day_minutes:
        left = max(0.0, limits.day_minutes * MINUTE - share.day_seconds)
        said.append(f"{duration(left)} of your {duration(limits.day_minutes * MINUTE)} in 24 hours are left.")
    if limits.waiting:
        said.append(f"{_waiting(share.waiting)}, and {limits.waiting} may.")
    if limits.all_waiting:
        said.append(f"Of all who are here together {limits.all_waiting} may; {share.all_waiting} do.")
    return _warning(share, forecast) + _line(said)


def _waiting(things: int) -> str:
    return (
        "1 thing of yours waits for its turn"
        if things == 1
        else f"{things} things of yours wait for their turn"
    )


def _warning(share: Share, forecast: Forecast) -> str:
    if (refusal := share.refusal) is not None:
        return notice("warning", "Not now:", refusal.message, hint=refusal.hint)
    left = share.room_bytes
    if left is not None and forecast.disk_bytes > left:
        needed = f"The run needs about {size(forecast.disk_bytes)}, and {size(left)} are left to you."
        hint = "Delete a run, an export or a data set that you no longer need."
        return notice("warning", "No room for it:", needed, hint=hint)
    most = share.run_seconds
    if most is None or not forecast.measured or forecast.seconds_high <= most:
        return ""
    surely = forecast.seconds_low > most
    return notice(
        "warning",
        "Longer than it may:" if surely else "Perhaps longer than it may:",
        f"After {about(most)} of training it is stopped, and its best point so far is kept.",
        hint="Choose a quicker recipe, fewer steps or fewer rows to see it through.",
    )


def _line(said: list[str]) -> str:
    return f'<p class="basis">{escape(" ".join(said))}</p>' if said else ""
