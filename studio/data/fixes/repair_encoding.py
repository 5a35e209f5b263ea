"""Put letters right that were decoded with the wrong encoding: "cafÃ©" becomes "café"."""

from collections.abc import Mapping

from studio.data.fixes.rewriting import Rewriting
from studio.data.mojibake import repaired

TITLE = "Fix mojibake"
ACTION = "Repair the letters"
SUMMARY = "Puts letters right that were read with the wrong encoding; plausible text stays as it is."
NEEDS_PASS = False


def begin(options: Mapping[str, str]) -> Rewriting:
    return Rewriting(repaired)
