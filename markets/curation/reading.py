"""Reads files of decisions. Pure: which markets there are, and what would change, `exchange` finds out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from explorer.nosana import credentials, fields, strict_json
from explorer.nosana.errors import Malformed
from explorer.nosana.payloads import JsonObject, JsonValue
from markets.choices import Decision, EntryKind
from markets.curation.decisions import Wish
from markets.curation.entries import Entry, breaking, decoded, image_entry, image_found, resource_entry, resource_found
from markets.curation.errors import InvalidEntry
from markets.curation.positions import Lines, end_of, members, position_of
from markets.curation.states import KEEPING

#: The columns that are read; a file may have others.
NEEDED: Final = ("market", "decision", "kind", "entry")
#: What takes a decision back.
BACK: Final = "none"
#: What a spreadsheet would run as a formula; an export puts an apostrophe before it.
GUARDED: Final = re.compile(r"'(?=[=+\-@\t\r\n＝＋－＠])")
#: The lists of the network's own contract, and what they hold.
_CONTRACT: Final = {
    "required_images": EntryKind.IMAGE.value,
    "required_remote_resources": EntryKind.RESOURCE.value,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One decision of a file: the line it stands in, the market as it is named there, and the wish.

    `is_listed`: the file only says that the entry is required; nothing is wished where it is served already.
    """

    line: int
    market: str
    wish: Wish
    is_listed: bool = False


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong, and where: line and column from 1. In CSV the column counts within the cell of `place`."""

    line: int
    column: int
    place: str
    message: str


@dataclass(slots=True)
class Reading:
    """What a file says, what in it is wrong, and which credentials were left out."""

    lines: list[Line] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)
    dropped: list[Flaw] = field(default_factory=list)


def read(data: bytes | str) -> Reading:
    """Read a file of decisions, JSON if it begins like it, else CSV. Never raises: what is wrong is in the reading."""
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data.removeprefix("\ufeff")
    except UnicodeDecodeError as broken:
        line = data[: broken.start].count(b"\n") + 1 if isinstance(data, bytes) else 1
        return Reading(flaws=[Flaw(line, 1, "", "The file is not UTF-8; save it as CSV UTF-8 or JSON.")])
    if not text.strip():
        return Reading(flaws=[Flaw(1, 1, "", "The file is empty.")])
    return _json(text) if text.lstrip()[0] in "{[" else _csv(text)


def _csv(text: str) -> Reading:
    found = Reading()
    separator = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        names = [name.strip().lower() for name in next(rows)]
        if missing := [name for name in NEEDED if name not in names]:
            said = ", ".join(f"“{name}”" for name in missing) + (" is" if len(missing) == 1 else " are")
            return Reading(flaws=[Flaw(1, 1, "", f"The first line names the columns; {said} missing.")])
        start = rows.line_num + 1
        for cells in rows:
            if any(cell.strip() for cell in cells):
                _row(found, start, {name: GUARDED.sub("", cell) for name, cell in zip(names, cells, strict=False)})
            start = rows.line_num + 1
    except csv.Error as broken:
        found.flaws.append(Flaw(max(rows.line_num, 1), 1, "", f"This is not CSV: {broken}."))
    return found


def _row(found: Reading, line: int, row: Mapping[str, str]) -> None:
    """Read one row; without a decision it is only there to be read."""
    word, kind, text = (row.get(name, "").strip() for name in ("decision", "kind", "entry"))
    if not word:
        return
    try:
        decision = _decision(word)
    except InvalidEntry as wrong:
        found.flaws.append(Flaw(line, 1, "decision", wrong.message))
        return
    try:
        entry = _entry(kind, text, decision)
    except InvalidEntry as wrong:
        place = "entry" if kind in EntryKind.values else "kind"
        found.flaws.append(Flaw(line, wrong.position + 1, place, wrong.message))
        return
    found.dropped += [Flaw(line, position + 1, "entry", message) for position, message in entry.dropped]
    found.lines.append(Line(line, row.get("market", "").strip(), Wish(entry.entry, decision, row.get("note", ""))))


def _decision(word: str) -> Decision | None:
    if word.lower() == BACK:
        return None
    try:
        return Decision(word.lower())
    except ValueError:
        raise InvalidEntry(f"A decision is {', '.join(Decision.values)} or {BACK}, not “{word[:40]}”.") from None


@dataclass(frozen=True, slots=True)
class _Read:
    """An entry of a file, and which credentials it came with: position and sentence of each."""

    entry: Entry
    dropped: tuple[tuple[int, str], ...] = ()


def _entry(kind: str, written: JsonValue, decision: Decision | None) -> _Read:
    """Return the entry; `written` is the cell or the value. Only what is added or pinned has to be what nodes take.

    Raises InvalidEntry with the position in a text, 0 in a value.
    """
    is_checked = decision in KEEPING
    if kind == EntryKind.IMAGE:
        if not isinstance(written, str) or not written.strip():
            raise InvalidEntry("An image is named by its reference, a text.")
        return _Read(image_entry(written) if is_checked else image_found(written.strip()))
    if kind != EntryKind.RESOURCE:
        raise InvalidEntry(f"The kind of an entry is {' or '.join(EntryKind.values)}, not “{kind[:40]}”.")
    text = written if isinstance(written, str) else ""
    value = decoded(written) if isinstance(written, str) else written
    dropped = tuple(
        (position_of(text, path) if text else 0, f"“{'.'.join(map(str, path))}” holds a credential and is left out.")
        for path in credentials.places(value)
    )
    bare = credentials.without(value)
    if dropped:
        return _Read(resource_entry(bare), dropped)
    if is_checked or not isinstance(bare, dict):
        return _Read(resource_entry(written))
    return _Read(resource_found(bare))


def _json(text: str) -> Reading:
    lines = Lines(text)
    try:
        value = strict_json.clean(strict_json.read(text))
    except Malformed as problem:
        line, column = lines.place(breaking(text))
        return Reading(flaws=[Flaw(line, column, "", f"This cannot be read: {problem}.")])
    found = _JsonReading(text, lines)
    start = position_of(text, [])
    if isinstance(value, dict) and "markets" in value:
        value, start = value["markets"], found.inside(start)["markets"]
    if isinstance(value, list):
        for row, at in zip(value, found.inside(start).values(), strict=True):
            found.market(row, at)
    else:
        found.market(value, start)
    return found.reading


class _JsonReading:
    """Reads the markets of a JSON file, one after the other."""

    def __init__(self, text: str, lines: Lines) -> None:
        self._text, self._lines = text, lines
        self.reading = Reading()

    def inside(self, start: int) -> dict[str | int, int]:
        """Return where the members of the value that begins at `start` begin."""
        return members(self._text, start)

    def market(self, row: JsonValue, start: int) -> None:
        """Read one market: its decisions, or else the lists of the network's contract."""
        if not isinstance(row, dict):
            self._flaw(start, "", f"A market is an object, not {fields.kind(row)}.")
            return
        name = str(row.get("address") or row.get("slug") or "")
        at = self.inside(start)
        if "decisions" in row:
            self._each(row, at, "decisions", partial(self._decision, name))
        elif "required_images" in row or "required_remote_resources" in row:
            for field_name, kind in _CONTRACT.items():
                self._each(row, at, field_name, partial(self._listed, name, kind))
        else:
            self._flaw(start, "", "A market has “decisions”, or “required_images” and “required_remote_resources”.")

    def _each(
        self, row: JsonObject, at: Mapping[str | int, int], name: str, take: Callable[[JsonValue, int], None]
    ) -> None:
        items = row.get(name, [])
        if not isinstance(items, list):
            self._flaw(at[name], name, f"“{name}” is a list, not {fields.kind(items)}.")
        elif items:
            for item, here in zip(items, self.inside(at[name]).values(), strict=True):
                take(item, here)

    def _decision(self, market: str, item: JsonValue, start: int) -> None:
        if not isinstance(item, dict) or not isinstance(word := item.get("decision"), str):
            self._flaw(start, "decision", "A decision is an object with “decision”, and “image” or “resource”.")
            return
        kind = next((kind for kind in EntryKind.values if kind in item), "")
        note = item.get("note")
        self._line(market, word, kind, item.get(kind), self.inside(start).get(kind, start), note=note)

    def _listed(self, market: str, kind: str, item: JsonValue, start: int) -> None:
        self._line(market, Decision.ADD, kind, item, start, is_listed=True)

    def _line(
        self,
        market: str,
        word: str,
        kind: str,
        written: JsonValue,
        start: int,
        *,
        note: JsonValue = None,
        is_listed: bool = False,
    ) -> None:
        """Read one entry, whose value begins at `start`; positions inside it are those of the file."""
        try:
            decision = _decision(word)
            if kind == EntryKind.RESOURCE and not isinstance(written, dict):
                raise InvalidEntry(f"A resource is an object, not {fields.kind(written)}.")
            text = self._value(start) if kind == EntryKind.RESOURCE else written
            entry = _entry(kind, text, decision)
        except InvalidEntry as wrong:
            inset = wrong.position + (1 if kind == EntryKind.IMAGE and isinstance(written, str) else 0)
            self._flaw(start + inset, kind, wrong.message)
            return
        for position, message in entry.dropped:
            self.reading.dropped.append(Flaw(*self._lines.place(start + position), kind, message))
        wish = Wish(entry.entry, decision, note if isinstance(note, str) else "")
        self.reading.lines.append(Line(self._lines.place(start)[0], market, wish, is_listed))

    def _value(self, start: int) -> str:
        """Return the text of the value that begins at `start`."""
        return self._text[start : end_of(self._text, start)]

    def _flaw(self, position: int, place: str, message: str) -> None:
        self.reading.flaws.append(Flaw(*self._lines.place(position), place, message))
