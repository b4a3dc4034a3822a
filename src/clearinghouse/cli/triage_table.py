"""The result of triage for people at a terminal: first what has a date, then what still lacks an input.

What does not fit a line of a list is cut with an ellipsis, and ``--format json`` has all of it. Where the columns would
become too narrow, each flaw has lines of its own instead, and nothing is cut.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from rich.cells import cell_len

from clearinghouse.cli.layout import GAP, NARROW, console, fit, fit_end, line, rule, say
from clearinghouse.formats.text import clean_line, plural
from clearinghouse.priority import Outcome, in_words, ordering_arm, table_named
from clearinghouse.triage.result import Triage, Vulnerability, missing, unranked

_MOST_RANKED, _MOST_WAITING, _MOST_LINKS, _MOST_CLAIMS = 25, 20, 5, 5
_WIDEST_PLACE, _WIDEST_SIGNALS = 44, 36
_NARROWEST_FLAW = 24
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
    width = console().width
    ranked = [made for made in result.vulnerabilities if not unranked(made)]
    waiting = [made for made in result.vulnerabilities if unranked(made)]
    flaws = plural(len(result.vulnerabilities) + len(result.set_aside), "flaw")
    be = "is" if result.findings == 1 else "are"
    say(f"{plural(result.findings, 'finding')} {be} {flaws}, as of {in_words(result.as_of)}.")
    if ranked:
        _show_ranked(ranked, result.as_of, width)
    if waiting:
        _show_waiting(waiting, width, dated=bool(ranked))
    say()
    _show_scales([*ranked[:_MOST_RANKED], *waiting[:_MOST_WAITING]])
    _show_rest(result)
    say(_next(result, ranked, waiting))


def _show_ranked(ranked: Sequence[Vulnerability], today: dt.date, width: int) -> None:
    shown = ranked[:_MOST_RANKED]
    say(f"\nBy when ({plural(len(ranked), 'flaw')})\n")
    if width < NARROW:
        _stack_ranked(shown, today, width)
    else:
        _list_ranked(shown, today, width)
    _say_more(len(ranked), _MOST_RANKED)
    _show_tiers(shown)
    _show_why(ranked[0])


def _list_ranked(shown: Sequence[Vulnerability], today: dt.date, width: int) -> None:
    """Two lines a flaw: when and what, and beneath it where, why and by whom."""
    number = len(str(len(shown)))
    tier = max(4, *(len(_tier(made)) for made in shown))
    due = max(3, *(len(_due(made, today)) for made in shown))
    widths = (number, tier, due, width - number - tier - due - 3 * len(GAP))
    say(line(("", "tier", "due", "flaw"), widths))
    say(rule(width))
    for place, made in enumerate(shown, 1):
        say(line((str(place), _tier(made), _due(made, today), _what(made)), widths), _style(made, today))
        where = fit_end(_where(made), _WIDEST_PLACE).rstrip()
        say(" " * number + GAP + fit(_about(made, where), width - number - len(GAP)).rstrip())


def _stack_ranked(shown: Sequence[Vulnerability], today: dt.date, width: int) -> None:
    """The same where two columns have no room: each fact on lines of its own, and nothing is cut."""
    say(rule(width))
    for place, made in enumerate(shown, 1):
        say(f"{place}{GAP}{_tier(made)}{GAP}{_due(made, today)}", _style(made, today))
        say(f"   {clean_line(_what(made))}")
        say(f"   {clean_line(_about(made, _where(made)))}")


def _show_waiting(waiting: Sequence[Vulnerability], width: int, *, dated: bool) -> None:
    shown = waiting[:_MOST_WAITING]
    say(f"\nNo date yet ({plural(len(waiting), 'flaw')})")
    attacked = [made for made in waiting if made.signals.kev]
    if attacked:
        be, stand = ("is", "stands") if len(attacked) == 1 else ("are", "stand")
        bounds = _bounds(attacked)
        say(f"{len(attacked):,} of them {be} known to be used in attacks and {stand} first; {bounds}.")
    say()
    columns = _waiting_columns(shown, width)
    widths = [cell_len(cells[0]) for cells in columns.values()]
    widths[0] = width - sum(widths[1:]) - len(GAP) * (len(widths) - 1)
    if width < NARROW or widths[0] < _NARROWEST_FLAW:
        _stack_waiting(shown, width)
    else:
        say(line(columns, widths))
        say(rule(width))
        for row in zip(*columns.values(), strict=True):
            say(line(row, widths))
    _say_more(len(waiting), _MOST_WAITING)
    names = Counter(name for made in waiting for name in missing(made))
    say("\nWhat is missing for a date:" if dated else "\nWhat is missing for any date:")
    for name, count in names.most_common():
        say(f"  {_INPUTS.get(name, name)}: for {plural(count, 'flaw')}")


def _waiting_columns(shown: Sequence[Vulnerability], width: int) -> dict[str, list[str]]:
    """The cells by column, all but those of the first cut to the width of the column; one without any is left out."""
    columns = {"flaw": [_what(made) for made in shown]}
    for name, cells, widest in (
        ("where", [_where(made) for made in shown], width * 3 // 10),
        ("signals", [_signals(made) for made in shown], _WIDEST_SIGNALS),
    ):
        if any(cells):
            fitting = min(max(len(name), *(cell_len(cell) for cell in cells)), widest)
            columns[name] = [fit_end(cell, fitting) if name == "where" else fit(cell, fitting) for cell in cells]
    return columns


def _stack_waiting(shown: Sequence[Vulnerability], width: int) -> None:
    say(rule(width))
    for made in shown:
        say(clean_line(_what(made)))
        about = " · ".join(part for part in (_where(made), _signals(made)) if part)
        if about:
            say(f"   {clean_line(about)}")


def _bounds(waiting: Sequence[Vulnerability]) -> str:
    """What remains possible, most urgent first."""
    possible = {name for made in waiting for name in ordering_arm(made.deadline).possible}
    titles = [outcome.title for name, outcome in _outcomes(waiting[0]).items() if name in possible]
    return f"whatever is missing, the answer is {'; or '.join(titles)}" if titles else "nothing more is known yet"


def _show_tiers(shown: Sequence[Vulnerability]) -> None:
    """Say what the short names of the tiers in the list mean."""
    used = {verdict.outcome for made in shown for verdict in made.deadline.verdicts().values()}
    tiers = [f"{name} = {outcome.title}" for name, outcome in _outcomes(shown[0]).items() if name in used]
    say(f"\nTiers: {'; '.join(tiers)}.")
    if any(made.arms and made.tier is None for made in shown):
        say("Of two tiers the first, and the date, are those of a publicly exposed system (--exposed yes|no).")


def _show_scales(shown: Sequence[Vulnerability]) -> None:
    """Say what the signals in the lists measure."""
    scales = []
    if any(made.signals.epss is not None for made in shown):
        scales.append("EPSS: how likely attacks are in the coming month, 0 to 1.")
    if any(made.signals.cvss is not None for made in shown):
        scales.append("CVSS: how severe it is, 0 to 10.")
    if scales:
        say(" ".join(scales))


def _outcomes(made: Vulnerability) -> dict[str, Outcome]:
    return table_named(made.deadline.table).outcomes


def _show_why(made: Vulnerability) -> None:
    say(f"\nWhy the first: {made.title}")
    for sentence in made.judged.explained():
        say(f"  {sentence}")
    claimed = made.claimed()
    for sentence in claimed[:_MOST_CLAIMS]:
        say(f"  {sentence}")
    if len(claimed) > _MOST_CLAIMS:
        say(f"  ... and {plural(len(claimed) - _MOST_CLAIMS, 'more claim')}")
    if made.same:
        say("Why it is one flaw:")
        for link in made.same[:_MOST_LINKS]:
            say(f"  {link.reason.value}: {link.explanation}")
        if len(made.same) > _MOST_LINKS:
            say(f"  ... and {plural(len(made.same) - _MOST_LINKS, 'more link')}")


def _show_rest(result: Triage) -> None:
    if result.set_aside:
        states = "withdrawn, suppressed, fixed or a false positive"
        each = "it" if len(result.set_aside) == 1 else "each"
        say(f"{plural(len(result.set_aside), 'flaw')} set aside: every finding of {each} is {states}.")
    if result.suggestions:
        say(f"{plural(len(result.suggestions), 'pair')} may be one flaw; a person should look (--format json).")
    if result.full_buckets:
        say(f"{plural(result.full_buckets, 'look-up key')} met too many findings to compare each with each.")


def _next(result: Triage, ranked: Sequence[Vulnerability], waiting: Sequence[Vulnerability]) -> str:
    if not result.vulnerabilities:
        return "Next: name reports with findings; `clearinghouse identify --format json` shows what was read."
    if waiting and not ranked:
        return "Next: supply what is missing, or take a default for it: --policy cisa_default."
    if waiting:
        return "Next: supply what is missing, or --format json for every reason."
    return "Next: --format json for every reason; `clearinghouse deadline` answers for one flaw on one asset."


def _say_more(count: int, most: int) -> None:
    if count > most:
        say(f"... and {count - most:,} more; --format csv or json lists all.")


def _what(made: Vulnerability) -> str:
    name = next(iter(made.identifiers), "")
    return made.title if not name or name in made.title else f"{name} {made.title}"


def _about(made: Vulnerability, where: str) -> str:
    """Where it is, what speaks for haste, and who found it."""
    finders = ", ".join(made.finders[:2])
    if len(made.finders) > 2:
        finders += f" and {len(made.finders) - 2} more"
    parts = (where, _haste(made, "known to be used in attacks"), f"found by {finders}")
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
    told = plural(abs(days), "day")
    return f"{in_words(due)}, in {told}" if days > 0 else f"{in_words(due)}, {told} over"


def _signals(made: Vulnerability) -> str:
    finders = plural(made.signals.discoveries, "finder") if made.signals.discoveries > 1 else ""
    return ", ".join(part for part in (_haste(made, "used in attacks"), finders) if part)


def _haste(made: Vulnerability, attacked: str) -> str:
    signals = made.signals
    told = [attacked] if signals.kev else []
    if signals.epss is not None:
        told.append(f"EPSS {signals.epss:.2f}")
    if signals.cvss is not None:
        told.append(f"CVSS {signals.cvss:g}")
    return ", ".join(told)
