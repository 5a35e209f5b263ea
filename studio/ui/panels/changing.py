"""A change of the data set that is under way in the background, or could not be made."""

from studio.core.cleaning import REMAPPED
from studio.data.fixes import FIXES
from studio.services.views_of_data import ChangeView
from studio.ui.markup import escape, notice, progress_bar
from studio.ui.moving import change_percent, change_text
from studio.ui.panels.fixing import action


def changing(change: ChangeView) -> str:
    """Return how far a change is with a way to stop it, or, until it is put away, why it failed."""
    return _failed(change) if change.state == "failed" else _working(change)


def _working(change: ChangeView) -> str:
    disabled = " disabled" if change.stopping else ""
    return (
        '<section class="panel checks health reading" aria-label="Your examples are being changed">'
        f"<h3>Changing your examples: {escape(_named(change.fix))}</h3>"
        f'<div class="bar-words"><b data-live="change">{change_text(change)}</b>'
        "<span>They stay as they were until it is done. You can leave this page.</span></div>"
        f"{progress_bar('How much of the change is done', change_percent(change), live='change')}"
        f'<div class="row-buttons"><button type="button" data-event="stop"{disabled}>Cancel</button></div>'
        "</section>"
    )


def _failed(change: ChangeView) -> str:
    said = notice("error", f"Not done: {_named(change.fix)}.", change.error, hint=change.hint)
    button = '<button type="button" data-event="close">Put this message away</button>'
    return f'{said}<div class="row-buttons">{button}</div>'


def _named(fix: str) -> str:
    if fix == REMAPPED:
        return "read the file with other columns"
    words = action(fix) if fix in FIXES else fix
    return f"{words[0].lower()}{words[1:]}"
