"""What came of a validation, kept: evidence sealed first, then row, signed verdict and entry in the log as one."""

from collections.abc import Callable, Mapping

import msgspec
from django.db import transaction
from django.utils import timezone

from clearinghouse.server.audit.services import record
from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.evidence.blobs import Blob
from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.validations import bundles, remedies, signing
from clearinghouse.server.validations.models import LIVE, Attestation, State, Validation
from clearinghouse.server.validations.opinions import context
from clearinghouse.server.validations.running import Ran, said_of
from clearinghouse.server.validations.sealed import Made, bundle_context, open_as, seal
from clearinghouse.trust.envelope import sign
from clearinghouse.trust.statement import Statement
from clearinghouse.validation.attestation import statement_of
from clearinghouse.validation.result import Evidence, Result

_LARGEST = 1 << 31
"""Most bytes of the evidence of one validation; a hundred runs of each arm, all outputs full, are about half of it."""


def keep(validation: Validation, ran: Ran, sealer: Sealer, require_lease: Callable[[], None]) -> Attestation | None:
    """Keep what came of a validation, signed; None where it was purged or cancelled meanwhile.

    Args:
        validation: with its recipe. sealer: of the recipe. require_lease: proves that this may be committed.

    Raises:
        SigningError: there is no key that signs. NoRoomError: the disk is full.
    """
    signer = signing.own_signer()
    key = signing.own_key(signer)
    envelope = sign(statement(ran), [signer]).to_bytes()
    found = ran.validated.blobs | ran.blobs
    evidence = (*_evidence(ran.validated.result, found), *ran.written)
    blob = _write(validation, {each.sha256: found[each.sha256] for each in evidence}, sealer)
    with transaction.atomic():  # where it fails, what was written is swept later, as nobody knows how it ended
        require_lease()  # first, as it locks the job: a purge and a person who cancels begin with that, too
        made = _keep(validation.pk, ran.validated.result, evidence, blob, envelope, key.pk, sealer)
        if made is not None:
            if ran.remedy is not None:
                remedies.keep(made.recipe_id, ran.remedy, sealer)
            _record(made)
    if made is None:
        blobs.delete(blob.name)
    return made


def statement(ran: Ran) -> Statement:
    """Return what is signed: the verdict, and what the newest release showed."""
    made = statement_of(ran.validated.result)
    subjects = [(each.name, each.digest.sha256) for each in made.subject]
    if ran.newest is not None:
        subjects += [(f"artefact:newest/{name}", digest) for name, digest in ran.newest.artefacts.items()]
    subjects += [(f"evidence:{each.name}", each.sha256) for each in ran.written]
    return Statement.of(subjects, made.predicate_type, made.predicate | said_of(ran.newest))


def _evidence(result: Result, found: Mapping[str, bytes]) -> tuple[Evidence, ...]:
    """What the runs wrote; files of the recipe itself are kept with the recipe, for fewer eyes."""
    return tuple(each for each in result.evidence if not each.given and each.sha256 in found)


def _write(validation: Validation, found: dict[str, bytes], sealer: Sealer) -> Blob:
    return blobs.write(bundles.packed(found), sealer, bundle_context(validation.pk), _LARGEST)


def _keep(
    number: int,
    result: Result,
    evidence: tuple[Evidence, ...],
    blob: Blob,
    envelope: bytes,
    key: int,
    sealer: Sealer,
) -> Attestation | None:
    row = Validation.objects.select_for_update().get(pk=number)
    if row.state not in LIVE:
        return None
    made = open_as(Made, row.meta or b"", row.pk, sealer)
    row.state, row.state_at, row.progress = State.DONE, timezone.now(), None
    row.tier = result.isolation.tier.value if result.isolation else ""
    row.meta = seal(msgspec.structs.replace(made, evidence=evidence), row.pk, sealer)
    row.blob, row.size = blob.name, blob.size
    row.save(update_fields=["state", "state_at", "progress", "tier", "meta", "blob", "size"])
    return Attestation.objects.create(
        recipe_id=row.recipe_id,
        validation=row,
        key_id=key,
        verdict=result.verdict.value,
        mac=vault.keyed("attestation", str(row.recipe_id).encode(), envelope),
        sealed=sealer.seal(envelope, context(row.recipe_id)),
    )


def _record(made: Attestation) -> None:
    row = made.validation
    assert row is not None  # noqa: S101 - it was made for one
    record(None, "validation.done", "validation", row.reference, verdict=made.verdict, tier=row.tier)
