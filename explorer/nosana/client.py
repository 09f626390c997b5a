"""The network client: one method for each public interface, each one HTTP request unless it says otherwise.

Every method raises only NosanaErrors, and returns payloads that are checked and cleaned.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from types import TracebackType
from typing import Final, TypeVar

import httpx

from explorer.nosana import accounts, base58, definitions, fields, ipfs, jobs, live, markets, nodes, results, rpc, stats
from explorer.nosana import strict_json as json
from explorer.nosana.budget import JOB_LIST, Budget
from explorer.nosana.errors import Malformed, NotFound, Refused
from explorer.nosana.fetch import MB, Bounds, Call, Fetcher
from explorer.nosana.networks import Network
from explorer.nosana.payloads import (
    STATE_NAMES,
    Definition,
    HostPayload,
    JobAccount,
    JobPayload,
    JsonValue,
    Listing,
    MarketAccount,
    MarketPayload,
    NodePayload,
    RequiredResources,
    ResultPayload,
    RunAccount,
    Skipped,
    StatsPayload,
)

Answer = TypeVar("Answer")
#: How many jobs one batch request may name.
BATCH: Final = 100
#: Nodes and IPFS are strangers' own words, so they get less room than the network's services.
MAX_NODE_BYTES: Final = MB
MAX_IPFS_BYTES: Final = 16 * MB
_RPC_LIMITED: Final = (429, -32429)


class Client:
    """Reads one network; for one thread at a time. Use it as a context manager, or close it."""

    def __init__(
        self,
        network: Network,
        *,
        budget: Budget,
        transport: httpx.BaseTransport | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self.network = network
        self._fetcher = Fetcher(budget=budget, bounds=bounds or Bounds(), transport=transport)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._fetcher.close()

    def markets(self) -> Listing[MarketPayload]:
        """Return all markets; a second request where the host manager wants a slash at the end."""
        url = f"{self.network.hosts_url}/markets"
        try:
            return self._read(self._call("The network's list of markets", url), markets.parse_list)
        except NotFound:
            return self._read(self._call("The network's list of markets", f"{url}/"), markets.parse_list)

    def required_resources(self, market: str) -> RequiredResources:
        """Return what a market wants its nodes to keep cached, without credentials."""
        subject = "The network's list of required resources"
        url = f"{self.network.hosts_url}/markets/{_address(market)}/required-resources"
        return self._read(self._call(subject, url), markets.parse_required)

    def market_hosts(self) -> Listing[HostPayload]:
        """Return the hosts that can be hired, with their prices."""
        call = self._call("The network's list of hosts", f"{self.network.hosts_url}/markets/hosts")
        return self._read(call, markets.parse_hosts)

    def node_specs(self, address: str) -> NodePayload:
        """Return a node's machine as it was when the node joined."""
        return self._node(address, "The network's specs of a node", f"{self.network.hosts_url}/nodes/{address}/specs")

    def node_metrics(self, address: str) -> NodePayload:
        """Return a node's machine as the host manager last measured it."""
        url = f"{self.network.hosts_url}/nodes/{address}/metrics"
        return self._node(address, "The network's metrics of a node", url)

    def node_info(self, address: str) -> NodePayload:
        """Return a node's machine and cache as the node itself says, which no one checks."""
        return self._node(address, "The node", f"{self.network.node_url.format(node=address)}/node/info")

    def live_log(self, *, node: str, job: str, deployer: str, seconds: float) -> Iterator[list[live.Entry]]:
        """Yield the log of a running job as its node tells it, an empty batch in a silence; a second request where
        the node only knows the older path."""
        base = self.network.node_url.format(node=_address(node))
        for path in live.PATHS:
            try:
                with self._fetcher.upgraded(self._call("The node", f"{base}{path}")) as stream:
                    yield from live.entries(stream, path, job, deployer, seconds=seconds)
                return
            except (live.UnknownPath, NotFound):
                continue
        raise NotFound("The node knows no log of running jobs.")

    def jobs(
        self,
        *,
        limit: int = 50,
        offset: int = 0,
        state: int | None = None,
        market: str | None = None,
        node: str | None = None,
        poster: str | None = None,
        payer: str | None = None,
        share: float = 1.0,
    ) -> Listing[JobPayload]:
        """Return a page of jobs, the last started first and queued ones last, with the number of all that match.

        The network gives at most 50, and this is the only interface with published limits; `share` is the part of
        them that this caller may use up.
        """
        name = None if state is None else STATE_NAMES[state]
        params = _params(limit=limit, offset=offset, state=name, market=market, node=node, poster=poster, payer=payer)
        call = Call(
            "The network's job list",
            f"{self.network.jobs_url}/jobs",
            self.network.job_list_limits,
            scope=JOB_LIST,
            share=share,
            params=params,
        )
        return self._read(call, jobs.parse_page)

    def job(self, address: str) -> JobPayload:
        """Return one job with its definition; NotFound when the network does not know it."""
        call = self._call("The network's record of a job", f"{self.network.jobs_url}/jobs/{_address(address)}")
        return self._read(call, lambda answer: jobs.parse(fields.mapping(answer)))

    def jobs_batch(self, addresses: Sequence[str]) -> Listing[JobPayload]:
        """Return jobs without definitions and results; unknown ones are absent. One request for each 100."""
        wanted = {address: None for address in addresses if base58.is_address(address)}
        others = [fields.label(address) or "" for address in addresses if address not in wanted]
        skipped = [Skipped(other, "It is not a Solana address.") for other in others]
        rows: list[JobPayload] = []
        for start in range(0, len(wanted), BATCH):
            body: JsonValue = {"addresses": [*islice(wanted, start, start + BATCH)], "limit": BATCH}
            call = self._call("The network's batch of jobs", f"{self.network.jobs_url}/jobs/batch", body=body)
            page = self._read(call, jobs.parse_rows)
            rows += page.rows
            skipped += page.skipped
        return Listing(tuple(rows), tuple(skipped))

    def job_counts(
        self,
        *,
        market: str | None = None,
        node: str | None = None,
        poster: str | None = None,
        payer: str | None = None,
    ) -> dict[int, int]:
        """Return how many jobs are in each state."""
        params = _params(market=market, node=node, poster=poster, payer=payer)
        call = self._call("The network's count of jobs", f"{self.network.jobs_url}/jobs/count", params=params)
        return self._read(call, jobs.parse_counts)

    def running(self) -> dict[str, int]:
        """Return how many jobs run in each market; markets without any are absent."""
        call = self._call("The network's list of running jobs", f"{self.network.jobs_url}/jobs/running")
        return self._read(call, jobs.parse_running)

    def running_nodes(self, market: str) -> tuple[str, ...]:
        """Return the nodes of a market that run a job."""
        url = f"{self.network.jobs_url}/jobs/running-nodes"
        call = self._call("The network's list of running nodes", url, params={"market": _address(market)})
        return self._read(call, jobs.parse_running_nodes)

    def stats(self) -> StatsPayload:
        """Return the token's newest figures; NotFound while the network has none."""
        call = self._call("The network's statistics", f"{self.network.jobs_url}/stats")
        found = self._read(call, lambda answer: None if answer is None else stats.parse(answer))
        if found is None:
            raise NotFound(call.says("has no figures yet"))
        return found

    def price(self, at: datetime | None = None) -> Decimal | None:
        """Return USD for one NOS at a time, now if None is given; None where the network has no price for it."""
        timestamp = int(time.time() if at is None else at.timestamp())
        call = self._call(
            "The network's price", f"{self.network.jobs_url}/stats/price", params={"timestamp": timestamp}
        )
        return self._read(call, stats.parse_price)

    def ipfs(self, cid: str) -> bytes:
        """Return a file of at most 16 MB; NotFound for what is no CIDv0."""
        return self._fetcher.fetch(self._ipfs(cid))

    def ipfs_definition(self, cid: str) -> Definition:
        """Return a job's definition with its exact text; one that cannot be used says so itself."""
        return definitions.from_text(json.text_of(self.ipfs(cid)))

    def ipfs_result(self, cid: str) -> ResultPayload:
        """Return a job's result with its logs, and without the addresses of private services."""
        call = self._ipfs(cid)
        text = json.text_of(self._fetcher.fetch(call))
        return _usable(call, lambda: results.from_text(text))

    def market_accounts(self) -> Listing[MarketAccount]:
        """Return every market on the chain, with its queue."""
        return self._accounts(accounts.MARKET, accounts.market)

    def run_accounts(self) -> Listing[RunAccount]:
        """Return every job that a node runs now."""
        return self._accounts(accounts.RUN, accounts.run)

    def job_account(self, address: str) -> JobAccount:
        """Return a job on the chain; NotFound when its account is closed, as finished jobs' are sooner or later."""
        call, found = self._rpc(rpc.account_at(_address(address)))
        account = _usable(call, lambda: fields.mapping(found).get("value"))
        if account is None:
            raise NotFound(call.says("has no account of that address"))
        return _usable(call, lambda: accounts.job(address, rpc.data_of(account)))

    def _call(
        self,
        subject: str,
        url: str,
        *,
        params: dict[str, str | int] | None = None,
        body: JsonValue = None,
        max_bytes: int = 32 * MB,
    ) -> Call:
        return Call(subject, url, self.network.other_limits, params=params or {}, body=body, max_bytes=max_bytes)

    def _read(self, call: Call, parse: Callable[[JsonValue], Answer]) -> Answer:
        """Fetch JSON and parse it; a Malformed names the interface."""
        text = json.text_of(self._fetcher.fetch(call))
        return _usable(call, lambda: parse(json.read_listing(text)))

    def _node(self, address: str, subject: str, url: str) -> NodePayload:
        _address(address)
        call = self._call(subject, url, max_bytes=MAX_NODE_BYTES)
        return self._read(call, lambda answer: nodes.parse(answer, address))

    def _ipfs(self, cid: str) -> Call:
        if not ipfs.is_cid(cid):
            raise NotFound("That is not an IPFS address of this network.")
        return self._call("The IPFS gateway", f"{self.network.ipfs_url}/{cid}", max_bytes=MAX_IPFS_BYTES)

    def _accounts(self, discriminator: bytes, decode: Callable[[str, bytes], fields.Row]) -> Listing[fields.Row]:
        call, found = self._rpc(rpc.accounts_of(self.network.jobs_program, discriminator))
        return _usable(call, lambda: rpc.read_accounts(found, decode))

    def _rpc(self, body: JsonValue) -> tuple[Call, JsonValue]:
        """Return a call's result; the RPC says in its answer that it refuses, also when it is asked too often."""
        call = self._call("The Solana RPC", self.network.rpc_url, body=body)
        try:
            return call, self._read(call, rpc.result_of)
        except rpc.RpcError as problem:
            if problem.code in _RPC_LIMITED:
                raise self._fetcher.refused_for_now(call) from None
            raise Refused(call.says(f"refused the request with error {problem.code}"), 400) from None


def _usable(call: Call, parse: Callable[[], Answer]) -> Answer:
    """Parse an answer; a Malformed becomes a sentence that names the interface."""
    try:
        return parse()
    except Malformed as problem:
        raise Malformed(call.says(f"sent an answer that cannot be used: {problem}")) from None


def _address(text: str) -> str:
    """Return an address that can stand in a URL, or raise NotFound without asking anybody."""
    if not base58.is_address(text):
        raise NotFound("That is not a Solana address.")
    return text


def _params(**given: str | int | None) -> dict[str, str | int]:
    return {name: value for name, value in given.items() if value is not None}
