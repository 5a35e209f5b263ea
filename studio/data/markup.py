"""HTML left over in prose: tags and entities, told from code, from text about HTML, and from `a < b`."""

import html
import re
from collections.abc import Iterator
from itertools import chain

_VOID = "br|hr|img|wbr|input|iframe|embed|meta"
_PLAIN = "div|span|li|ul|ol|td|tr|th|table|tbody|thead|strong|em|blockquote|font|center|h[1-6]|p|script|style"
"""Tags that are nothing else. Others (`<title>`, `<b>`) may be a placeholder or a type: they count with an
attribute, or with their closing tag in the same text."""

_OTHER = (
    "a|abbr|acronym|address|article|aside|b|big|body|button|caption|cite|code|col|dd|del|details|dfn|dl|dt|"
    "fieldset|figcaption|figure|footer|form|head|header|html|i|ins|kbd|label|legend|link|main|mark|nav|"
    "noscript|option|pre|q|s|samp|section|select|small|strike|sub|summary|sup|svg|textarea|time|title|tt|u|var|"
    "video"
)
_ATTRIBUTES = r"(?:\s+[A-Za-z_:@][\w:.-]*(?:\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>=]+))?){0,30}"
_TAG = re.compile(
    rf"<(?P<close>/?)(?P<name>{_VOID}|{_PLAIN}|{_OTHER})(?P<attributes>{_ATTRIBUTES})\s*/?>"
    r"|<!doctype[^>]{0,200}>",
    re.IGNORECASE,
)
_UNSEEN = {
    end: re.compile(f"{start}.*?{end}", re.IGNORECASE | re.DOTALL)
    for start, end in (
        (r"<script\b[^>]{0,300}>", r"</script\s{0,9}>"),
        (r"<style\b[^>]{0,300}>", r"</style\s{0,9}>"),
        ("<!--", "-->"),
    )
}
"""By its end: what a browser shows nothing of."""

_ENTITY = re.compile(
    r"&(?:amp;)*(?:nbsp|amp|lt|gt|quot|apos|[lrsb]dquo|[lrs]?squo|[lr]aquo|[nm]dash|hellip|bull|middot|copy|reg|trade|"
    r"euro|pound|yen|cent|sect|para|deg|plusmn|frac[134]{2}|times|divide|szlig|iexcl|iquest|shy|zwn?j|e[nm]sp|"
    r"thinsp|[A-Za-z](?:acute|grave|circ|uml|tilde|cedil|ring|slash|caron)|[Aa][Ee]lig|[Oo][Ee]lig|"
    r"#\d{2,6}|#[xX][0-9A-Fa-f]{2,5});"
)
_CODE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|``[^`]+``|`[^`\n]+`", re.DOTALL)
_ABOUT = re.compile(
    r"\b(?:x?html5?|xml|css|jsx|tsx|svg|markup|beautifulsoup|xss|rss|markdown)\b", re.IGNORECASE
)
_NAMED_TAG = re.compile(r"\btags?\b[^.!?\n]{0,12}<|>[\s`'\"]{0,2}(?:tags?|elements?)\b", re.IGNORECASE)
_PROGRAM = re.compile(
    r"^[ \t]*(?:import \w|from [\w.]+ import|def \w+\(|class \w+ ?[:({]|function \w*\(|"
    r"(?:const|let|var) \w+ ?=|public (?:class|static)|#include|using [\w.]+;|<\?php)",
    re.MULTILINE,
)
_LINE_ENDS = re.compile(r"br|hr|p|div|li|ul|ol|tr|table|h[1-6]|blockquote|pre|section|article|dt|dd|title")
_TOO_MANY_LINES = re.compile(r"\n\s*\n\s*")
_ROUNDS = 20
"""What is taken out can leave a tag behind (`<<b>b>`). Nobody nests deeper without meaning to."""

_COUNTS_ALONE = re.compile(f"{_VOID}|{_PLAIN}")


def is_about_markup(text: str) -> bool:
    """Return whether the text speaks of markup or is code: what looks like a remnant is then its subject."""
    if _NAMED_TAG.search(text) or _PROGRAM.search(text):
        return True
    return _ABOUT.search(_TAG.sub(" ", text)) is not None


def has_remnants(text: str) -> bool:
    return next(_remnants(text), None) is not None


def without_remnants(text: str) -> str:
    """Return the text without tags, entities as the characters they stand for."""
    plain = text
    for _ in range(_ROUNDS):
        changes = list(_remnants(plain))
        if not changes:
            break
        pieces, at = [], 0
        for start, end, new in changes:
            pieces += [plain[at:start], new]
            at = end
        plain = _TOO_MANY_LINES.sub("\n\n", "".join([*pieces, plain[at:]])).strip()
    return plain


def _remnants(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, what belongs there) in the order of the text, none overlapping."""
    if "<" not in text and "&" not in text:
        return
    # Code gives way to as many signs that mean nothing, so that every place in the text stays where it is.
    text = _CODE.sub(lambda match: "\0" * len(match[0]), text) if "`" in text or "~~~" in text else text
    end = 0
    for match in sorted(chain(_unseen(text), _tags(text), _ENTITY.finditer(text)), key=_place):
        if match.start() >= end:
            end = match.end()
            yield match.start(), end, _written_plainly(match)


def _place(match: re.Match[str]) -> tuple[int, int]:
    return match.start(), -match.end()


def _unseen(text: str) -> Iterator[re.Match[str]]:
    for end, pattern in _UNSEEN.items():
        # Behind the last end nothing begins; in a text of many beginnings looking there takes long.
        last = max((match.end() for match in re.finditer(end, text, re.IGNORECASE)), default=0)
        yield from pattern.finditer(text, 0, last)


def _tags(text: str) -> Iterator[re.Match[str]]:
    found = list(_TAG.finditer(text))
    closed = {match["name"].lower() for match in found if match["close"]}
    opened = {match["name"].lower() for match in found if match["name"] and not match["close"]}
    for match in found:
        name = (match["name"] or "").lower()
        counts = not name or _COUNTS_ALONE.fullmatch(name) or "=" in match["attributes"]
        if not _is_quoted(match) and (counts or (name in closed and name in opened)):
            yield match


def _is_quoted(match: re.Match[str]) -> bool:
    """Return whether the tag is a string of its own, as in code: `"<br>"`."""
    around = (
        match.string[max(0, match.start() - 1) : match.start()],
        match.string[match.end() : match.end() + 1],
    )
    return around[0] == around[1] and around[0] in ("'", '"')


def _written_plainly(match: re.Match[str]) -> str:
    if match[0].startswith("&"):
        once = "&" + match[0][1:].rsplit(";", 2)[-2] + ";"  # `&amp;amp;lt;` was escaped three times
        return html.unescape(once).replace("\u00a0", " ")
    name = (match.groupdict().get("name") or "").lower()
    return "\n" if name and _LINE_ENDS.fullmatch(name) else ""
