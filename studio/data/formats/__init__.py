"""What rows mean, one module each: cells -> a record. Add one: `recognises`, `to_record`, and a line here."""

from collections.abc import Mapping, Sequence
from types import ModuleType

from studio.core.errors import Refused
from studio.data.formats import alpaca, chat, labelled, pairs, preference, rated, sharegpt, text
from studio.data.mapping import ABOUT_ROWS, ROLES, Guess
from studio.data.tables import SourceRow

FORMATS: dict[str, ModuleType] = {
    "preference": preference,
    "rated": rated,
    "chat": chat,
    "sharegpt": sharegpt,
    "alpaca": alpaca,
    "labelled": labelled,
    "pairs": pairs,
    "text": text,
}
"""In the order in which they are tried: answers that are compared or rated can be lists of turns as well."""


def guess_format(columns: Sequence[str], rows: Sequence[SourceRow]) -> tuple[str, Guess] | None:
    """Return the first format that recognises the table, and what it takes its columns for."""
    for name, module in FORMATS.items():
        if (guess := module.recognises(columns, rows)) is not None:
            return name, guess
    return None


def format_for(mapping: Mapping[str, str], columns: Sequence[str], rows: Sequence[SourceRow]) -> str:
    """Return the format that a chosen mapping means. Raises Refused where its roles make none."""
    fitting = [
        name
        for name, module in FORMATS.items()
        if set(module.NEEDS) <= set(mapping) <= {*module.NEEDS, *module.TAKES, *ABOUT_ROWS}
    ]
    if not fitting:
        raise Refused(
            f"The chosen roles ({', '.join(mapping)}) do not go together.",
            "Choose input and output, text and label, chosen and rejected, messages, or text alone; "
            f"all roles: {', '.join(ROLES)}.",
        )
    if len(fitting) > 1:
        # Conversations: which of the two spellings, only the rows can tell.
        chosen = [column for column in columns if column in mapping.values()]
        fitting = [name for name in fitting if FORMATS[name].recognises(chosen, rows)] or fitting
    return fitting[0]
