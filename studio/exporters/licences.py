"""What the licences of base and data say of tuning and handing on, as far as their names tell.

Names only: who wants to be sure reads the licence itself, and the warnings say so.
"""

import json
import re

from studio.core.config import RunConfig
from studio.exporters.origin import named_anywhere

_LISTED = (
    "apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0",
    "bigcode-openrail-m afl-3.0 artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda",
    "cc cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0",
    "cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0 cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0",
    "etalab-2.0 eupl-1.1 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl lgpl-2.1 lgpl-3.0 isc lppl-1.3c ms-pl",
    "mpl-2.0 odc-by odbl openrail++ osl-3.0 postgresql ofl-1.1 ncsa unlicense zlib pddl lgpl-lr",
    "deepfloyd-if-license llama2 llama3 llama3.1 llama3.2 llama3.3 gemma",
)
NAMES = frozenset(name for line in _LISTED for name in line.split())
"""As the hub calls them; any other is `other`. Source: https://huggingface.co/docs/hub/repositories-licenses"""

_NO_WORDS = re.compile(r"\b(?:the|licen[cs]e|version)-|-licen[cs]e\b|(?<=-)v(?=\d)")
_RESEARCH = ("research", "deepfloyd", "apple-amlr")
_COPYLEFT = ("gpl", "agpl", "lgpl", "gfdl", "odbl", "osl", "eupl", "cdla-sharing")
_OWN_TERMS = ("llama", "gemma", "rail", "openrail")
_READ = "Read it before you hand this on."


def named(licence: str) -> str:
    """Return the hub's name of a licence; "" where it has none: `CC BY-SA 4.0` is `cc-by-sa-4.0`."""
    plain = re.sub(r"[^a-z0-9.+]+", "-", licence.lower()).strip("-.")
    return next((name for name in (plain, _NO_WORDS.sub("", plain)) if name in NAMES), "")


def _mentioned(licence: str) -> str:
    """Return the hub's name of a licence that stands somewhere in a text, the longest one; "" for none."""
    words = f"-{re.sub(r'[^a-z0-9.+]+', '-', licence.lower()).strip('-.')}-"
    return max((name for name in NAMES if f"-{name}-" in words), key=len, default="")


def front_matter(licence: str) -> tuple[str, ...]:
    """Return the lines of a card that tell the licence in the hub's words."""
    if name := named(licence):
        return (f"license: {name}",)
    spelled = re.sub(r"[^a-z0-9.]+", "-", licence.lower()).strip("-.")
    if spelled in ("", "unknown"):
        return ("license: unknown",)
    # The hub takes small letters, digits, points and hyphens here.
    return ("license: other", *((f"license_name: {json.dumps(spelled)}",) if spelled != "other" else ()))


def stated(base: str, rows: str) -> tuple[tuple[str, str], ...]:
    """Return the licences of the base model and of the data in words, also where they are not known."""
    of_rows = rows or "not stated; it is up to whoever owns the data"
    return (("Base model", base or "not stated where it came from"), ("Data", of_rows))


def of_run(config: RunConfig, base: str, rows: str) -> tuple[str, ...]:
    """Return what the licences forbid or ask of whoever hands on what a run came to."""
    taught = config.objective == "distillation" and config.knobs.get("teacher", "")
    return warnings(base, rows, teacher=str(named_anywhere(taught)) if taught else "")


def warnings(base: str, rows: str, teacher: str = "") -> tuple[str, ...]:
    """Return what the licences forbid or ask of whoever hands on a model that was tuned; plain sentences.

    `teacher` names another model whose answers were learned.
    """
    said = [] if named(base) else [_unread_base(base)]
    said += _terms(base, "the base model", "changed versions of it, as this is one")
    said += _terms(rows, "the data", "what is made by changing it; ask its owner whether a model is that")
    if teacher:
        said.append(
            f"It learned from answers of {teacher}, whose licence was not looked up: some (Llama 2 and 3, "
            f"for two) forbid making another model better with them. {_READ}"
        )
    return tuple(said)


def _unread_base(licence: str) -> str:
    if licence and licence.lower() not in ("unknown", "other"):
        return f"The licence of the base model, {licence}, is not one that the studio knows. {_READ}"
    return (
        "It is not known what the licence of the base model allows. Without one only its owner may hand it "
        "on, changed or not: find out first, or keep this to yourself."
    )


def _terms(licence: str, what: str, changed: str) -> list[str]:
    """Return what a licence forbids or asks."""
    name = named(licence) or _mentioned(licence) or licence.lower()
    words, of = set(re.split(r"[-.]", name)), f"The licence of {what} ({licence})"
    creative = name.startswith("cc-")
    said = []
    if creative and "nd" in words:
        said.append(f"{of} forbids handing on {changed}.")
    if (creative and "nc" in words) or "noncommercial" in words:
        said.append(f"{of} forbids commercial use.")
    if any(part in name for part in _RESEARCH):
        said.append(f"{of} allows research only. {_READ}")
    if (creative and "sa" in words) or name.startswith(_COPYLEFT):
        said.append(f"{of} asks that what is made from it is handed on under the same licence.")
    if name.startswith(_OWN_TERMS) or "openrail" in name:
        said.append(f"{of} has terms of its own: they forbid some uses, and go along with it. {_READ}")
    return said
