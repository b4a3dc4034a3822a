"""What a service identity may be allowed to do."""

from enum import StrEnum


class Scope(StrEnum):
    """One thing that a key may be good for. A key has only those that it was given, whatever its participant may do."""

    REPORT_SUBMIT = "report:submit"
    """Send reports and their attachments."""
    REPORT_READ = "report:read"
    """See one's own reports, their receipts and findings."""
    VULNERABILITY_READ = "vulnerability:read"
    """See vulnerabilities that the participant may see."""
    INVENTORY_WRITE = "inventory:write"
    """Send, replace and remove inventories."""
    INVENTORY_READ = "inventory:read"
    """See one's own inventories and worklist."""
    EVIDENCE_READ = "evidence:read"
    """Download raw reports and reproducers, each time with a purpose."""
    VALIDATION_REQUEST = "validation:request"
    """Ask that reproducers are run, and give in signed verdicts."""
    VALIDATION_READ = "validation:read"
    """See validations of what the participant may see."""
    OVERVIEW_READ = "overview:read"
    """See the numbers of the overview."""
