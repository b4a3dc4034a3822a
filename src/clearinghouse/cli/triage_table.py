"""The result of triage for people at a terminal: first what has a date, then what still lacks an input.

A ranked flaw takes two lines: when and what, and beneath it where, why and by whom. Nothing is folded; what does not
fit is cut with an ellipsis, and ``--format json`` has all of it.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from clearinghouse.cli.output import GAP, console, fit, fit_end, line, wrap
from clearinghouse.priority import in_words, ordering_arm
from clearinghouse.triage import Triage, Vulnerability, missing, unranked

_MOST_RANKED, _MOST_WAITING, _MOST_LINKS = 25, 20, 5
_WIDEST_PLACE, _WIDEST_SIGNALS = 44, 32
_INPUTS = {
    "kev": "whether it is known to be used in attacks (--kev FILE)",
    "exposed": "whether it is publicly exposed (--exposed yes|no)",
    "automatable": "whether an attack can be automated (--ssvc PATH)",
    "impact": "how much an attacker gains (--ssvc PATH)",
    "identified": "since when you know of it (--identified DATE)",
}
"""The inputs of the decision table in words, each with the option that supplies it."""


def show(result: Triage) -> None:
    """Print the list."""
    out = console()
    ranked = [made for made in result.vulnerabilities if not unranked(made)]
    waiting = [made for made in result.vulnerabilities if unranked(made)]
    flaws = _many(len(result.vulnerabilities) + len(result.set_aside), "flaw")
    be = "is" if result.findings == 1 else "are"
    _say(f"{_many(result.findings, 'finding')} {be} {flaws}, as of {in_words(result.as_of)}.")
    if ranked:
        _show_ranked(ranked, result.as_of, out.width)
    if waiting:
        _show_waiting(waiting, out.width, dated=bool(ranked))
    _show_rest(result)
    _say(_next(result, ranked, waiting))


def _show_ranked(ranked: Sequence[Vulnerability], today: dt.date, width: int) -> None:
    shown = ranked[:_MOST_RANKED]
    number = len(str(len(shown)))
    tier = max(4, *(len(_tier(made)) for made in shown))
    due = max(3, *(len(_due(made, today)) for made in shown))
    what = max(width - number - tier - due - 3 * len(GAP), 8)
    widths = (number, tier, due, what)
    _say(f"\nBy when ({_many(len(ranked), 'flaw')})\n")
    _say(line(("", "tier", "due", "flaw"), widths))
    _say("─" * width)
    for place, made in enumerate(shown, 1):
        _say(line((str(place).rjust(number), _tier(made), _due(made, today), _what(made)), widths), _style(made, today))
        _say(" " * number + GAP + fit(_about(made), width - number - len(GAP)).rstrip())
    _say_more(len(ranked), _MOST_RANKED)
    if any(made.arms and made.tier is None for made in shown):
        _say("\nOf two tiers the first, and the date, are those of a publicly exposed system (--exposed yes|no).")
    _show_why(ranked[0])


def _show_waiting(waiting: Sequence[Vulnerability], width: int, *, dated: bool) -> None:
    shown = waiting[:_MOST_WAITING]
    columns = {"flaw": [_what(made) for made in shown]}
    for name, cells, widest in (
        ("where", [_where(made) for made in shown], width * 2 // 5),
        ("signals", [_signals(made) for made in shown], _WIDEST_SIGNALS),
    ):
        if any(cells):
            fitting = min(max(len(name), *(cell_len(cell) for cell in cells)), widest)
            columns[name] = [fit_end(cell, fitting) if name == "where" else fit(cell, fitting) for cell in cells]
    widths = [cell_len(cells[0]) for cells in columns.values()]
    widths[0] = width - sum(widths[1:]) - len(GAP) * (len(widths) - 1)
    _say(f"\nNo date yet ({_many(len(waiting), 'flaw')})")
    attacked = [made for made in waiting if made.signals.kev]
    if attacked:
        told = _many(len(attacked), "flaw")
        _say(f"{told} of these known to be used in attacks, first in the list: {_bounds(attacked)}.")
    _say("")
    _say(line(columns, widths))
    _say("─" * width)
    for row in zip(*columns.values(), strict=True):
        _say(line(row, widths))
    _say_more(len(waiting), _MOST_WAITING)
    names = Counter(name for made in waiting for name in missing(made))
    _say("\nWhat is missing for a date:" if dated else "\nWhat is missing for any date:")
    for name, count in names.most_common():
        _say(f"  {_INPUTS.get(name, name)}: of {_many(count, 'flaw')}")


def _bounds(waiting: Sequence[Vulnerability]) -> str:
    """The outcomes that remain possible, most urgent first."""
    verdicts = [ordering_arm(made.deadline) for made in waiting]
    names = dict.fromkeys(name for verdict in verdicts for name in verdict.possible)
    return "whatever is missing, " + " or ".join(names) if names else "nothing is known yet"


def _show_why(made: Vulnerability) -> None:
    _say(f"\nWhy the first: {made.title}")
    for sentence in made.explained():
        _say(f"  {sentence}")
    if made.same:
        _say("Why it is one flaw:")
        for link in made.same[:_MOST_LINKS]:
            _say(f"  {link.reason.value}: {link.explanation}")
        if len(made.same) > _MOST_LINKS:
            _say(f"  ... and {len(made.same) - _MOST_LINKS} more links")


def _show_rest(result: Triage) -> None:
    _say("")
    if result.set_aside:
        states = "withdrawn, suppressed, fixed or a false positive"
        _say(f"{_many(len(result.set_aside), 'flaw')} set aside: every finding of it is {states}.")
    if result.suggestions:
        _say(f"{_many(len(result.suggestions), 'pair')} may be one flaw; a person should look (--format json).")
    if result.full_buckets:
        _say(f"{_many(result.full_buckets, 'look-up key')} met too many findings to compare each with each.")


def _next(result: Triage, ranked: Sequence[Vulnerability], waiting: Sequence[Vulnerability]) -> str:
    if not result.vulnerabilities:
        return "Next: name reports with findings; `clearinghouse identify --format json` shows what was read."
    if waiting and not ranked:
        return "Next: supply what is missing, or take a default for it: --policy cisa_default."
    if waiting:
        return "Next: supply what is missing, or --format json for every reason."
    return "Next: --format json for every reason; `clearinghouse deadline` answers for one flaw on one asset."


def _say(text: str, style: str = "") -> None:
    out = console()
    for paragraph in text.split("\n"):
        indent = len(paragraph) - len(paragraph.lstrip())
        lines = [paragraph] if cell_len(paragraph) <= out.width else wrap(paragraph, out.width, indent)
        for each in lines:
            out.print(Text(each, style), soft_wrap=True)


def _say_more(count: int, most: int) -> None:
    if count > most:
        _say(f"... and {count - most:,} more; --format csv or json lists all.")


def _what(made: Vulnerability) -> str:
    name = next(iter(made.identifiers), "")
    return made.title if not name or name in made.title else f"{name} {made.title}"


def _about(made: Vulnerability) -> str:
    """Where it is, what speaks for haste, and who found it."""
    finders = ", ".join(made.finders[:2])
    if len(made.finders) > 2:
        finders += f" and {len(made.finders) - 2} more"
    parts = (fit_end(_where(made), _WIDEST_PLACE).rstrip(), _haste(made), f"found by {finders}")
    return " · ".join(part for part in parts if part)


def _style(made: Vulnerability, today: dt.date) -> str:
    due = ordering_arm(made.deadline).due
    return "bold red" if due and due < today else ""


def _where(made: Vulnerability) -> str:
    return " ".join(part for part in (made.component, made.location) if part)


def _tier(made: Vulnerability) -> str:
    if made.arms and made.tier is None:
        return f"{made.arms['exposed'].outcome}/{made.arms['not_exposed'].outcome}"
    return made.tier or ""


def _due(made: Vulnerability, today: dt.date) -> str:
    due = ordering_arm(made.deadline).due
    if due is None:
        return "at the next upgrade"
    days = (due - today).days
    if days == 0:
        return f"{in_words(due)}, today"
    told = _many(abs(days), "day")
    return f"{in_words(due)}, in {told}" if days > 0 else f"{in_words(due)}, {told} over"


def _signals(made: Vulnerability) -> str:
    many = made.signals.discoveries > 1
    return ", ".join(part for part in (_haste(made), _many(made.signals.discoveries, "finder") if many else "") if part)


def _haste(made: Vulnerability) -> str:
    signals = made.signals
    told = ["known to be used in attacks"] if signals.kev else []
    if signals.epss is not None:
        told.append(f"EPSS {signals.epss:.2f}")
    if signals.cvss is not None:
        told.append(f"CVSS {signals.cvss:g}")
    return ", ".join(told)


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
