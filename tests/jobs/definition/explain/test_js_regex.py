"""JavaScript's expressions in Python; every expectation is what node 20 gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.definition.explain.js_regex import JavaScriptError, NotTried, compiled


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("a$", "a\n", None),
        ("^b", "a\nb", None),
        (".+", "a\u2028b", ["a"]),
        (r"\d+", "٣7", ["7"]),
        (r"\w+", "é_a", ["_a"]),
        (r"\s", "a\ufeffb", ["\ufeff"]),
        (r"[\s]", "a\u00a0b", ["\u00a0"]),
        (r"[^\S]", "a b", [" "]),
        ("[^]+", "a\nb", ["a\nb"]),
        ("[]", "a", None),
        ("[[a]", "[", ["["]),
        (r"[\d-x]+", "1-x", ["1-x"]),
        (r"[\b]", "a\bb", ["\b"]),
        ("a{,2}", "a{,2}", ["a{,2}"]),
        ("a{e<=1}", "a{e<=1}", ["a{e<=1}"]),
        ("x{", "x{", ["x{"]),
        ("a{1}?", "aa", ["a"]),
        (r"(a)|\1b", "b", ["b", None]),
        (r"(?:(a)|b)\1", "b", ["b", None]),
        (r"\1(a)", "aa", ["a", "a"]),
        (r"\k<n>(?<n>a)\k<n>", "aa", ["aa", "a"]),
        (r"\k", "k", ["k"]),
        (r"\12", "\n", ["\n"]),
        (r"\8", "8", ["8"]),
        (r"\x41\u0042\cJ", "AB\n", ["AB\n"]),
        (r"\xz\u00", "xzu00", ["xzu00"]),
        (r"\c", "\\c", ["\\c"]),
        (r"\ud83d\ude00", "😀", ["😀"]),
        (r"\p{L}", "p{L}", ["p{L}"]),
        (r"\A\Z", "AZ", ["AZ"]),
        ("(?=a)*b", "b", ["b"]),
        ("(?<=A:  \\[\\/INST\\]  )(.*)(?=',)", "A:  [/INST]  sky',", ["sky", "sky"]),
        ("", "a", [""]),
    ],
)
def test_compiled_matches_as_javascript(source: str, text: str, expected: list[str | None] | None) -> None:
    found = compiled(source).search(text)
    assert (None if found is None else [found[0], *found.groups()]) == expected


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("\\", "\\ at end of pattern"),
        ("a**", "Nothing to repeat"),
        ("a*+", "Nothing to repeat"),
        ("^*", "Nothing to repeat"),
        (r"\b+", "Nothing to repeat"),
        ("{2}", "Nothing to repeat"),
        ("(?<=a)*", "Invalid quantifier"),
        ("(", "Unterminated group"),
        (")", "Unmatched ')'"),
        ("[a", "Unterminated character class"),
        ("[z-a]", "Range out of order in character class"),
        ("a{2,1}", "numbers out of order in {} quantifier"),
        ("(?P<n>a)", "Invalid group"),
        ("(?#a)", "Invalid group"),
        ("(?<1>a)", "Invalid capture group name"),
        ("(?<n>a)(?<n>b)", "Duplicate capture group name"),
        (r"(?<n>a)\k", "Invalid named reference"),
        (r"(?<n>a)\k<m>", "Invalid named capture referenced"),
    ],
)
def test_compiled_refuses_as_javascript(source: str, reason: str) -> None:
    with pytest.raises(JavaScriptError) as caught:
        compiled(source)
    assert str(caught.value) == reason


@given(st.text(alphabet="ab01\\dwsbBkxu<>n()[]{}*+?|^$.-,:=!P", max_size=20), st.text(alphabet="ab01 \n{}", max_size=8))
def test_compiled_any_source_is_an_expression_or_refused(source: str, text: str) -> None:
    try:
        pattern = compiled(source)
    except (JavaScriptError, NotTried):
        return
    found = pattern.search(text, timeout=5)
    assert found is None or found[0] in text
