"""Pieces of pages that are written in Python: a stranger's text is escaped in each."""

from __future__ import annotations

import pytest

from markets.caches import CacheRow
from markets.facts import Fact
from markets.templatetags.cells import fact_items
from markets.templatetags.nodecache import cache_rows
from tests.jobs.factories import NOON

EVIL = "<script>&'\"\u202e"
SAFE = "&lt;script&gt;&amp;&#x27;&quot;[U+202E]"


@pytest.mark.parametrize(
    ("fact", "shown"),
    [
        (Fact("RAM", "24", "GB"), '<dd><span class="num">24 <span class="unit">GB</span></span></dd>'),
        (Fact("RAM", "–", "GB"), '<dd><span class="num">– </span></dd>'),
        (Fact("CPU", EVIL), f'<dd><bdi class="text">{SAFE}</bdi></dd>'),
        (
            Fact("CPU", "x", "", (("host <i>", EVIL),)),
            '<dd><bdi class="text">x</bdi><span class="sub">host &lt;i&gt;: '
            f'<bdi class="text">{SAFE}</bdi></span></dd>',
        ),
        (Fact("A & B", "<1", "<s>"), '<dd><span class="num">&lt;1 <span class="unit">&lt;s&gt;</span></span></dd>'),
    ],
)
def test_fact_says_its_unit_and_what_others_say(fact: Fact, shown: str) -> None:
    assert fact_items([fact]) == f"<div><dt>{fact.label.replace('&', '&amp;')}</dt>{shown}</div>"


@pytest.mark.parametrize(
    "row",
    [
        CacheRow(EVIL, EVIL, used_at=NOON),
        CacheRow("", EVIL, reported_at=NOON),
        CacheRow("Image", EVIL, is_required=True),
        CacheRow("Image", f"docker.io/{EVIL}:1", reported_at=NOON),
    ],
)
def test_what_a_node_holds_is_escaped(row: CacheRow) -> None:
    written = cache_rows([row])

    assert "<script>" not in written
    assert SAFE in written
    assert written.count("<tr>") == written.count("</tr>") == 1
    assert 'title="' in written
    assert EVIL not in written


def test_what_only_its_node_names_is_no_link() -> None:
    required, reported = CacheRow("S3", "b/k", is_required=True), CacheRow("", "b/k", reported_at=NOON)

    assert '<a href="/resources/' in cache_rows([required])
    assert "<a " not in cache_rows([reported])
    assert ">no end<" in cache_rows([required])
    assert "at the latest: no use is known" in cache_rows([reported])
