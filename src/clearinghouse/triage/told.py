"""What a worklist rests on and what it says nothing about, as lines for people."""

from collections import Counter
from collections.abc import Iterator

from clearinghouse.formats.text import clean_line, plural
from clearinghouse.packages.match import Verdict
from clearinghouse.triage.deployer import Deployer
from clearinghouse.triage.places import short_names

_SIGNALS = {
    "kev": "flaws known to be used in attacks (CISA's KEV catalogue)",
    "epss": "how likely attacks are (EPSS)",
    "ssvc": "what an attack can do (SSVC)",
}


def is_judged(verdict: Verdict) -> bool:
    """Whether something can be said of a component: that it is or may be affected, or that nothing read affects it.

    One advisory of several that cannot be compared leaves it judged by the others.
    """
    return bool(verdict.exposures) or all(item.advisory is not None for item in verdict.unjudged)


def made_from(found: Deployer) -> Iterator[str]:
    """Yield what a worklist rests on: each inventory with its size, advisories, and signals of each kind."""
    held = Counter(inventory.source for inventory, _, _ in found.stock.holdings())
    names = short_names(held)
    for source, count in held.items():
        yield f"{names[source]}: {plural(count, 'component')}"
    yield plural(len(found.published.index), "advisory", "advisories")
    for kind, count in found.signals.given.items():
        if count:
            yield f"{_SIGNALS[kind]}: {plural(count, 'entry', 'entries')}"


def unknown(found: Deployer) -> list[str]:
    """Return what could not be judged, each once, with why."""
    return list(dict.fromkeys(_unjudged(found)))


def _unjudged(found: Deployer) -> Iterator[str]:
    for met in found:
        for item in met.verdict.unjudged:
            if item.advisory is None:
                yield f"{clean_line(met.held.item.written, 120)}: {item.reason}"
