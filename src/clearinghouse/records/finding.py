"""The finding: one claim in a report, in the canonical form."""

from enum import StrEnum

import msgspec

from clearinghouse.records.advisory import Advisory
from clearinghouse.records.claim import SenderClaim
from clearinghouse.records.component import Component
from clearinghouse.records.credit import Credit, Provenance
from clearinghouse.records.location import Location
from clearinghouse.records.marking import Marking


class State(StrEnum):
    """What the sender says has become of it; never our verdict."""

    OPEN = "open"
    FIXED = "fixed"
    SUPPRESSED = "suppressed"
    FALSE_POSITIVE = "false_positive"
    WITHDRAWN = "withdrawn"


class Severity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One party's severity, verbatim.

    Attributes:
        system: ``CVSS:2.0`` to ``CVSS:4.0`` for vectors; otherwise the name of the source's own scale.
        value: the vector, word or number as written. source: who scored, if stated.
    """

    system: str
    value: str
    source: str = ""


class Frame(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One stack frame, as printed. ``file`` and ``line`` are None where the log has none."""

    function: str
    file: str | None = None
    line: int | None = None


class Crash(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a crash log shows.

    Attributes:
        tool: the detector or runtime that wrote the log (``AddressSanitizer``, ``Go``, ``gdb``, ...).
        type: normalised kind without access (``Heap-buffer-overflow``).
        access: ``READ``, ``WRITE`` or None. size: bytes of the access, or None.
        address: faulting address as printed, or None.
        state: up to three normalised frames that identify the crash; empty when nothing identifies it.
        frames: frames of the crashing stack, innermost first, as printed.
        security: whether the ClusterFuzz rule takes it for a security issue; their rule, not our severity.
        weak: most of the state lies in fuzzing or harness code.
        target: fuzz target or process, if known.
        signature: hex digest over type and state, equal for crashes with equal state; None without a state.
        summary: how the log sums the crash up in one line: the tool's own summary, else the line that announces it.
        signal: signal or exception code that ended the process (``SIGSEGV``, ``c0000005``), or None.
        exception: class of the exception that nothing caught (``java.lang.IllegalStateException``), or None.
        place: where the program itself says that it failed (a failed check, undefined behaviour), or None.
        symbolised: whether any frame has the name of a function; None without frames.
        offsets: for each of ``frames`` where its code lies in a binary (``/lib/libc.so.6+0x7e2fa``), empty for one
            of which the log does not say; no entry at all when it says so of none.
        build_ids: (binary, build id) pairs, of the binaries in the stack whose build id the log shows.
        input: path of the input that was being run, as printed. command: command line of the program, as printed.
        process: process or kernel task that crashed, as printed.
        tool_version: version of ``tool`` (of the kernel, for a kernel's crash), as printed.
    """

    tool: str
    type: str
    access: str | None = None
    size: int | None = None
    address: str | None = None
    state: tuple[str, ...] = ()
    frames: tuple[Frame, ...] = ()
    security: bool = False
    weak: bool = False
    target: str | None = None
    signature: str | None = None
    summary: str | None = None
    signal: str | None = None
    exception: str | None = None
    place: Location | None = None
    symbolised: bool | None = None
    offsets: tuple[str, ...] = ()
    build_ids: tuple[tuple[str, str], ...] = ()
    input: str | None = None
    command: str | None = None
    process: str | None = None
    tool_version: str | None = None


class Remedy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Something that is said to fix it.

    Attributes:
        kind: ``commit``, ``version``, ``patch`` (a digest of the diff), ``url`` or ``mitigation`` (advice in words).
        value: the commit hash, version, digest or address; of advice, its first sentence.
        repository: for a commit, the repository URL, if known.
        description: of advice, the whole of it.
    """

    kind: str
    value: str
    repository: str | None = None
    description: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One claim in a report.

    Attributes:
        source: the document, ``<path>[!<archive member>]``. index: position in it, from 0, over all runs.
        format: name of the format it was read from.
        title: one line. description: the sender's text.
        finder: who says so (a lab, a tool), for counting independent discoveries.
        native_id: the identifier that the document gives this finding, if any.
        rule: the tool's rule, if any.
        components: what it is about; the first is the principal one.
        identifiers: canonical public identifiers of the *flaw* (CVE, GHSA, vendor ids).
        weaknesses: ``CWE-n``, most specific first as the source gave them.
        locations: the first is the principal one. trace: places on the way (code flows), not identity by themselves.
        fingerprints: (name, value) pairs that the tool gave.
        crash, advisory: the part that only crash logs or advisories have.
        severities: each party's own. remedies: what is said to fix it.
        references: URLs. credits, provenance, marking: pass through every hop unchanged.
        state: the sender's claim. observed: RFC 3339 time of observation, or None.
        claims: what else the sender says of it (reproduced, patched, ...); shown, and never compared or ranked.
    """

    source: str
    index: int
    format: str
    title: str
    finder: str
    description: str = ""
    native_id: str | None = None
    rule: str | None = None
    components: tuple[Component, ...] = ()
    identifiers: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    locations: tuple[Location, ...] = ()
    trace: tuple[Location, ...] = ()
    fingerprints: tuple[tuple[str, str], ...] = ()
    crash: Crash | None = None
    advisory: Advisory | None = None
    severities: tuple[Severity, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    references: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()
    provenance: Provenance | None = None
    marking: Marking | None = None
    state: State = State.OPEN
    observed: str | None = None
    claims: tuple[SenderClaim, ...] = ()

    @property
    def id(self) -> str:
        """``<path as given or found>[!<archive member>]#<zero-based index over all runs of the file>``."""
        return f"{self.source}#{self.index}"

    @property
    def component(self) -> Component | None:
        """The principal component, if one is known."""
        return self.components[0] if self.components else None
