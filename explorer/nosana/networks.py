"""Where each network's interfaces are, and how often it may be asked."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Window:
    """At most `requests` in any `seconds`."""

    requests: int
    seconds: int


#: The published limits of the job list, per client address (the indexer's own rate limiter).
JOB_LIST_LIMITS = (Window(20, 30), Window(500, 3600), Window(3000, 86400))
#: What is asked of any other interface of one host: nothing is published, so this is politeness.
POLITE_LIMITS = (Window(100, 10), Window(6000, 3600))
LOOPBACK_LIMITS = (Window(600, 10),)


@dataclass(frozen=True, slots=True)
class Network:
    """The base URLs of one network (none ends in a slash), its limits, and the pace of the sync in seconds."""

    name: str
    jobs_url: str  # serves /jobs and /stats
    hosts_url: str  # serves /markets and /nodes
    ipfs_url: str  # + "/<cid>"
    node_url: str  # "{node}" stands for the node's address; + "/node/info"
    service_domain: str  # a service is https://<hash>.<service_domain>
    rpc_url: str = field(repr=False)  # Solana JSON-RPC; may carry a key, so it is never shown
    jobs_program: str
    job_list_limits: tuple[Window, ...] = JOB_LIST_LIMITS
    other_limits: tuple[Window, ...] = POLITE_LIMITS
    pin_url: str = "https://api.pinata.cloud/pinning/pinJSONToIPFS"  # where clients put definitions on IPFS
    pace: float = 1.0  # every sync interval is multiplied by it: the sample network lives faster


MAINNET = Network(
    name="mainnet",
    jobs_url="https://dashboard.k8s.prd.nos.ci/api",
    hosts_url="https://dashboard.k8s.prd.nos.ci/api",
    ipfs_url="https://nosana.mypinata.cloud/ipfs",
    node_url="https://{node}.node.k8s.prd.nos.ci",
    service_domain="node.k8s.prd.nos.ci",
    rpc_url="https://api.mainnet-beta.solana.com",
    jobs_program="nosJhNRqr2bc9g1nfGDcXXTXvYUmxD4cVwy2pMWhrYM",
)
DEVNET = Network(
    name="devnet",
    jobs_url="https://dashboard.k8s.dev.nos.ci/api",
    hosts_url="https://dashboard.k8s.dev.nos.ci/api",
    ipfs_url="https://nosana.mypinata.cloud/ipfs",
    node_url="https://{node}.node.k8s.dev.nos.ci",
    service_domain="node.k8s.dev.nos.ci",
    rpc_url="https://api.devnet.solana.com",
    jobs_program="nosJTmGQxvwXy23vng5UjkTbfv91Bzf9jEuro78dAGR",
)


def sample(base_url: str) -> Network:
    """Return the sample network that listens at `base_url`, a loopback address without a trailing slash."""
    return Network(
        name="sample",
        jobs_url=f"{base_url}/api",
        hosts_url=f"{base_url}/api",
        ipfs_url=f"{base_url}/ipfs",
        node_url=f"{base_url}/nodes/{{node}}",
        service_domain="node.sample.localhost",
        rpc_url=f"{base_url}/rpc",
        pin_url=f"{base_url}/pinning/pinJSONToIPFS",
        jobs_program=MAINNET.jobs_program,
        job_list_limits=LOOPBACK_LIMITS,
        other_limits=LOOPBACK_LIMITS,
        pace=0.1,
    )


NAMES = ("mainnet", "devnet", "sample")
