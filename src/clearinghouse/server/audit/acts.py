"""What can be done that the log remembers, with a sentence for people."""

from enum import StrEnum
from typing import Self


class Act(StrEnum):
    """One thing that somebody does.

    Its word is stored for ever, so it is never renamed or used for something else.

    Attributes:
        sentence: what happened, for people.
    """

    sentence: str

    def __new__(cls, word: str, sentence: str = "") -> Self:
        """Make an act of its word and its sentence."""
        act = str.__new__(cls, word)
        act._value_ = word
        act.sentence = sentence
        return act

    PARTICIPANT_CREATED = "participant.created", "An organisation joined."
    PARTICIPANT_CLOSED = "participant.closed", "An organisation left; nobody of it may do anything any more."
    PERSON_INVITED = "person.invited", "A person was invited."
    PERSON_DEACTIVATED = "person.deactivated", "A person may no longer sign in."
    KEY_CREATED = "key.created", "A key for a program was made."
    KEY_REVOKED = "key.revoked", "A key for a program was revoked."
    PERSON_JOINED = "person.joined", "A person took up their invitation."
    PERSON_CHANGED = "person.changed", "What a person may do for their organisation was changed."
    PERSON_SIGNED_IN = "person.signed_in", "A person signed in."
    PERSON_SIGNED_OUT = "person.signed_out", "A person signed out a browser, or all of theirs."
    PASSWORD_CHANGED = "password.changed", "A person changed their password."
    FACTOR_ADDED = "factor.added", "A person set up a second factor, or new recovery codes."
    FACTOR_REMOVED = "factor.removed", "A person gave up a second factor."
    REPORT_RECEIVED = "report.received", "A report came in."
    REPORT_READ = "report.read", "The findings of a report were read out of it."
    REPORT_FAILED = "report.failed", "A report could not be read; its bytes are kept."
    REPORT_PURGED = "report.purged", "The content of a report was destroyed."
    ATTACHMENT_RECEIVED = "attachment.received", "A reproducer, patch or other attachment came in."
    EVIDENCE_DOWNLOADED = (
        "evidence.downloaded",
        "A raw report or an attachment was downloaded, for a stated purpose.",
    )
    VULNERABILITY_MERGED = "vulnerability.merged", "Two vulnerabilities were joined into one."
    VULNERABILITY_DIVIDED = "vulnerability.divided", "A vulnerability was divided into two."
    DIVISION_WITHDRAWN = "division.withdrawn", "Somebody took back that two findings are not the same flaw."
    VULNERABILITY_SHARED = "vulnerability.shared", "A participant or a person was let in to something."
    SHARE_REVOKED = "share.revoked", "A participant or a person is no longer let in to something."
    SUGGESTION_REJECTED = "suggestion.rejected", "Somebody decided that two findings are not the same flaw."
    GLASS_REQUESTED = "glass.requested", "An administrator asked to look at something that is closed to them."
    GLASS_BROKEN = "glass.broken", "A second person agreed that an administrator looks at something for a while."
    GLASS_ENDED = "glass.ended", "An administrator no longer looks at something that is closed to them."
    JOB_RETRIED = "job.retried", "A failed job was started again."
    JOB_CANCELLED = "job.cancelled", "A job was cancelled."
    VALIDATION_REQUESTED = "validation.requested", "Somebody asked that a reproducer is run."
    VALIDATION_REFUSED = "validation.refused", "A reproducer was not run: it needs better isolation than there is."
    VALIDATION_DONE = "validation.done", "A reproducer was run, and the verdict was signed."
    VALIDATION_FAILED = "validation.failed", "A validation did not come to its end."
    VALIDATION_CANCELLED = "validation.cancelled", "A validation was cancelled."
    REMEDY_TAKEN_APART = "remedy.taken_apart", "Somebody asked which parts of a patch stop which of two reproducers."
    VERDICT_RECEIVED = "verdict.received", "A participant gave in a verdict that it signed."
    SIGNING_KEY_ADDED = "signing_key.added", "A key came into use whose signatures on verdicts count."
    SIGNING_KEY_PROVED = "signing_key.proved", "It was proved who has the private half of a key that was in use before."
    SIGNING_KEY_REVOKED = "signing_key.revoked", "Signatures of a key on verdicts no longer count."
    INVENTORY_RECEIVED = "inventory.received", "An inventory came in."
    INVENTORY_REPLACED = "inventory.replaced", "A newer version of an inventory came in."
    INVENTORY_READ = "inventory.read", "What an inventory lists was read out of it."
    INVENTORY_FAILED = "inventory.failed", "An inventory could not be read; its bytes are kept."
    INVENTORY_SHARED = "inventory.shared", "An inventory was opened to the coordinator, or closed to them again."
    INVENTORY_TERMS = "inventory.terms", "A participant said what holds for all of its inventories."
    ACTION_ACKNOWLEDGED = (
        "action.acknowledged",
        "Somebody marked an action of their worklist as done or not applicable.",
    )
    ACKNOWLEDGEMENT_TAKEN_BACK = "acknowledgement.taken_back", "A mark on an action of a worklist was taken back."
    INVENTORY_REMOVED = "inventory.removed", "An inventory was removed."
    BACKUP_MADE = "backup.made", "A backup was made."
    BACKUP_RESTORED = "backup.restored", "The installation was restored from a backup."
    MASTER_ROTATED = "master.rotated", "The keys were wrapped under a new master key."
    SIGNALS_UPDATED = "signals.updated", "What is known from outside about exploitation was brought up to date."
    ENTRY_ERASED = "entry.erased", "Entries of this log were made unreadable for ever."
