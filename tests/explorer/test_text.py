from __future__ import annotations

import sys

from explorer.text import shortened, visible


def test_visible_leaves_ordinary_text_as_it_is() -> None:
    text = "Café 東京 – naïve\n\tעברית 🙂"

    assert visible(text) == text


def test_visible_shows_what_hides_or_turns_text_around() -> None:
    assert visible("a\x00b\x1b[31m\x7f\u202egpj.exe\u200b\ufeff\u2028\xad\r") == (
        "a␀b␛[31m␡[U+202E]gpj.exe[U+200B][U+FEFF][U+2028][U+00AD]␍"
    )


def test_visible_takes_every_character() -> None:
    assert visible("".join(map(chr, range(sys.maxunicode + 1)))).isprintable() is False  # tab and newline stay
    assert "\u202e" not in visible("".join(map(chr, range(0x3000))))


def test_shortened_counts_the_ellipsis() -> None:
    assert [shortened("abcd", 4), shortened("abcde", 4)] == ["abcd", "abc…"]
