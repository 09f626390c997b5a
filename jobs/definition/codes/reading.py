"""ND001 to ND014: the text itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from jobs.definition.codes.entry import Entry, Example
from jobs.definition.codes.examples import of, run, whole
from jobs.definition.findings import Severity

_HELLO: Final = of(whole(run()))
_LIMITS: Final = "This explorer's own limit; no definition on the network comes near."
_STRICT: Final = "nosana-cli and the APIs read definitions with JavaScript's JSON.parse, which takes strict JSON only."

_YAML: Final = """\
version: "0.1"
type: container
ops:
  - type: container/run
    id: hello
    args:
      image: docker.io/library/ubuntu:24.04
      gpu: true
"""


def _edited(old: str, new: str, at: str = "") -> Example:
    return of(whole(run()), at, old=old, new=new)


ENTRIES: Final = (
    Entry(
        "ND001",
        Severity.ERROR,
        "The text is too long",
        "The definition is longer than one million bytes.",
        "Definitions are pinned to IPFS and fetched by nodes before they start; files belong into resources.",
        _LIMITS,
        replace(of(whole(run(env={"DATA": "x…x"}))), long=True),
        of(whole(run(env={"DATA": "x…x"}))),
    ),
    Entry(
        "ND002",
        Severity.ERROR,
        "The text cannot be read",
        "The text is neither JSON, nor JSON with slips that have one meaning, nor YAML. The position is where reading "
        "stopped; the slip may stand just before.",
        "What cannot be read cannot be posted.",
        _STRICT,
        _edited('"gpu": true', '"gpu" true'),
        _HELLO,
    ),
    Entry(
        "ND003",
        Severity.ERROR,
        "Nested too deeply",
        "Lists and objects stand within one another more than 64 levels deep.",
        "A definition needs ten levels at most; such a text is a slip or an attack.",
        _LIMITS,
        _edited("true", "[" * 65 + "]" * 65),
        _HELLO,
    ),
    Entry(
        "ND004",
        Severity.ERROR,
        "Not a number of JSON",
        "A number is NaN, infinite, or larger than any number JavaScript has.",
        "JSON has no such numbers: strict readers refuse NaN and Infinity, and read 1e999 as infinity.",
        _STRICT,
        of(whole(run(expose=80)), old="80", new="1e999"),
        of(whole(run(expose=80))),
    ),
    Entry(
        "ND005",
        Severity.WARNING,
        "A key stands twice",
        "An object has the same key more than once.",
        "JavaScript keeps the last one and drops the others without a word, so part of what is written has no effect.",
        "ECMAScript, JSON.parse.",
        _edited('"gpu": true', '"gpu": false, "gpu": true', "/ops/0/args/gpu"),
        _HELLO,
    ),
    Entry(
        "ND006",
        Severity.WARNING,
        "Comment",
        "The text holds a comment. It was read without it.",
        "JSON has no comments; the published documentation has one in its example, and posting that fails.",
        _STRICT,
        _edited('"gpu": true', '"gpu": true // for the model', "/ops/0/args"),
        _HELLO,
    ),
    Entry(
        "ND007",
        Severity.WARNING,
        "Comma too many",
        "A comma stands before a closing bracket. It was read without it.",
        "JSON allows commas only between items.",
        _STRICT,
        _edited('"gpu": true', '"gpu": true,', "/ops/0/args"),
        _HELLO,
    ),
    Entry(
        "ND008",
        Severity.WARNING,
        "Comma missing",
        "Two items follow one another without a comma. It was read as if there were one.",
        "JSON wants a comma between items; the published schema of 0.1 lacks one, too.",
        _STRICT,
        _edited('24.04",', '24.04"', "/ops/0/args"),
        _HELLO,
    ),
    Entry(
        "ND009",
        Severity.WARNING,
        "Other quotes, or none",
        "A text stands in single quotes, or a key without any. It was read as if quoted.",
        "JSON knows double quotes only.",
        _STRICT,
        _edited('"gpu"', "'gpu'", "/ops/0/args"),
        _HELLO,
    ),
    Entry(
        "ND010",
        Severity.WARNING,
        "Invisible character",
        "A text holds a raw tab or another control character, or a space between values is not a plain one; such "
        "characters come with text copied from web pages. It was read as if escaped, or as a space.",
        "JSON wants control characters escaped and knows only four kinds of space.",
        _STRICT,
        of(whole(run(cmd="a\tb")), "/ops/0/args", old="\\t", new="\t"),
        of(whole(run(cmd="a\tb"))),
    ),
    Entry(
        "ND011",
        Severity.WARNING,
        "Not plain UTF-8",
        "The text begins with a byte order mark, or its bytes are not UTF-8.",
        "Some editors on Windows save like this. JSON.parse refuses a byte order mark, and bytes that are not UTF-8 "
        "become question marks.",
        _STRICT,
        _edited("{", "\ufeff{"),
        _HELLO,
    ),
    Entry(
        "ND012",
        Severity.WARNING,
        "NUL or half a character",
        "A text holds the character NUL, or half of a pair that only together is a character.",
        "The definition is accepted, but no argument, variable or file name can hold NUL, and half a pair turns into "
        "a question mark when it is stored.",
        "POSIX; The Unicode Standard, surrogates.",
        of(whole(run(cmd="a\x00b")), "/ops/0/args/cmd"),
        of(whole(run(cmd="ab"))),
    ),
    Entry(
        "ND013",
        Severity.HINT,
        "YAML",
        "The definition is written in YAML. Values are read as YAML 1.2 has them: yes and no are text.",
        "nosana job post takes YAML files; nosana job validate, the APIs and the dashboard take only JSON. What is "
        "pinned is JSON in any case.",
        "nosana-cli, src/cli/job/post and src/cli/job/validate.",
        Example(_YAML),
        _HELLO,
    ),
    Entry(
        "ND014",
        Severity.ERROR,
        "YAML beyond values",
        "The YAML uses tags, merge keys, keys that are not text, an alias that leads nowhere, or aliases that "
        "stand for "
        "more than ten thousand values.",
        "Such features mean different things to different readers, and aliases can make a short text fill any memory.",
        _LIMITS,
        Example(_YAML.replace("gpu: true", "gpu: !switch on")),
        Example(_YAML),
    ),
)
