"""An invented determination about an invented assessment: nobody decided anything."""

import datetime as dt
import hashlib

import msgspec
from securesystemslib.signer import CryptoSigner

from clearinghouse.evaluation.determination.draft import Asked, Disagrees, Draft, Officer, Said
from clearinghouse.evaluation.determination.making import Made, made_from
from clearinghouse.evaluation.determination.record import Conclusion, Evidence, Interest, Reconsidered, Roles
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.trust.keys import KeyRing, PublicKey
from invented_assessment import invented

OFFICER, SECOND, DEVELOPER, STRANGER = (CryptoSigner.generate_ed25519() for _ in range(4))
KEYS = KeyRing(PublicKey(each.public_key) for each in (OFFICER, SECOND, DEVELOPER))
DECIDED = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
SECRET = "The third range holds a flaw that nobody else knows of"
OPINION = "I would wait for the next version"


def keyid(signer):
    return signer.public_key.keyid


def draft(**changes):
    made = Draft(
        number="FD-2026-001",
        conclusion=Conclusion.COVERED,
        officer=Officer(name="Olga Officer", office="Director of Assessment", organisation="Example Office"),
        roles=Roles(requester="Rita Requester", operator="Otto Operator", analyst="Ana Analyst", custodians=("Kim",)),
        reason=(
            Said(says="Two domains are above their thresholds, and the grid does not change that."),
            Said(says=SECRET, withheld="it would give away a task of the pool"),
        ),
        interest=(Interest(name="Olga Officer", says="None."), Interest(name="Carl Counsel", says="None.")),
        consulted=(
            Asked(
                name="Carl Counsel",
                role="Counsel",
                at=DECIDED - dt.timedelta(days=1),
                opinion=OPINION,
                withheld="advice of counsel",
            ),
        ),
        dissent=(Disagrees(name="Dora Dissenter", says="The ladder should have gone further."),),
        decided=DECIDED,
    )
    return msgspec.structs.replace(made, **changes)


def made(
    verdict: Verdict = Verdict.COVERED,
    assessment=None,
    signer=OFFICER,
    reconsiders: Reconsidered | None = None,
    evidence=None,
    **changes,
) -> Made:
    """A record whose conclusion is the finding's, unless ``changes`` say otherwise."""
    about = assessment or invented(verdict)
    data = msgspec.json.encode(about)
    digest = hashlib.sha256(data).hexdigest()
    changes.setdefault("conclusion", Conclusion(about.finding.verdict.value))
    cites = evidence or (Evidence(name="assessment.json", sha256=digest),)
    return made_from(draft(**changes), about, digest, cites, keyid(signer), DECIDED, reconsiders=reconsiders)
