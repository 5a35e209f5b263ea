"""E-mail and IP addresses in a text."""

import ipaddress
import re
from collections.abc import Iterator

from studio.data.personal.spans import Span, around, before

_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.)+[A-Za-z]{2,24}(?![\w@])")
_NO_ADDRESS = re.compile(r"^git@|\.(?:png|jpe?g|gif|svg|webp|css|js|py|json|html?|txt)$", re.IGNORECASE)
"""`git@host` is everybody's, and `logo@2x.png` is a file."""

_IP4 = re.compile(r"(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)")
_IP6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:{1,2}){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
_IP_WORD = re.compile(
    r"\b(?:ip|ipv4|address|adresse|host|server|ping|dns|subnet|gateway|network|router|login|logged|from|"
    r"client|firewall|ssh)\b",
    re.IGNORECASE,
)
_EVERY_HOME = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
_VERSION_WORD = re.compile(
    r"\b(?:version|ver|release|firmware|build|driver|update[ds]?|upgrade[ds]?|patch|section|chapter|"
    r"clause|kernel|software|oid|sdk|python|java|chrome|windows)\b[\s:]*(?:\w+\s+)?(?:to\s+)?v?$|\bv\.?\s?$",
    re.IGNORECASE,
)


def emails(text: str, context: str) -> Iterator[Span]:
    if "@" not in text:
        return
    for match in _EMAIL.finditer(text):
        if not _NO_ADDRESS.search(match[0]):
            yield Span(*match.span(), "email", match[0].lower())


def ip_addresses(text: str, context: str) -> Iterator[Span]:
    """Find addresses of machines; masks, one's own (127.0.0.1) and those of every home are nobody's."""
    if text.count(".") >= 3:
        for match in _IP4.finditer(text):
            if _is_of_somebody(match[0]) and _is_no_version(match, context):
                yield Span(*match.span(), "ip", match[0])
    if text.count(":") >= 3:
        for match in _IP6.finditer(text):
            written = match[0].strip()
            if any(letter.isdigit() for letter in written) and _is_of_somebody(written):
                yield Span(*match.span(), "ip", written.lower())


def _is_of_somebody(written: str) -> bool:
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return False
    if written.startswith(("0.", "255.")) or any(address in network for network in _EVERY_HOME):
        return False
    return not (address.is_loopback or address.is_unspecified or address.is_multicast)


def _is_no_version(match: re.Match[str], context: str) -> bool:
    """Four small numbers are a version or a chapter, unless a word says that they are an address."""
    if _VERSION_WORD.search(before(match.string, match.start(), context)):
        return False
    near = around(match.string, *match.span(), context)
    large = sum(int(part) > 19 for part in match[0].split("."))
    return large >= 2 or _IP_WORD.search(near) is not None
