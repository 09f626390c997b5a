"""The templates that the explorer ships, one folder each: gallery/<slug>/{definition.json,readme.md,facts.toml}.

They are read once in a process. What a template needs (images, resources, memory) is read from its definition, so that
it cannot say anything else. No SQL.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from explorer.nosana import caching
from explorer.nosana.payloads import JsonValue
from jobs.definition.document import read
from jobs.readiness.needs import IMAGE, RESOURCE, needs_of

FOLDER: Final = Path(__file__).parent / "gallery"
#: What templates are about; the order is that of the gallery's rail.
CATEGORIES: Final = {
    "chat": "Language models",
    "image": "Images",
    "audio": "Audio",
    "development": "Development",
    "data": "Data and training",
    "pipeline": "Pipelines",
    "basics": "Basics",
}


@dataclass(frozen=True, slots=True)
class Link:
    """Where a template's software is documented."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Template:
    """A definition to begin with. `vram_mb` is None where it needs no certain amount; `words` is what search reads."""

    slug: str
    name: str
    summary: str
    categories: tuple[str, ...]  # names of CATEGORIES
    shows: tuple[str, ...]  # what of a definition it is an example of, in words
    text: str
    readme: str
    links: tuple[Link, ...]
    value: JsonValue
    images: tuple[str, ...]
    resources: tuple[str, ...]
    resource_keys: tuple[str, ...]  # under which nodes keep the resources; "" where they cannot be kept
    vram_mb: int | None
    has_gpu: bool
    op_count: int
    words: str
    is_saved: bool = False  # by somebody; the others come with the explorer

    @property
    def vram_gb(self) -> float | None:
        """The memory of GPUs that it needs, in GB."""
        return None if self.vram_mb is None else self.vram_mb / 1024

    @property
    def category_names(self) -> tuple[str, ...]:
        """Its categories as the gallery calls them."""
        return tuple(CATEGORIES[name] for name in self.categories)


@lru_cache(maxsize=1)
def every() -> tuple[Template, ...]:
    """Return all templates in the order of their names; KeyError or ValueError for a folder that is not right."""
    folders = sorted(path.parent for path in FOLDER.glob("*/facts.toml"))
    return tuple(sorted(map(_read, folders), key=lambda template: template.name.lower()))


def find(slug: str) -> Template | None:
    """Return a template by its slug."""
    return next((template for template in every() if template.slug == slug), None)


def _read(folder: Path) -> Template:
    facts: dict[str, Any] = tomllib.loads((folder / "facts.toml").read_text(encoding="utf-8"))
    text = (folder / "definition.json").read_text(encoding="utf-8")
    readme = (folder / "readme.md").read_text(encoding="utf-8")
    return template_of(folder.name, facts, text, readme)


def template_of(slug: str, facts: dict[str, Any], text: str, readme: str) -> Template:
    """Return a template from its facts and texts; KeyError for a fact that is missing or unknown."""
    document = read(text)
    needs = needs_of(document.value)
    images = tuple(dict.fromkeys(item.name for item in needs.items if item.kind == IMAGE and item.name))
    specs = {item.name: item.spec or {} for item in needs.items if item.kind == RESOURCE}
    name, summary, shows = str(facts["name"]), str(facts["summary"]), tuple(facts.get("shows", ()))
    categories = tuple(facts["categories"])
    labels = [CATEGORIES[category] for category in categories]
    words = " ".join((slug, name, summary, readme, *shows, *labels, *images, *specs)).lower()
    return Template(
        slug=slug,
        name=name,
        summary=summary,
        categories=categories,
        shows=shows,
        text=text,
        readme=readme,
        links=tuple(Link(str(link["name"]), str(link["url"])) for link in facts.get("links", ())),
        value=document.value,
        images=images,
        resources=tuple(specs),
        resource_keys=tuple(caching.resource_key(spec) or "" for spec in specs.values()),
        vram_mb=needs.vram_mb,
        has_gpu=needs.has_gpu,
        op_count=len(document.ops),
        words=words,
    )
