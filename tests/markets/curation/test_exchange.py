"""Files of decisions: what is read, what is wrong and where, what they would change, and that they come back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from markets.choices import Change, Decision
from markets.curation import InvalidWish, Wish, decide, image_entry, resource_entry
from markets.curation.exchange import Flaw, bring_in, preview, read
from markets.curation.writing import to_csv, to_json
from markets.effective import served
from markets.models import Curated, Market, MarketCurator, Revision
from tests.markets.factories import address, make_image, make_market, make_resource

HEAD = "market,decision,kind,entry,note\n"
MODEL: dict[str, Any] = {"type": "Ollama", "model": "llama3.2:3b"}


def lines(text: str | bytes) -> list[tuple[Any, ...]]:
    """Return line, market, decision, name and note of what is read, and nothing else must be said."""
    found = read(text)
    assert (found.flaws, found.dropped) == ([], [])
    return [(row.line, row.market, row.wish.decision, row.wish.entry.name, row.wish.note) for row in found.lines]


def test_read_csv():
    text = (
        "Entry;kind;MARKET;decision;other;note\r\n"
        "nginx:1;image;a;add;x;\r\n"
        "only read;image;a;;x;\r\n"
        ";;;;;\r\n"
        '"{""type"": ""Ollama"",\r\n ""model"": ""m""}";resource;b;hide;;"two\r\nlines"\r\n'
        " redis:7 ;image;a;NONE;;'=1+1\r\n"
    )

    assert lines(b"\xef\xbb\xbf" + text.encode()) == [
        (2, "a", Decision.ADD, "nginx:1", ""),
        (5, "b", Decision.HIDE, "m", "two\r\nlines"),
        (8, "a", None, "redis:7", "=1+1"),
    ]


def test_read_json_of_decisions():
    text = json.dumps(
        {
            "markets": [
                {
                    "address": "a",
                    "decisions": [
                        {"decision": "pin", "image": "nginx:1", "note": "n"},
                        {"decision": "hide", "resource": {"type": "New", "x": 1}},
                    ],
                    "required_images": ["not read where there are decisions"],
                },
                {"slug": "b", "decisions": [{"decision": "none", "image": "Odd:::"}]},
            ]
        },
        indent=1,
    )

    assert lines(text) == [
        (8, "a", Decision.PIN, "nginx:1", "n"),
        (13, "a", Decision.HIDE, "", ""),
        (28, "b", None, "Odd:::", ""),
    ]
    assert "Odd:::" in text.splitlines()[27]


@pytest.mark.parametrize("wrap", [lambda market: market, lambda market: [market], lambda market: {"markets": [market]}])
def test_read_json_of_the_networks_contract(wrap):
    market = {"address": "a", "required_images": ["nginx:1"], "required_remote_resources": [MODEL]}

    found = read(json.dumps(wrap(market)))

    assert [(row.market, row.wish.decision, row.wish.entry.name, row.is_listed) for row in found.lines] == [
        ("a", Decision.ADD, "nginx:1", True),
        ("a", Decision.ADD, "llama3.2:3b", True),
    ]
    assert found.flaws == []


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", Flaw(1, 1, "", "The file is empty.")),
        (b"a,b\n\xff", Flaw(2, 1, "", "The file is not UTF-8; save it as CSV UTF-8 or JSON.")),
        ("market,entry\n", Flaw(1, 1, "", "The first line names the columns; “decision”, “kind” are missing.")),
        (HEAD + "a,add,image,nginx 1,\n", Flaw(2, 6, "entry", "An image reference has no spaces or line breaks.")),
        (HEAD + 'a,add,image,"x\n', Flaw(2, 1, "", "This is not CSV: unexpected end of data.")),
        (
            HEAD + "a,x,image,nginx,\n",
            Flaw(2, 1, "decision", "A decision is add, pin, hide, note or none, not “x”."),
        ),
        (HEAD + "a,add,file,nginx,\n", Flaw(2, 1, "kind", "The kind of an entry is image or resource, not “file”.")),
        (
            HEAD + 'a,add,resource,"{""type"": 3}",\n',
            Flaw(2, 10, "entry", "The resource needs a “type”: S3, HF, Ollama or what the network calls it."),
        ),
        ("{\n", Flaw(2, 1, "", "")),
        ("[3]", Flaw(1, 2, "", "A market is an object, not a number.")),
        ('{"address": "a"}', Flaw(1, 1, "", "")),
        ('{"decisions":\n {}}', Flaw(2, 2, "decisions", "“decisions” is a list, not an object.")),
        ('{"decisions": [\n {"image": "x"}]}', Flaw(2, 2, "decision", "")),
        (
            '{"decisions": [\n {"decision": "add", "image": "a b"}]}',
            Flaw(2, 33, "image", "An image reference has no spaces or line breaks."),
        ),
        (
            '{"decisions": [\n {"decision": "add",\n  "resource": {"type": "HF", "repo": 1}}]}',
            Flaw(3, 38, "resource", "The resource needs “repo”, a text."),
        ),
        ('{"required_images": [1], "required_remote_resources": []}', Flaw(1, 22, "image", "")),
        ("[" * 100_000, Flaw(1, 1, "", "")),
    ],
)
def test_read_says_what_is_wrong_and_where(text, flaw):
    (found,) = read(text).flaws

    assert (found.line, found.column, found.place) == (flaw.line, flaw.column, flaw.place)
    assert flaw.message in ("", found.message)


@pytest.mark.parametrize(
    "text",
    [
        HEAD + 'a,add,resource,"{""type"": ""S3"", ""url"": ""s3://b"", ""IAM"": {""k"": ""s3cr3t""}}",\n',
        '{"decisions": [{"decision": "add",\n"resource": {"type": "S3", "url": "s3://b", "IAM": {"k": "s3cr3t"}}}]}',
    ],
)
def test_read_leaves_credentials_out_and_says_so(text):
    found = read(text)

    assert [row.wish.entry.spec for row in found.lines] == [{"type": "S3", "url": "s3://b"}]
    assert [(flaw.line, flaw.message) for flaw in found.dropped] == [(2, "“IAM” holds a credential and is left out.")]
    assert "s3cr3t" not in repr(found)


@settings(deadline=None)
@given(st.one_of(st.text(), st.binary(), st.text(alphabet='{}[]",:adecisnoimgrtu \n;1\\')))
def test_read_never_raises(data):
    read(data)


@pytest.fixture
def market() -> Market:
    """A market of which the network says nginx:1."""
    market = make_market()
    make_image(market, "nginx:1")
    return market


@pytest.fixture
def admin() -> User:
    return User.objects.create(username="ada", is_superuser=True)


def said(found: Any) -> list[tuple[str, list[str], list[str]]]:
    return [
        (str(market), [e.name for e in outcome.added], [e.name for e in outcome.removed])
        for market, outcome in found.outcomes.items()
    ]


@pytest.mark.django_db
def test_preview_shows_what_would_change_and_writes_nothing(market, admin):
    other = make_market("Other")
    make_image(other, "redis:7")
    text = (
        f"{HEAD}{market.pk},hide,image,nginx:1,\n{market.slug},add,image,redis:7,\n"
        f",pin,image,redis:7,\n{market.pk},none,image,x:1,\n"
    )

    found = preview(read(text), author=admin, market=other)

    assert said(found) == [("NVIDIA 3090", ["redis:7"], ["nginx:1"]), ("Other", [], [])]
    assert (found.flaws, found.refused, found.unchanged, found.is_fine) == ([], [], 1, True)
    assert found.seen == {market.pk: 0, other.pk: 0}
    assert (Curated.objects.count(), Revision.objects.count()) == (0, 0)

    written = bring_in(found, author=admin, reason="from the list of August")

    assert {pk: r.change for pk, r in written.items() if r} == {market.pk: Change.IMPORT, other.pk: Change.IMPORT}
    assert [row.entry.name for row in served(market) if not row.is_hidden] == ["redis:7"]


@pytest.mark.django_db
def test_preview_of_the_networks_contract_adds_what_is_not_served(market, admin):
    text = json.dumps({"required_images": ["nginx:1", "redis:7"], "required_remote_resources": [MODEL]})

    found = preview(read(text), author=admin, market=market)

    assert said(found) == [("NVIDIA 3090", ["redis:7", "llama3.2:3b"], [])]
    assert [change["name"] for change in found.outcomes[market].changes] == ["redis:7", "llama3.2:3b"]


@pytest.mark.django_db
def test_preview_names_every_row_that_cannot_be_meant(market, admin):
    text = (
        f"{HEAD}{market.pk},add,image,redis:7,\n{market.slug},hide,image,redis:7,\n"
        f"{address('nobody')},add,image,redis:7,\n,add,image,redis:7,\n"
    )

    found = preview(read(text), author=admin)

    assert [(flaw.line, flaw.message) for flaw in found.flaws] == [
        (3, "The same entry of this market stands in line 2."),
        (4, f"No market is known by “{address('nobody')}”."),
        (5, "The market is missing."),
    ]
    with pytest.raises(InvalidWish):
        bring_in(found, author=admin, reason="why")
    assert Revision.objects.count() == 0


@pytest.mark.django_db
def test_a_curator_of_one_market_brings_in_nothing_that_touches_another(market):
    other = make_market("Other")
    curator = User.objects.create(username="cleo")
    MarketCurator.objects.create(user=curator, market=market)
    text = f"{HEAD}{market.pk},add,image,redis:7,\n{other.pk},add,image,redis:7,\n"

    found = preview(read(text), author=curator)

    assert (found.refused, found.is_fine) == ([other], False)
    with pytest.raises(PermissionDenied):
        bring_in(found, author=curator, reason="why")
    assert Revision.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("write", [to_csv, lambda markets: json.dumps(to_json(markets))])
def test_what_is_written_is_read_back_as_it_was(market, admin, write):
    make_resource(market, {"type": "New", "x": 1})
    wishes = [
        Wish(image_entry("redis:7"), Decision.ADD, "=SUM(A1)"),
        Wish(resource_entry(MODEL), Decision.PIN, "two\nlines, “quoted”"),
        Wish(image_entry("nginx:1"), Decision.HIDE),
        Wish(image_entry("gone:1"), Decision.HIDE),
    ]
    decide(market=market, wishes=wishes, author=admin, reason="why", seen=None)
    text = write([market])
    unchanged = preview(read(text), author=admin)
    assert (unchanged.outcomes, unchanged.flaws, unchanged.unchanged) == ({}, [], 4)
    before = {(row.name, row.decision, row.note) for row in Curated.objects.all()}
    decide(
        market=market,
        wishes=[Wish(w.entry, None) for w in wishes],
        author=admin,
        reason="to see it come back",
        seen=None,
    )

    bring_in(preview(read(text), author=admin), author=admin, reason="back")

    assert {(row.name, row.decision, row.note) for row in Curated.objects.all()} == before


@pytest.mark.django_db
def test_written_cells_are_no_formulas(market, admin):
    decide(
        market=market,
        wishes=[Wish(image_entry("nginx:1"), Decision.NOTE, "=1+1")],
        author=admin,
        reason="-2",
        seen=None,
    )

    (row,) = to_csv([market]).splitlines()[1:]

    assert row.startswith(f"{market.pk},{market.slug},note,image,nginx:1,'=1+1,yes,network,")
    assert ",'-2,ada," in row


@pytest.mark.django_db
def test_many_markets_are_previewed_and_written_in_as_many_queries_as_one(admin):
    def cost(count: int) -> tuple[int, int]:
        chosen = [make_market(f"market {count} {n}") for n in range(count)]
        text = HEAD + "".join(f"{market.pk},add,image,redis:7,\n" for market in chosen)
        with CaptureQueriesContext(connection) as reading:
            assert preview(read(text), author=admin).is_fine
        with CaptureQueriesContext(connection) as writing:
            to_json(chosen)
        return len(reading), len(writing)

    assert cost(2) == cost(20) == (7, 3)
