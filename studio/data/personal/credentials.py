"""Keys, tokens, passwords and private keys in a text: what opens a door for whoever reads it."""

import math
import re
from collections import Counter
from collections.abc import Iterator

from studio.data.personal.spans import Span

_PRIVATE_KEY = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:(?:[^-]|-(?!----))*-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
    r"|(?:\s+[A-Za-z0-9+/=]{16,})*)"  # cut off: the lines that look like a key
)
_MARKS = (
    "sk-", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "AKIA", "ASIA", "xox", "AIza", "hf_",
    "_live_", "_test_", "glpat-", "npm_", "pypi-", "SG.", "eyJ", ":AA",
)  # fmt: skip
"""A text without any of these holds no token of a well-known shape."""

_TOKEN = re.compile(
    r"(?<![A-Za-z0-9_])(?:"
    r"sk-(?:[A-Za-z0-9]{1,12}-)*[A-Za-z0-9_-]{20,}"
    r"|gh[pousr]_[A-Za-z0-9]{30,}"
    r"|github_pat_[A-Za-z0-9_]{22,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}"
    r"|AIza[A-Za-z0-9_-]{35}"
    r"|hf_[A-Za-z0-9]{30,}"
    r"|[sprk]k_(?:live|test)_[A-Za-z0-9]{16,}"
    r"|glpat-[A-Za-z0-9_-]{20,}"
    r"|npm_[A-Za-z0-9]{36}"
    r"|pypi-[A-Za-z0-9_-]{50,}"
    r"|SG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{40,46}"
    r"|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"
    r"|\d{8,10}:AA[A-Za-z0-9_-]{33}"
    r")"
)
"""Shapes as published by OpenAI, Anthropic, GitHub, AWS, Slack, Google, Hugging Face, Stripe, GitLab, npm,
PyPI, SendGrid, RFC 7519 (JSON web tokens) and Telegram."""

_NAMED = re.compile(
    r"(?:key|secret|token|passw(?:or)?d|passwort|pwd)[\"']?(?: is|\s?[:=])\s?[\"']?"
    r"([^\s\"'`,;<>()\[\]{}$]{8,128})(?![^\s\"'`,;.])",
    re.IGNORECASE,
)
"""Something given the name of a secret: `API_KEY=...`, `"password": "..."`."""

_NAME_MARKS = ("key", "KEY", "Key", "ecret", "ECRET", "oken", "OKEN", "assw", "ASSW", "pwd", "PWD")


def may_hold_keys(text: str) -> bool:
    return any(mark in text for mark in _MARKS) or any(mark in text for mark in _NAME_MARKS)


def private_keys(text: str, context: str) -> Iterator[Span]:
    if "PRIVATE KEY" in text:
        for match in _PRIVATE_KEY.finditer(text):
            yield Span(*match.span(), "private_key", match[0])


def tokens(text: str, context: str) -> Iterator[Span]:
    if any(mark in text for mark in _MARKS):
        for match in _TOKEN.finditer(text):
            if _bits(match[0]) >= 2.5:
                yield Span(*match.span(), "api_key", match[0])


def named_secrets(text: str, context: str) -> Iterator[Span]:
    if ("=" in text or ":" in text or " is " in text) and any(mark in text for mark in _NAME_MARKS):
        for match in _NAMED.finditer(text):
            if _looks_random(match[1]):
                yield Span(*match.span(1), "api_key", match[1])


def _looks_random(value: str) -> bool:
    """Tell a secret from a name, a path or a number that stands in its place."""
    letters = any(letter.isalpha() for letter in value)
    digits = any(letter.isdigit() for letter in value)
    is_place = value.startswith("/") or "://" in value
    return letters and digits and not is_place and _bits(value) >= 2.5


def _bits(value: str) -> float:
    """Return the Shannon entropy of a text in bits for each character."""
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
