"""When a node was there: the strips of its days, in words and as a picture."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from markets import drawing
from markets.models.slots import NONE, slots_at
from markets.presence import AWAY, BUSY, FREE, UNWATCHED, WORKED, DayStrip, Spell, strips, uptime

DAY = date(2026, 8, 21)
MIDNIGHT = datetime(2026, 8, 21, tzinfo=UTC)
BEFORE = MIDNIGHT - timedelta(days=9)


def at(hours: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hours)


def strip(
    watched: str = NONE, free: str = NONE, busy: str = NONE, spells: tuple[Spell, ...] = (), since: datetime = BEFORE
) -> DayStrip:
    """Return the one strip of DAY."""
    (found,) = strips([DAY], watched={DAY: watched}, free={DAY: free}, busy={DAY: busy}, spells=spells, since=since)
    return found


def parts(**slots: str) -> str:
    """Return a day's letters: `h2="bf"` puts two letters from two o'clock on."""
    letters = [UNWATCHED] * 96
    for hour, text in slots.items():
        start = int(hour[1:]) * 4
        letters[start : start + len(text)] = text
    return "".join(letters)


def test_a_day_is_told_by_what_was_seen_in_each_quarter_of_an_hour() -> None:
    watched = slots_at(at(2), at(2.25), at(2.5), at(2.75))

    found = strip(watched, free=slots_at(at(2), at(2.5)), busy=slots_at(at(2.25), at(2.5)))

    assert found.parts == parts(h2=BUSY.join([FREE, BUSY]) + AWAY)
    assert (found.seconds(BUSY), found.seconds(FREE), found.seconds(AWAY)) == (1800, 900, 900)
    assert found.uptime == 0.75
    assert list(found.runs) == [(FREE, 8, 1), (BUSY, 9, 2), (AWAY, 11, 1)]


def test_a_job_counts_where_nobody_looked_but_not_as_uptime() -> None:
    spells = ((at(1.3), at(2.1)),)

    found = strip(slots_at(at(2), at(3)), spells=spells)

    assert found.parts == parts(h1=UNWATCHED + WORKED * 3 + BUSY, h3=AWAY)
    assert found.uptime == 0.5


def test_a_node_is_not_missed_before_it_was_first_seen() -> None:
    watched = slots_at(at(1), at(2), at(3))

    assert strip(watched, since=at(2.1)).parts == parts(h2=AWAY, h3=AWAY)
    assert strip(watched, since=at(30)).parts == NONE.replace("0", UNWATCHED)


@pytest.mark.parametrize(
    ("spell", "slots"),
    [
        ((at(-5), at(0.1)), 1),
        ((at(-50), at(50)), 96),
        ((at(23.9), at(30)), 1),
        ((at(5), at(4)), 0),
        ((at(26), at(30)), 0),
        ((at(-20), at(-1)), 0),
        ((datetime(1970, 1, 1, tzinfo=UTC), at(1)), 0),
        ((at(3), at(3)), 1),
    ],
)
def test_only_the_part_of_a_job_that_lies_in_the_day_counts(spell: Spell, slots: int) -> None:
    assert strip(spells=(spell,)).parts.count(WORKED) == slots


def test_uptime_is_of_what_was_watched_and_unknown_without() -> None:
    seen, missed = DayStrip(DAY, BUSY * 96), DayStrip(DAY, AWAY * 32 + UNWATCHED * 64)

    assert uptime([seen, missed]) == 0.75
    assert uptime([DayStrip(DAY, WORKED * 96)]) is None
    assert uptime([]) is None


def test_days_are_told_in_words_and_drawn_with_the_same() -> None:
    found = strip(slots_at(at(2), at(3)), free=slots_at(at(2)), spells=((at(5), at(6)),))
    quiet = DayStrip(DAY - timedelta(days=1), UNWATCHED * 96)

    assert drawing.told(found) == "Fri 21 Aug: 1h 15m at work, 15m 00s waiting, 15m 00s not seen, 22h 15m not watched"
    assert drawing.presence_rows([found, quiet]) == [
        ("Fri 21 Aug 2026", "1h 15m", "15m 00s", "15m 00s", "22h 15m", "50.0 %"),
        ("Thu 20 Aug 2026", "0s", "0s", "0s", "1d 00h", "–"),
    ]
    picture = drawing.presence_chart([found, quiet])
    assert picture.count("<title>") == 2
    assert picture.count('class="m-run"') == picture.count('class="m-free"') == picture.count('class="m-fail"') == 1
