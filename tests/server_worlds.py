"""Small worlds for tests: reports in which much is alike."""

from hypothesis import strategies as st

from clearinghouse.records import Advisory, Component, Location, Remedy, State
from server_reports import a_finding

WORDS = (
    "A crafted archive makes the parser write past the end of its buffer when a member has a very long name",
    "The session token is taken from the address so that whoever reads the log can act for the person signed in",
    "Memory of a closed connection is used again when the peer sends a frame after the end of the stream arrived",
)


@st.composite
def worlds(draw):
    """Reports of findings that share places, words, identifiers and fixes."""
    made = []
    for number in range(draw(st.integers(1, 4))):
        finder = draw(st.sampled_from(["Lab A", "Lab B", "Lab C"]))
        kinds = st.sampled_from(["place", "words", "advisory"])
        report = [
            draw(findings(index, f"report {number}", finder, draw(kinds))) for index in range(draw(st.integers(0, 6)))
        ]
        made.append(report)
    return made


@st.composite
def findings(draw, index, source, finder, kind):
    common = {
        "source": source,
        "finder": finder,
        "title": draw(st.sampled_from(["Overflow", "Injection"])),
        "components": (Component(name=draw(st.sampled_from(["left", "right"]))),),
        "identifiers": tuple(
            sorted(
                draw(st.sets(st.sampled_from(["CVE-2026-1001", "CVE-2026-1002", "GHSA-2222-3333-4444"]), max_size=1))
            )
        ),
        "state": draw(st.sampled_from([State.OPEN, State.OPEN, State.OPEN, State.FIXED])),
        "observed": draw(st.sampled_from([None, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"])),
    }
    if kind == "place":
        rule = draw(st.sampled_from(["overflow", "injection"]))
        place = Location(
            path=draw(st.sampled_from(["src/a.c", "lib/src/a.c", "src/b.c"])),
            line=draw(st.sampled_from([3, 9, 30])),
            symbol=draw(st.sampled_from([None, "parse", "handle"])),
            snippet=draw(st.sampled_from([None, "copy(buffer, name, length);", "run(command);"])),
        )
        prints = draw(st.sampled_from([(), (("hash/v1", "0123456789abcdef"),), (("hash/v1", "fedcba9876543210"),)]))
        text = draw(st.sampled_from(["A long name overflows buffer of parse", "User input reaches run in handle"]))
        return a_finding(index, rule=rule, locations=(place,), fingerprints=prints, description=text, **common)
    fixes = draw(st.sets(st.sampled_from(["a" * 40, "b" * 40]), max_size=1))
    remedies = tuple(Remedy(kind="commit", value=each) for each in fixes)
    links_ = tuple(
        sorted(
            draw(st.sets(st.sampled_from(["https://example.org/issues/1", "https://example.org/issues/2"]), max_size=1))
        )
    )
    common |= {"description": draw(st.sampled_from(WORDS)), "remedies": remedies, "references": links_, "locations": ()}
    if kind == "advisory":
        common["advisory"] = Advisory(published="2026-01-01T00:00:00Z")
    return a_finding(index, rule=None, **common)
