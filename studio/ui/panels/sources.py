"""Where examples can be taken from: samples, earlier uploads, the hub; and a file while it is being read."""

from collections.abc import Sequence

from studio.core.words import count, moment
from studio.services.intake import NAME_LENGTH
from studio.services.views import DatasetView, SampleView
from studio.services.views_of_data import UploadView
from studio.ui.markup import escape, notice, progress_bar
from studio.ui.moving import upload_percent, upload_text
from studio.ui.panels.health import Mending, groups

HUB_FIELDS = (
    ("Name on the hub", "owner/name", "hub-name"),
    ("Subset (config)", "the usual one", "hub-subset"),
    ("Part (split)", "train", "hub-split"),
)
"""(label, what stands in it while it is empty, id) of what names a data set there."""


def samples(entries: Sequence[SampleView], *, first: bool) -> str:
    """Return the samples as cards, each one button; `first` while there is nothing else to look at."""
    cards = "".join(
        f'<li><button type="button" class="card" data-event="pick" data-sample="{escape(sample.id)}">'
        f"<b>{escape(sample.title)}</b><span>{escape(sample.summary)}</span>"
        f"<small>{count(sample.rows, 'row')} · {escape(sample.licence)}</small></button></li>"
        for sample in entries
    )
    title = "No file at hand? Take a sample." if first else "Samples"
    mark = ' class="first"' if first else ""
    return f'<section aria-label="Samples"{mark}><h3>{title}</h3><ul class="cards">{cards}</ul></section>'


def uploads(datasets: Sequence[DatasetView], current: str) -> str:
    """Return the earlier uploads with their buttons; what hangs on one is named before it is deleted."""
    if not datasets:
        return ""
    items = "".join(_upload(view, view.id == current) for view in datasets)
    return (
        '<section aria-label="Examples used before"><h3>Used before</h3>'
        f'<ul class="rows">{items}</ul></section>'
    )


def _upload(view: DatasetView, current: bool) -> str:
    runs = count(len(view.runs), "run") if view.runs else "no runs yet"
    what = " · ".join(
        (count(view.report.kept, "example"), escape(view.file_name), moment(view.created_at), runs)
    )
    name, ident = escape(view.name), escape(view.id)
    here = ' <span class="badge">open</span>' if current else ""
    return (
        f'<li><div><b>{name}</b>{here}<small>{what}</small></div><div class="row-buttons">'
        f'<button type="button" data-event="open" data-id="{ident}" aria-label="Open {name}">Open</button>'
        f'<button type="button" data-event="rename" data-id="{ident}" data-ask="text" data-title="New name" '
        f'data-value="{name}" data-limit="{NAME_LENGTH}" data-yes="Rename" '
        f'aria-label="Rename {name}">Rename</button>'
        f'<button type="button" data-event="remove" data-id="{ident}" data-ask="confirm" '
        f'data-title="Delete “{name}”?" data-dependents="dataset/{ident}" data-yes="Delete" '
        f'aria-label="Delete {name}">Delete</button></div></li>'
    )


def reading(upload: UploadView) -> str:
    """Return how far a file is read, with the first findings while the rest is read, and a way to stop."""
    done = upload_percent(upload)
    first = ""
    if upload.partial is not None:
        found = groups(upload.partial.issues, Mending()) or "<p>Nothing to mend so far.</p>"
        rows = count(upload.partial.total, "row")
        first = (
            f"<p>Found in the first {rows}, while the rest is read; what lies behind them can still change "
            f"the verdict:</p>{found}"
        )
    return (
        '<section class="panel checks health reading" aria-label="A file is being read">'
        f"<h3>Reading “{escape(upload.name)}”</h3>"
        f'<div class="bar-words"><b data-live="upload">{upload_text(upload)}</b>'
        "<span>You can leave this page; reading goes on.</span></div>"
        f"{progress_bar('How much of the file is read', done, live='upload')}{first}"
        '<div class="row-buttons"><button type="button" data-event="stop">Cancel</button></div></section>'
    )


def failed(upload: UploadView) -> str:
    """Return why a file could not be taken, until it is put away."""
    said = notice("error", f"“{upload.name}” cannot be used.", upload.error, hint=upload.hint)
    button = '<button type="button" data-event="close">Put this message away</button>'
    return f'{said}<div class="row-buttons">{button}</div>'
