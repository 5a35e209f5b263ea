"""Numbers by which states know their people, each with the check that its own country set."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from stdnum.be import nn
from stdnum.br import cpf
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.pt import nif
from stdnum.se import personnummer
from stdnum.us import ssn

from studio.data.personal.spans import SERIAL, Span, around, before


class Number(NamedTuple):
    """`shape` alone is proof enough with the check, `digits` only where a word of `named` stands near."""

    shape: re.Pattern[str] | None
    digits: re.Pattern[str] | None
    named: re.Pattern[str]
    is_valid: Callable[[str], bool]


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})", re.IGNORECASE)


def _named(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})", re.IGNORECASE)


NUMBERS = (
    Number(_whole(r"\d{3}-\d{2}-\d{4}"), _whole(r"\d{9}|\d{3} \d{2} \d{4}"),
           _named(r"ssn|social security"), ssn.is_valid),
    Number(None, _whole(r"\d{3}[ -]?\d{3}[ -]?\d{4}"),
           _named(r"nhs|national health"), nhs.is_valid),
    Number(None, _whole(r"\d{2} ?\d{3} ?\d{3} ?\d{3}"),
           _named(r"steuer|idnr|id-nr|tax id|tin\b|identifikationsnummer"), idnr.is_valid),
    Number(_whole(r"[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d"), None,
           _named(r"nir\b|s[eé]curit[eé] sociale|insee"), nir.is_valid),
    Number(_whole(r"\d{8}[ -]?[A-Z]"), None, _named(r"dni|nif"), dni.is_valid),
    Number(_whole(r"[XYZ][ -]?\d{7}[ -]?[A-Z]"), None, _named(r"nie\b"), nie.is_valid),
    Number(_whole(r"[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]"), None,
           _named(r"codice fiscale"), codicefiscale.is_valid),
    Number(None, _whole(r"\d{8,9}|\d{4}[. ]\d{2}[. ]\d{3}"),
           _named(r"bsn|burgerservice|sofi"), bsn.is_valid),
    Number(None, _whole(r"\d{11}"), _named(r"pesel"), pesel.is_valid),
    Number(_whole(r"(?:\d\d)?\d{6}[-+]\d{4}"), _whole(r"\d{10}|\d{12}"),
           _named(r"personnummer|personal identity|swedish"), personnummer.is_valid),
    Number(_whole(r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d"), _whole(r"\d{11}|\d{6}[ -]\d{3}[ .-]?\d\d"),
           _named(r"rijksregister|nationa(?:al|l) n|niss\b|insz|registre national|belgian"), nn.is_valid),
    Number(None, _whole(r"\d{3} ?\d{3} ?\d{3}"), _named(r"nif\b|contribuinte|fiscal"), nif.is_valid),
    Number(_whole(r"\d{3}\.\d{3}\.\d{3}-\d\d"), _whole(r"\d{11}"),
           _named(r"cpf\b|cadastro"), cpf.is_valid),
)  # fmt: skip
"""United States, United Kingdom (health), Germany (tax), France, Spain (own and foreign people), Italy,
Netherlands, Poland, Sweden, Belgium, Portugal (tax), Brazil."""

_CANDIDATE = re.compile(
    r"(?<![\w#/-])(?<!\d\.)(?:"
    r"[A-Za-z]{6}\d\d[A-Za-z]\d\d[A-Za-z]\d{3}[A-Za-z]"
    r"|[XYZ][ -]?\d{7}[ -]?[A-Z]|\d{8}[ -]?[A-Z]"
    r"|[12] ?\d\d ?\d\d ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d"
    r"|\d{3}-\d\d-\d{4}|\d\d\.\d\d\.\d\d-\d{3}\.\d\d|\d{6}(?:\d\d)?[-+]\d{4}|\d{3}\.\d{3}\.\d{3}-\d\d"
    r"|\d{2} ?\d{3} ?\d{3} ?\d{3}|\d{3}[ -]?\d{3}[ -]?\d{4}|\d{3} ?\d{3} ?\d{3}|\d{3} \d\d \d{4}"
    r"|\d{4}[. ]\d\d[. ]\d{3}|\d{6}[ -]\d{3}[ .-]?\d\d|\d{8,12}"
    r")(?![\w/]|[.-]\d)"
)


def national_ids(text: str, context: str) -> Iterator[Span]:
    for match in _CANDIDATE.finditer(text):
        near = around(text, *match.span(), context)
        counts_things = SERIAL.search(before(text, match.start(), context))
        if any(_is(number, match[0], near, bool(counts_things)) for number in NUMBERS):
            yield Span(*match.span(), "national_id", re.sub(r"\W", "", match[0]).upper())


def _is(number: Number, written: str, near: str, counts_things: bool) -> bool:
    """Return whether the text can be this number: by shape alone unless a word says otherwise, or by name."""
    by_shape = number.shape is not None and number.shape.fullmatch(written) is not None
    by_digits = number.digits is not None and number.digits.fullmatch(written) is not None
    if not (by_shape or by_digits) or not number.is_valid(written):
        return False
    return (by_shape and not counts_things) or number.named.search(near) is not None
