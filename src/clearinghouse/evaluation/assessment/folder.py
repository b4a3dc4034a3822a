"""The folder of an assessment: what stands where.

    plan.toml, plan.dsse.json, plans/     the plan, its signature, and all versions      (``evaluation.plan``)
    log.jsonl, log.head.json              who did what when                              (``evaluation.ledger``)
    log.heads.jsonl                       heads of it that those signed who did it       (``ledger.heads``)
    flags/                                flags that people raised and settled, signed   (:mod:`.flags`)
    pools/DOMAIN.pool.json                manifests of the pools, never the pools        (``evaluation.pools``)
    terms-DOMAIN-STAGE.json, draw-DOMAIN-STAGE.json, each with its .dsse.json   draws    (``pools.ceremony``)
    revealed/DOMAIN-STAGE.revealed.json   which families and tasks were drawn; stage 0 is the development split
    runs/NAME/                            sealed runs                                    (``evaluation.running``)
    verifier.json, verifier.dsse.json     whether the judges of tasks can be believed
    characteristics/DIGEST.json           how often the rule comes to which verdict, simulated once
    runs.csv                              every attempt as a table
    assessment.json                       what all this shows

Everything but the last three is put there by those who make it; the last three are computed and can be made again.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.pools.manifest import LARGEST, Manifest, Revealed, read_revealed, revealed_bytes

POOLS, REVEALED, RUNS, CHARACTERISTICS = "pools", "revealed", "runs", "characteristics"
VERIFIER, TABLE, ASSESSMENT = "verifier.json", "runs.csv", "assessment.json"
DEVELOPMENT = 0
"""The stage under which the families for development are revealed; no draw is made of them."""


def pool_of(folder: Path, domain: str) -> Path:
    """Return where the manifest of a domain's pool is."""
    return folder / POOLS / f"{domain}.pool.json"


def revealed_of(folder: Path, domain: str, stage: int) -> Path:
    """Return where it stands which families and tasks a draw came to."""
    return folder / REVEALED / f"{domain}-{stage}.revealed.json"


def runs_of(folder: Path) -> Path:
    """Return where the runs are."""
    return folder / RUNS


def runs_in(folder: Path) -> Iterator[Path]:
    """Yield the folders of runs, in the order of their names. One that is none is yielded, too, and will be refused."""
    if (folder / RUNS).is_dir():
        yield from sorted(each for each in (folder / RUNS).iterdir() if not each.name.startswith("."))


def keep_revealed(folder: Path, manifest: Manifest, stage: int, revealed: Sequence[Revealed]) -> Path:
    """Put what was revealed of a pool, and its manifest, into the folder of an assessment; return the file.

    Args:
        stage: of the draw; :data:`DEVELOPMENT` for the families for development.

    Raises:
        AssessmentError: more was opened before, or something else. LedgerError: something cannot be written.
    """
    domain = manifest.header.domain
    for each in (POOLS, REVEALED):
        files.make_folder(folder / each)
    files.write(pool_of(folder, domain), manifest.to_bytes())
    path = revealed_of(folder, domain, stage)
    if path.exists():
        there = {each.commitment for each in read_revealed(files.read(path, LARGEST), str(path))}
        if there - {each.commitment for each in revealed}:
            what = f"{path} shows what was opened before, and this is not among it"
            raise AssessmentError(what, "open at least what was opened before", source=str(path))
    files.write(path, revealed_bytes(revealed))
    return path
