"""What can be wrong with records, one module each. Add one: write `begin(scene)`, add a line here.

A check is a module with `TITLE`, `SOURCE` (where its method comes from, or "") and `begin(scene) -> Watch`;
it may have `figures(watch)` (numbers by name) and `chart(watch)` (small JSON to draw).
"""

from types import ModuleType

from studio.data.checks import (
    answer_rate,
    broken_decoding,
    conflicts,
    constant_prefix,
    contradicting_votes,
    control_tokens,
    diversity,
    duplicates,
    echo,
    few_judged,
    html_remnants,
    imbalance,
    incomplete,
    invisible,
    label_spellings,
    languages,
    leakage,
    length_bias,
    lengths,
    near_duplicates,
    one_answer,
    one_sided,
    personal_data,
    too_few,
    toxic,
    unusable,
    wrong_labels,
)
from studio.data.checks.seen import Finding, Scene, Seen, SetAside, Watch

CHECKS: dict[str, ModuleType] = {
    "unusable": unusable,
    "incomplete": incomplete,
    "duplicates": duplicates,
    "near_duplicates": near_duplicates,
    "conflicts": conflicts,
    "contradicting_votes": contradicting_votes,
    "wrong_labels": wrong_labels,
    "label_spellings": label_spellings,
    "one_answer": one_answer,
    "one_sided": one_sided,
    "length_bias": length_bias,
    "imbalance": imbalance,
    "answer_rate": answer_rate,
    "leakage": leakage,
    "lengths": lengths,
    "personal_data": personal_data,
    "broken_decoding": broken_decoding,
    "html_remnants": html_remnants,
    "invisible": invisible,
    "control_tokens": control_tokens,
    "languages": languages,
    "toxic": toxic,
    "echo": echo,
    "constant_prefix": constant_prefix,
    "diversity": diversity,
    "too_few": too_few,
    "few_judged": few_judged,
}
"""In the order in which a report lists them. A check reports; it changes nothing."""

__all__ = ["CHECKS", "Finding", "Scene", "Seen", "SetAside", "Watch"]
