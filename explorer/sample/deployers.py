"""Who posts jobs: some sixty deployers, each with a few definitions it posts again and again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from explorer.sample import draw, money
from explorer.sample.definitions.blocks import Family
from explorer.sample.definitions.catalogue import BY_NAME, FAMILIES
from explorer.sample.definitions.odd import ODD
from explorer.sample.fate import is_service
from explorer.sample.markets import SEED_MARKET, Market

COUNT = 58
SERVICE_HOURS = (0.5, 1, 1, 2, 2, 4, 6, 12, 24)
WORK_HOURS = (2, 2, 3, 4, 6)
ODD_FAMILY = "odd"
ODD_SHARE = 0.008
SEED_PROJECTS = ("whisper seed", "tinyllama seed")
FIRST_OF_EACH = 8  # from this deployer on, every family has one that posts it


@dataclass(frozen=True, slots=True)
class Project:
    """One thing a deployer runs: a family of definitions, where, and for how long at most."""

    key: str
    family: str
    markets: tuple[str, ...]
    timeout_hours: float
    changes: float  # how often the definition differs from the last one

    def definition(self, seed: int, number: int) -> str:
        """Return the text of the definition it posts as the network's job of that number."""
        if self.family == ODD_FAMILY:
            return ODD[draw.rng(seed, "odd", number).randrange(len(ODD))]
        changed = draw.rng(seed, "revision", self.key, number).random() < self.changes
        revision = number if changed else 0
        return draw.dumps(BY_NAME[self.family].build(draw.rng(seed, "definition", self.key, revision)))


@dataclass(frozen=True, slots=True)
class Deployer:
    """A deployer: whose tokens pay, how busy it is, and when."""

    address: str
    payer: str
    weight: float
    projects: tuple[Project, ...]
    noon: float  # the UTC hour it is busiest
    human: bool  # works by day and on weekdays
    burst: int  # at most so many jobs at once
    care: float  # below 1: its jobs fail less than others'

    def activity(self, at: float) -> float:
        """Return how likely it is to post at that time, relative to the others."""
        if not self.human:
            return self.weight
        hour, weekday = at / money.HOUR % 24, int(at // money.DAY + 3) % 7
        day = 0.15 + 0.85 * max(0.0, math.cos((hour - self.noon) / 24 * 2 * math.pi))
        return self.weight * day * (0.45 if weekday >= 5 else 1.0)


def deployers(seed: int, markets: tuple[Market, ...]) -> tuple[Deployer, ...]:
    """Return the deployers.

    The first two post the seed documents' jobs, the last but one very long logs, the last one what it should not.
    """
    people = [_deployer(seed, number, markets) for number in range(COUNT)]
    total = sum(person.weight for person in people)
    seeds = (_special(seed, "whisper seed", total * 0.03), _special(seed, "tinyllama seed", total * 0.03))
    some = tuple(market.address for market in markets[:6])
    tester = _special(seed, "soak", total * 0.004, some)
    odd = _special(seed, ODD_FAMILY, total * ODD_SHARE, some)
    return (*seeds, *people, tester, odd)


def _special(seed: int, family: str, weight: float, markets: tuple[str, ...] = (SEED_MARKET,)) -> Deployer:
    """Return a deployer that posts one thing only, at any hour."""
    address = draw.address(seed, "deployer", family)
    project = Project(family, family, markets, 2, 0.0 if family in SEED_PROJECTS else 1.0)
    return Deployer(address, address, weight, (project,), 12, False, 1, 1.0)


def _deployer(seed: int, number: int, markets: tuple[Market, ...]) -> Deployer:
    """Return deployer `number`; a few post much, most post little."""
    rng = draw.rng(seed, "deployer", number)
    address = draw.address(seed, "deployer", number)
    credit = draw.address(seed, "credit vault", number % 3)
    return Deployer(
        address=address,
        payer=credit if number % 5 == 0 else address,
        weight=rng.uniform(0.7, 1.3) / (number + 2) ** 0.8,
        projects=tuple(_project(rng, number, index, markets) for index in range(rng.choice((1, 1, 2, 2, 3, 4)))),
        noon=rng.choice((8, 9, 13, 14, 15, 16, 19, 20, 2, 5)),
        human=number % 4 != 1,
        burst=rng.choice((1, 1, 1, 2, 3, 8, 20)),
        care=rng.choice((0.3, 0.7, 1.0, 1.0, 1.6)),
    )


def _project(rng: Random, number: int, index: int, markets: tuple[Market, ...]) -> Project:
    """Return a project in one to three markets whose GPUs have the memory it wants."""
    family = rng.choices(FAMILIES, [family.weight for family in FAMILIES])[0]
    if index == 0 and 0 <= number - FIRST_OF_EACH < len(FAMILIES):
        family = FAMILIES[number - FIRST_OF_EACH]
    fitting = [market for market in markets if market.kind.vram_gb >= family.vram_gb]
    wanted = min(len(fitting), rng.choice((1, 1, 2, 3)))
    home = markets[number % len(markets)]
    chosen = [home.address] if index == 0 and home in fitting else []
    while len(chosen) < wanted:
        market = rng.choices(fitting, [market.kind.weight for market in fitting])[0].address
        chosen.extend([market] if market not in chosen else [])
    hours = rng.choice(SERVICE_HOURS if _serves(family) else WORK_HOURS)
    return Project(f"{number}/{index}", family.name, tuple(chosen), hours, rng.choice((0.0, 0.1, 0.5, 1.0)))


def _serves(family: Family) -> bool:
    """Return whether jobs of that family serve until they are stopped."""
    return any(is_service(op) for op in family.build(Random(0))["ops"])


def choose(seed: int, everyone: tuple[Deployer, ...], number: int, at: float) -> tuple[Deployer, Project, str]:
    """Return who posts job `number` at that time, which project, and to which market."""
    rng = draw.rng(seed, "who", number)
    deployer = rng.choices(everyone, [person.activity(at) for person in everyone])[0]
    project = rng.choice(deployer.projects)
    return deployer, project, rng.choice(project.markets)
