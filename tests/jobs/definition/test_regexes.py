"""What is told about regular expressions of results."""

from __future__ import annotations

import time

import pytest

from jobs.definition.regexes import judge


@pytest.mark.parametrize(
    "source",
    [
        r"(a+)+b", r"(a*)*b", r"(a|a)*b", r"(\w+\s?)*$", r"^(\d+)+$", r"(.*)*x", r"([a-z]+)*@", r"(\w|\d)+!",
        r"(a?b?)*c",
        r"(a{1,50}){1,50}b", r"(x+x+)+y", r"([^,]+,?)*z", r"(\s*\S+\s*)*end", r"(?=(a+)+b)c", r"(?:a|b|ab)*c",
        r"(\d+,?)+;", r"((((a*)*)*)*)*b", r"(?:[a-f]+|[0-9e]+)*;", r"x(?:a+)*?y", r"(?:(?:ab)+|a|b)*c",
    ],
)  # fmt: skip
def test_expressions_that_read_a_text_in_many_ways_can_hang(source: str) -> None:
    assert judge(source).hangs


@pytest.mark.parametrize(
    "source",
    [
        r"(a+)+", r"x(a+)+", r"(a+)+b?", r"(a|b)*c", r"(?:ab|cd)+x", r"([^,]*,)*z", r"Device [0-9].+?(?=,)",
        r"(?<=A:  \[\/INST\]  )(.*)(?=',)",
        r"^(?:[^\"\\]|\\.)*\"$", r"average_tokens_per_second: ([0-9.]+)", r"saved (/output/\S+)", r"(a{2}){2,5}b",
        r"(\w+\s)*$", r"(?:(?!-->).)*-->", r"(?<year>\d{4})-(?<month>\d\d)", r"([a-z]+[0-9])*;",
        r"(a)\1*b", r"\d+(?:\.\d+)?",
    ],
)  # fmt: skip
def test_expressions_that_read_a_text_in_one_way_do_not(source: str) -> None:
    judgement = judge(source)
    assert (judgement.refusal, judgement.hangs) == (None, False)


def test_slowness_that_grows_with_a_power_is_not_told() -> None:
    assert not judge(r".*.*.*x").hangs


@pytest.mark.parametrize(
    "source", ["(?i)a", "a++", "(?P<a>b)", "(", ")", "[b-a]", "\\", "a{2,1}", "*a", "(?<=a)*", "[a"]
)
def test_expressions_that_javascript_refuses_are_told(source: str) -> None:
    assert judge(source).refusal


@pytest.mark.parametrize(
    ("source", "is_empty", "spans"),
    [
        ("a*", True, False), ("", True, False), ("(?:foo)?", True, False), (".*", False, False), ("(.*)", False, False),
        ("a*b", False, False), ("(?<=a).*", False, False), ("[\\s\\S]*", False, False), ("a\\nb", False, True),
        ("a\\n", False, False), ("a\\n$", False, False), ("(a\\n)(.+)", False, True), ("a[\\n]b?", False, False),
    ],
)  # fmt: skip
def test_expressions_that_find_little_are_told(source: str, is_empty: bool, spans: bool) -> None:
    judgement = judge(source)
    assert (judgement.may_be_empty, judgement.spans_lines) == (is_empty, spans)


@pytest.mark.parametrize("piece", ["(a|b", "(a*", "(", "[a-z]*", "(?:a?", "a{1,9}", "|", "(\\w|\\d|[a-f]"])
def test_large_expressions_are_judged_in_time(piece: str) -> None:
    before = time.process_time()
    judge(piece * 300)
    judge(piece * 40 + ")" * 40 * piece.count("(") + "*x")
    assert time.process_time() - before < 2
