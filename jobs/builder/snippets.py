"""How to post a definition from elsewhere: the command line, curl, Python, TypeScript. Each runs as it is printed.

The steps are those of the network's own clients (nosana-cli, job post): pin the definition to IPFS, then list a job
with its CID in a market. Keys are taken from the environment and are never part of a snippet. Pure Python.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import Final

from jobs.builder.sources.start import written
from jobs.definition.document import Document

#: The variables that hold keys: the network's own, and that of the service which pins.
API_KEY: Final = "NOSANA_API_KEY"
PIN_KEY: Final = "PINATA_JWT"
#: Characters of a snippet that a page shows.
SHOWN: Final = 60_000
_END: Final = "END_OF_DEFINITION"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a job is to be posted: `market` is its address, `slug` what the command line may call it."""

    network: str  # mainnet, devnet or sample
    api_url: str
    pin_url: str
    market: str
    slug: str
    minutes: int

    @property
    def pins_with_key(self) -> bool:
        """Whether the service that pins wants a key; the sample network's does not."""
        return self.network != "sample"


@dataclass(frozen=True, slots=True)
class Snippet:
    """Text to copy, what it is called, the file to keep it in, how that is run, and the variables it needs.

    `line` is all that is left of it where the definition is in job.json already, "" if that is more than a line.
    """

    slug: str
    name: str
    file: str
    run: str
    text: str
    needs: tuple[str, ...] = ()
    line: str = ""

    @property
    def is_long(self) -> bool:
        """Whether it is more than a page shows."""
        return len(self.text) > SHOWN


def embeddable(document: Document) -> str:
    """Return a definition as strict JSON that can stand in a page and in a program, exactly as it is written if it can.

    The text itself where it is JSON of printable characters; else its value, written anew.
    """
    text = document.text.replace("\r\n", "\n").strip()
    if document.syntax == "json" and _is_plain(text):
        return text
    anew = written(document.value).strip()
    return anew if _is_plain(anew) else json.dumps(document.value, indent=2)


def _is_plain(text: str) -> bool:
    """Say whether a page shows a text as it is: nothing in it is invisible or changes its direction."""
    return text.replace("\n", "").replace("\t", "").isprintable()


def snippets(definition: str, target: Target) -> tuple[Snippet, ...]:
    """Return all snippets for a definition, as `embeddable` gives it."""
    keys = (API_KEY, PIN_KEY) if target.pins_with_key else (API_KEY,)
    line = _cli(target)
    return (
        Snippet("cli", "Command line", "post-cli.sh", "sh post-cli.sh", f"{_saved(definition)}{line}\n", line=line),
        Snippet("curl", "curl", "post.sh", "sh post.sh", _curl(definition, target, keys), keys),
        Snippet("python", "Python", "post.py", "python3 post.py", _python(definition, target), keys),
        Snippet("typescript", "TypeScript", "post.mts", "npx tsx post.mts", _typescript(definition, target), keys),
    )


def _saved(definition: str) -> str:
    """Return the shell lines that write the definition into a file."""
    end = _END
    while end in definition:
        end += "_"
    return f"cat > job.json <<'{end}'\n{definition}\n{end}\n"


def _cli(target: Target) -> str:
    network = " --network devnet" if target.network == "devnet" else ""
    market = shlex.quote(target.slug or target.market)
    return f"nosana job post --file job.json --market {market} --timeout {target.minutes}{network} --wait"


def _curl(definition: str, target: Target, keys: tuple[str, ...]) -> str:
    checks = "".join(f': "${{{name}:?Set it to your key}}"\n' for name in keys)
    pin_header = f' -H "Authorization: Bearer ${PIN_KEY}"' if target.pins_with_key else ""
    return (
        f"set -eu\n{checks}{_saved(definition)}"
        f"pinned=$(curl -fsS {shlex.quote(target.pin_url)}{pin_header} \\\n"
        "  -H 'Content-Type: application/json' --data-binary @job.json)\n"
        'cid=$(printf \'%s\' "$pinned" | sed -n \'s/.*"IpfsHash" *: *"\\([^"]*\\)".*/\\1/p\')\n'
        f'curl -fsS {shlex.quote(f"{target.api_url}/jobs/list")} -H "Authorization: Bearer ${API_KEY}" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        f'  --data-binary "{{\\"ipfsHash\\": \\"$cid\\", \\"market\\": \\"{target.market}\\", '
        f'\\"timeout\\": {target.minutes * 60}}}"\n'
    )


_PYTHON: Final = """\
import json
import os
import urllib.request

DEFINITION = json.loads({definition})


def post(url, body, key=None):
    headers = {{"Content-Type": "application/json", "User-Agent": "post-a-job"}}
    if key:
        headers["Authorization"] = f"Bearer {{key}}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


pinned = post({pin_url}, DEFINITION{pin_key})
order = {{"ipfsHash": pinned["IpfsHash"], "market": {market}, "timeout": {seconds}}}
print(json.dumps(post({list_url}, order, os.environ["{api_key}"])))
"""


def _python(definition: str, target: Target) -> str:
    return _PYTHON.format(
        definition=_python_text(definition),
        pin_url=json.dumps(target.pin_url),
        pin_key=f', os.environ["{PIN_KEY}"]' if target.pins_with_key else "",
        market=json.dumps(target.market),
        seconds=target.minutes * 60,
        list_url=json.dumps(f"{target.api_url}/jobs/list"),
        api_key=API_KEY,
    )


def _python_text(definition: str) -> str:
    """Return Python's spelling of a text: over several lines where nothing in it gets in the way."""
    if "'''" in definition or definition.startswith("'") or definition.endswith(("'", "\\")):
        return repr(definition)
    return f"r'''{definition}'''"


_TYPESCRIPT: Final = """\
const definition = JSON.parse({definition});

const pinned = await fetch({pin_url}, {{
  method: "POST",
  headers: {{ "Content-Type": "application/json"{pin_key} }},
  body: JSON.stringify(definition),
}});
if (!pinned.ok) throw new Error(`Not pinned: ${{pinned.status}} ${{await pinned.text()}}`);
const {{ IpfsHash }} = await pinned.json();

const posted = await fetch({list_url}, {{
  method: "POST",
  headers: {{ "Content-Type": "application/json", Authorization: `Bearer ${{process.env.{api_key}}}` }},
  body: JSON.stringify({{ ipfsHash: IpfsHash, market: {market}, timeout: {seconds} }}),
}});
if (!posted.ok) throw new Error(`Not posted: ${{posted.status}} ${{await posted.text()}}`);
console.log(JSON.stringify(await posted.json()));
"""


def _typescript(definition: str, target: Target) -> str:
    return _TYPESCRIPT.format(
        definition=_typescript_text(definition),
        pin_url=json.dumps(target.pin_url),
        pin_key=f", Authorization: `Bearer ${{process.env.{PIN_KEY}}}`" if target.pins_with_key else "",
        list_url=json.dumps(f"{target.api_url}/jobs/list"),
        market=json.dumps(target.market),
        seconds=target.minutes * 60,
        api_key=API_KEY,
    )


def _typescript_text(definition: str) -> str:
    """Return TypeScript's spelling of a text: over several lines where nothing in it gets in the way."""
    if "`" in definition or "${" in definition or definition.endswith("\\"):
        return json.dumps(definition)
    return f"String.raw`{definition}`"
