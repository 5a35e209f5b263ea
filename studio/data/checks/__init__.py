"""What can be wrong with records, one module each. Add one: write `begin(scene)`, add a line here.

A check is a module with `TITLE`, `SOURCE` (where its method comes from, or "") and `begin(scene) -> Watch`;
it may have `figures(watch)` (numbers by name) and `chart(watch)` (small JSON to draw).
"""

from types import ModuleType

from studio.data.checks import duplicates, incomplete, lengths, too_few, unusable
from studio.data.checks.seen import Finding, Scene, Seen, SetAside, Watch

CHECKS: dict[str, ModuleType] = {
    "unusable": unusable,
    "incomplete": incomplete,
    "duplicates": duplicates,
    "lengths": lengths,
    "too_few": too_few,
}
"""In the order in which a report lists them. A check reports; it changes nothing."""

__all__ = ["CHECKS", "Finding", "Scene", "Seen", "SetAside", "Watch"]
