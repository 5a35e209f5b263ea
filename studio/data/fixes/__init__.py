"""What can be done about what was found, one module each. Add one: write `begin(options)`, add a line here.

A fix is a module with `TITLE` (its technical name), `ACTION` (what its button says), `SUMMARY`, `NEEDS_PASS`
and `begin(options) -> Fix`. It makes new records and changes none; the caller writes them into a new version
of the data set. One with `MENDS_SOURCE_ROWS` makes records of rows that were set aside, read from the file
again: its `begin` returns a `RowFix`.
"""

from types import ModuleType

from studio.data.fixes import (
    drop,
    edit,
    fill_in,
    keep_one,
    leave_out_turns,
    mend_turns,
    merge_labels,
    redact,
    remove_invisible,
    repair_encoding,
    strip_html,
    system_first,
)
from studio.data.fixes.fix import Fix, RowFix

FIXES: dict[str, ModuleType] = {
    "drop": drop,
    "keep_one": keep_one,
    "redact": redact,
    "repair_encoding": repair_encoding,
    "strip_html": strip_html,
    "remove_invisible": remove_invisible,
    "merge_labels": merge_labels,
    "edit": edit,
    "mend_turns": mend_turns,
    "system_first": system_first,
    "leave_out_turns": leave_out_turns,
    "fill_in": fill_in,
}
"""In the order in which the screen offers them."""

__all__ = ["FIXES", "Fix", "RowFix"]
