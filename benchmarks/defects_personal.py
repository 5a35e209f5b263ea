"""Personal data as people write it, with the check digits it needs, and numbers that only look like it."""

import random
import string
import uuid
from collections.abc import Callable, Sequence
from itertools import pairwise

import phonenumbers
from stdnum import luhn
from stdnum.be import nn
from stdnum.br import cpf
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.iso7064 import mod_97_10
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.pt import nif
from stdnum.se import personnummer

from benchmarks.defects_sets import Cells


def digits(source: random.Random, count: int) -> str:
    return "".join(source.choices(string.digits, k=count))


def solved(source: random.Random, is_valid: Callable[[str], bool], *pieces: int | str) -> str:
    """Draw numbers of a pattern ("20" fixed, 6 drawn) until one passes its country's own check."""
    while True:
        number = "".join(digits(source, piece) if isinstance(piece, int) else piece for piece in pieces)
        if is_valid(number):
            return number


BRANDS = [("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("37", 15), ("6011", 16)]


def card(source: random.Random) -> str:
    beginning, length = source.choice(BRANDS)
    number = beginning + digits(source, length - 1 - len(beginning))
    number += luhn.calc_check_digit(number)
    if length == 15:
        return source.choice([number, f"{number[:4]} {number[4:10]} {number[10:]}"])
    between = source.choice(["", " ", "-"])
    return between.join(number[at : at + 4] for at in range(0, 16, 4))


def iban(source: random.Random) -> str:
    country, account = source.choice(
        [("DE", digits(source, 18)), ("AT", digits(source, 16)), ("PL", digits(source, 24)),
         ("GB", "NWBK" + digits(source, 14)), ("CH", digits(source, 17)), ("DK", digits(source, 14))]
    )  # fmt: skip
    check = mod_97_10.calc_check_digits(account + country)
    number = country + check + account
    return source.choice([number, " ".join(number[at : at + 4] for at in range(0, len(number), 4))])


def italian(source: random.Random) -> str:
    letters = "".join(source.choices("BCDFGLMNPRST", k=6))
    start = f"{letters}{source.randint(50, 99)}{source.choice('ABCDEHLMPRST')}{source.randint(10, 28)}H501"
    return start + codicefiscale.calc_check_digit(start)


def french(source: random.Random) -> str:
    born = f"{source.randint(50, 99)}{source.randint(1, 12):02}"
    start = f"{source.randint(1, 2)}{born}{source.randint(1, 95):02}{digits(source, 6)}"
    number = start + nir.calc_check_digits(start)
    cut = (0, 1, 3, 5, 7, 10, 13, 15)
    spaced = " ".join(number[a:b] for a, b in pairwise(cut))
    return source.choice([number, spaced])


def german(source: random.Random) -> str:
    """Return a tax id: of its first ten digits one stands twice, and never a zero in front."""
    chosen = source.sample("123456789", 8) + source.sample("0", 1)
    repeated = [*chosen, source.choice(chosen[:8])]
    while repeated[0] == "0" or not idnr.is_valid("".join(repeated) + "0"):
        source.shuffle(repeated)
    return "".join(repeated) + "0"


def swedish(source: random.Random) -> str:
    year, month, day = source.randint(50, 99), source.randint(1, 12), source.randint(1, 28)
    return solved(source, personnummer.is_valid, f"{year}{month:02}{day:02}-", 4)


def belgian(source: random.Random) -> str:
    year, month, day = source.randint(50, 99), source.randint(1, 12), source.randint(1, 28)
    return nn.format(solved(source, nn.is_valid, f"{year}{month:02}{day:02}", 5))


NATIONAL_IDS: dict[str, Callable[[random.Random], str]] = {
    "SSN": lambda source: (
        f"{source.randint(1, 665):03}-{source.randint(1, 99):02}-{source.randint(1, 9999):04}"
    ),
    "NHS number": lambda source: nhs.format(solved(source, nhs.is_valid, 10)),
    "Steuer-ID": german,
    "numéro de sécurité sociale": french,
    "DNI": lambda source: (number := digits(source, 8)) + dni.calc_check_digit(number),
    "NIE": lambda source: (number := "X" + digits(source, 7)) + nie.calc_check_digit(number),
    "codice fiscale": italian,
    "BSN": lambda source: solved(source, bsn.is_valid, 9),
    "PESEL": lambda source: solved(source, pesel.is_valid, "85", "03", "1", 6),
    "personnummer": swedish,
    "rijksregisternummer": belgian,
    "NIF": lambda source: solved(source, nif.is_valid, "2", 8),
    "CPF": lambda source: cpf.format(solved(source, cpf.is_valid, 11)),
}
SENTENCES = (
    "My {name} is {value}.",
    "{name}: {value}",
    "Please note the {name} {value} in our files, thank you",
)


REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "PL", "SE", "PT", "BR", "JP", "IN", "AU", "CH", "AT")
FORMATS = phonenumbers.PhoneNumberFormat


def phone(source: random.Random) -> tuple[str, str]:
    """Return a number that exists, written as people do, and the word that stands before it."""
    region = source.choice(REGIONS)
    kind = source.choice([phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE])
    example = phonenumbers.example_number_for_type(region, kind)
    national = str(example.national_number)
    while True:
        number = phonenumbers.PhoneNumber(example.country_code, int(national[:-4] + digits(source, 4)))
        number.italian_leading_zero = example.italian_leading_zero
        if phonenumbers.is_valid_number(number):
            break
    form = source.choice([FORMATS.E164, FORMATS.INTERNATIONAL, FORMATS.NATIONAL])
    written = phonenumbers.format_number(number, form)
    return written, source.choice(["Phone", "mobile number", "Call me at", "Tel."])


def lookalike(source: random.Random) -> str:
    """Return a text with a number that is nobody's: of an order, a book, a version, a day, a hash."""
    day = f"{source.randint(1950, 2030)}-{source.randint(1, 12):02}-{source.randint(1, 28):02}"
    german_day = ".".join(reversed(day.split("-")))
    isbn = f"978-{source.randint(0, 9)}-{digits(source, 2)}-{digits(source, 6)}-{digits(source, 1)}"
    old_isbn = (
        f"{source.randint(0, 9)}-{digits(source, 3)}-{digits(source, 5)}-{source.choice('0123456789X')}"
    )
    version = ".".join(str(source.randint(0, 15)) for _ in range(source.randint(2, 4)))
    return source.choice(
        [
            f"Order {digits(source, 3)}-{digits(source, 7)}-{digits(source, 7)} was shipped.",
            f"Your order number is {digits(source, source.randint(7, 16))}.",
            f"order #{digits(source, 4)}-{digits(source, 4)}-{digits(source, 4)}",
            f"Invoice INV-{digits(source, 4)}-{digits(source, 6)} is due on {day}.",
            f"Upgrade to version {version} today.",
            f"It runs v{version} of the tool.",
            f"ISBN {isbn}",
            f"The book ({old_isbn}) is out of print.",
            f"It happened on {day} at {source.randint(10, 23)}:{source.randint(10, 59)}:59.",
            f"Am {german_day} um 10 Uhr, und am {german_day.replace('.', '/')} wieder.",
            f"The record {uuid.UUID(int=source.getrandbits(128), version=4)} is locked.",
            f"commit {source.getrandbits(160):040x}",
            f"md5 {source.getrandbits(128):032x} of the file",
            f"It takes {digits(source, 10)} steps, about {digits(source, 3)},{digits(source, 3)}.",
            f"Timestamp {source.randint(10**9, 2 * 10**9)}{source.choice(['', '000', '.123'])} is logged.",
            f"pi is 3.{digits(source, 12)} and so on",
            f"The parcel with tracking number {digits(source, source.choice([10, 12, 14, 20]))} is late.",
            f"between {source.randint(1900, 1990)}-{source.randint(1991, 2024)}, page 12-999",
            f"Section {'.'.join(str(source.randint(1, 30)) for _ in range(4))} says so.",
            f"SKU {digits(source, 8)}{source.choice(string.ascii_uppercase)} is sold out.",
        ]
    )  # fmt: skip


_LETTERS = string.ascii_letters + string.digits
_NAMES = ("anna.berg", "j_smith", "marie-claire", "o.tanaka+news", "L.Fischer", "pedro99")
_HOSTS = ("example.org", "mail.example.co.uk", "uni-beispiel.de", "kontor.example.com", "posta.example.it")


def letters(source: random.Random, count: int) -> str:
    return "".join(source.choices(_LETTERS, k=count))


def email(source: random.Random) -> str:
    return f"{source.choice(_NAMES)}@{source.choice(_HOSTS)}"


def ip(source: random.Random) -> str:
    """Return an address that is somebody's: none of a home, none that everybody has."""
    four = ".".join(str(source.randint(*range_)) for range_ in ((24, 99), (1, 254), (1, 254), (1, 254)))
    groups = [f"{source.randrange(4096, 65536):x}" for _ in range(3)]
    six = f"2a02:{groups[0]}:{groups[1]}::{groups[2]}"
    return source.choice((four, four, six))


def api_key(source: random.Random) -> str:
    return source.choice(
        (f"sk-proj-{letters(source, 32)}", f"ghp_{letters(source, 36)}", f"hf_{letters(source, 34)}",
         f"AKIA{''.join(source.choices(string.ascii_uppercase + string.digits, k=16))}",
         f"xoxb-{digits(source, 12)}-{letters(source, 24)}", f"AIza{letters(source, 35)}",
         f"API_KEY={letters(source, 18)}7a", f'"password": "{letters(source, 10)}4x"')
    )  # fmt: skip


def private_key(source: random.Random) -> str:
    kind = source.choice(("RSA ", "EC ", "OPENSSH ", ""))
    lines = "\n".join(letters(source, 64) for _ in range(3))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{lines}\n-----END {kind}PRIVATE KEY-----"


def _phone_said(source: random.Random) -> str:
    written, word = phone(source)
    return f"{word}: {written}, any time."


def _national_id_said(source: random.Random) -> str:
    name, draw = source.choice(list(NATIONAL_IDS.items()))
    return source.choice(SENTENCES).format(name=name, value=draw(source))


SAID: dict[str, Callable[[random.Random], str]] = {
    "email": lambda source: f"Write to {email(source)}, please.",
    "phone": _phone_said,
    "card": lambda source: f"The number of the thing is {card(source)}.",
    "iban": lambda source: f"account {iban(source)}, thank you",
    "national_id": _national_id_said,
    "ip": lambda source: f"The login came from {ip(source)} at noon.",
    "api_key": lambda source: f"It answers to {api_key(source)} only.",
    "private_key": lambda source: f"This is it:\n{private_key(source)}\nKeep it.",
}
"""A sentence with personal data, by kind."""


def told(kind: str) -> Callable[[random.Random, Cells, Sequence[Cells]], Cells]:
    """Return the change that ends a row's answer with a sentence that holds personal data of a kind."""

    def change(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells:
        return cells | {"answer": f"{cells['answer']}\n{SAID[kind](source)}"}

    return change


def lookalike_rows(rows: Sequence[Cells], count: int) -> list[Cells]:
    """Return rows whose answers end with a number that is nobody's."""
    source = random.Random(4)
    return [
        cells | {"answer": f"{cells['answer']}\n{lookalike(source)}"}
        for cells in source.choices(rows, k=count)
    ]
