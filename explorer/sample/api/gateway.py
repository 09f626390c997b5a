"""The IPFS gateway: definitions as they were pinned, results with their logs written on request."""

from __future__ import annotations

from explorer.nosana import ipfs
from explorer.sample import draw, fate, flow, order
from explorer.sample.api.answer import Answer, Problem, Request, encoded
from explorer.sample.network import Network
from explorer.sample.record import Job
from explorer.sample.report import Reporter

FOREVER = {"Cache-Control": "public, max-age=29030400, immutable"}


def content(network: Network, _: Request, cid: str) -> Answer:
    """GET /ipfs/<cid>: what is behind a CID never changes."""
    if not ipfs.is_cid(cid):
        raise Problem(400, {"error": "invalid ipfs path"})
    headers = FOREVER | {"ETag": f'"{cid}"', "X-Ipfs-Path": f"/ipfs/{cid}"}
    if found := network.store.contents([cid]).get(cid):
        return Answer(encoded(found[1]), headers=headers)
    jobs = network.store.jobs("ipfs_result = ? LIMIT 1", (cid,))
    if not jobs:
        raise Problem(404, {"error": "no link named under that path"})
    return Answer(encoded(result_text(network, jobs[0])), headers=headers)


def result_text(network: Network, job: Job) -> str:
    """Return the result of an ended job, logs and all; the same every time."""
    node = network.world.nodes[job.node]
    pinned = network.store.contents([job.ipfs_job]).get(job.ipfs_job)
    ops = fate.ops_of(order.read(pinned[1])[1]) if pinned else None
    report = Reporter(network.seed, job.address, job.pace, node, ops or [])
    return draw.dumps(flow.shown(report.with_logs(job.flow or {}), node))
