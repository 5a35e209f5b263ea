"""What can be wrong with records, one module each. Add one: write `check(context)`, add a line here."""

from types import ModuleType

from studio.data.checks import duplicates, incomplete, lengths, too_few, unusable
from studio.data.checks.context import CheckContext, SetAside

CHECKS: dict[str, ModuleType] = {
    "unusable": unusable,
    "incomplete": incomplete,
    "duplicates": duplicates,
    "lengths": lengths,
    "too_few": too_few,
}
"""In the order in which a report lists them. A check reports; it changes nothing."""

__all__ = ["CHECKS", "CheckContext", "SetAside"]
