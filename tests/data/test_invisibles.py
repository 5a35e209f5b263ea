"""What cannot be seen is found, unless the script or the emoji needs it; look-alikes are told apart."""

import random

import pytest

from studio.data.invisibles import (
    BIDI,
    LOOK_ALIKE,
    SPACES,
    ZERO_WIDTH,
    kinds,
    may_hold_some,
    without_invisibles,
)

PLANTED = [
    ("zero\u200bwidth", ZERO_WIDTH, "zerowidth"),
    ("\ufeffa mark", ZERO_WIDTH, "a mark"),
    ("soft\u00adhyphen", ZERO_WIDTH, "softhyphen"),
    ("a\u200dword and\u200c another", ZERO_WIDTH, "aword and another"),
    ("hidden\U000e0068\U000e0069", ZERO_WIDTH, "hidden"),
    ("bell\x07 and \x1b[31mred", ZERO_WIDTH, "bell and red"),
    ("evil\u202egnp.exe", BIDI, "evilgnp.exe"),
    ("mark\u200f here", BIDI, "mark here"),
    ("שלום \u202etxt", BIDI, "שלום txt"),
    ("Log in to p\u0430yp\u0430l today", LOOK_ALIKE, "Log in to paypal today"),
    ("this is \u0430 test of the letters", LOOK_ALIKE, "this is a test of the letters"),
    ("мoсква большая", LOOK_ALIKE, "москва большая"),
    ("\U0001d407\U0001d41e\U0001d425\U0001d425\U0001d428 you", LOOK_ALIKE, "Hello you"),
    ("hello\u00a0world again", SPACES, "hello world again"),
    ("two \u00a0spaces", SPACES, "two  spaces"),
]


@pytest.mark.parametrize(("text", "kind", "clean"), PLANTED, ids=lambda value: ascii(value))
def test_what_cannot_be_seen_is_found_and_removed(text, kind, clean):
    assert may_hold_some(text)
    assert kinds(text) == [kind]
    assert without_invisibles(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "👩‍👩‍👧 👍🏽 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇩🇪 1️⃣ 🏳️‍🌈 👨🏽‍🚀",
        "می\u200cخواهم بروم",
        "क्\u200dष और क्\u200cष",
        "ශ්\u200dරී ලංකා",
        "ภาษา\u200bไทย",
        "שלום \u200fעולם (\u2067abc\u2069)",
        "葛󠄀城市",
        "C’est vrai\u00a0! «\u00a0oui\u00a0» 20\u00a0% et 5\u00a0km",
        "μm kΩ TNFα α-helix ΔT PPARγ",
        "email'ом и USB-кабель, IPhone",
        "Русский текст and English text",
        "x\ty\nz\r\n",
        "\u4e2d\u6587\u3000\u7a7a\u683c ＡＢＣ",
        "café naïve “quoted”",
        "Ελληνικά και English",
        "𝑥 + 𝑦 = 𝟏",
        "Ukraine’s Київ",
    ],
    ids=ascii,
)
def test_scripts_and_emoji_keep_what_they_need(text):
    assert kinds(text) == []
    assert without_invisibles(text) == text


def test_planted_characters_are_all_found():
    source = random.Random(1)
    words = ["the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog", "and", "goes", "home"]
    for _ in range(400):
        text = " ".join(source.choices(words, k=source.randint(5, 20)))
        at = source.randrange(1, len(text))
        unseen = source.choice("\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u202d\u200e\u2066\x00\x1f")
        planted = text[:at] + unseen + text[at:]
        assert kinds(planted)
        assert without_invisibles(planted) == text


def test_broken_decoding_is_put_right_first():
    """Half of a letter may be a soft hyphen; without it the letter could not be restored."""
    assert kinds("el jardín".encode().decode("latin-1")) == []
