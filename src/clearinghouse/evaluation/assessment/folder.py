"""The folder of an assessment: what stands where.

    plan.toml, plan.dsse.json, plans/     the plan, its signature, and all versions      (``evaluation.plan``)
    log.jsonl, log.head.json              who did what when                              (``evaluation.ledger``)
    pools/DOMAIN.pool.json                manifests of the pools, never the pools        (``evaluation.pools``)
    draws/DOMAIN-STAGE.draw.json          draws of families
    revealed/DOMAIN-STAGE.revealed.json   which families and tasks were drawn; stage 0 is the development split
    runs/NAME/                            sealed runs                                    (``evaluation.running``)
    verifier.json                         whether the judges of tasks can be believed
    runs.csv                              every attempt as a table
    assessment.json                       what all this shows

Everything but the last two is put there by those who make it; the last two are computed and can be made again.
"""

from collections.abc import Iterator
from pathlib import Path

from clearinghouse.evaluation.running.asked import NAME as RUN

POOLS, DRAWS, REVEALED, RUNS = "pools", "draws", "revealed", "runs"
VERIFIER, TABLE, ASSESSMENT = "verifier.json", "runs.csv", "assessment.json"
DEVELOPMENT = 0
"""The stage under which the families for development are revealed; no draw is made of them."""


def pool_of(folder: Path, domain: str) -> Path:
    """Return where the manifest of a domain's pool is."""
    return folder / POOLS / f"{domain}.pool.json"


def draw_of(folder: Path, domain: str, stage: int) -> Path:
    """Return where a draw of a domain is; stage 1 is the first."""
    return folder / DRAWS / f"{domain}-{stage}.draw.json"


def revealed_of(folder: Path, domain: str, stage: int) -> Path:
    """Return where it stands which families and tasks a draw came to."""
    return folder / REVEALED / f"{domain}-{stage}.revealed.json"


def runs_in(folder: Path) -> Iterator[Path]:
    """Yield the folders of runs, in the order of their names."""
    yield from sorted(each.parent for each in (folder / RUNS).glob(f"*/{RUN}"))
