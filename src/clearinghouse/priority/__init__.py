"""By when, and in which order: decision tables as data, deadlines with their clocks, signals and ranking.

The usual way in::

    known = Signals.of(records).for_identifiers(("CVE-2026-1234",))
    made = deadline_for(known, exposed="unknown", identified=date(2026, 8, 20))
    for line in sentences(made):
        print(line)

A result names its table, row, policy and clock rule; the same inputs give the same answer. Users' documentation
is in ``docs/deadlines.md``.
"""

from clearinghouse.priority.assess import deadline_for
from clearinghouse.priority.clocks import Clock, Start, StartFacts, StartReason
from clearinghouse.priority.cvss_score import CvssScore, cvss_score
from clearinghouse.priority.deadlines import INCOMPLETE, Deadline, Verdict, deadline
from clearinghouse.priority.errors import DateError, PriorityError, TableError, UnknownValueError
from clearinghouse.priority.explain import Why, reasons, sentences
from clearinghouse.priority.facts import Fact, Inputs, KevStatus, UsedInput, given, parse_date
from clearinghouse.priority.history import Held, Revision, history
from clearinghouse.priority.policies import DEFAULT_POLICY, Policy, policies
from clearinghouse.priority.ranking import (
    Rank,
    RankKey,
    ordering_arm,
    rank_key,
    rank_of,
    rank_reasons,
    rank_sentence,
    verdict_key,
)
from clearinghouse.priority.signals import Signal, Signals, SignalSet
from clearinghouse.priority.ssvc import read_ssvc_table
from clearinghouse.priority.tables import (
    DecisionTable,
    Outcome,
    Row,
    read_table,
    shipped_tables,
    table_for,
    table_named,
)
from clearinghouse.priority.words import in_words, left_in_words

__all__ = [
    "DEFAULT_POLICY",
    "INCOMPLETE",
    "Clock",
    "CvssScore",
    "DateError",
    "Deadline",
    "DecisionTable",
    "Fact",
    "Held",
    "Inputs",
    "KevStatus",
    "Outcome",
    "Policy",
    "PriorityError",
    "Rank",
    "RankKey",
    "Revision",
    "Row",
    "Signal",
    "SignalSet",
    "Signals",
    "Start",
    "StartFacts",
    "StartReason",
    "TableError",
    "UnknownValueError",
    "UsedInput",
    "Verdict",
    "Why",
    "cvss_score",
    "deadline",
    "deadline_for",
    "given",
    "history",
    "in_words",
    "left_in_words",
    "ordering_arm",
    "parse_date",
    "policies",
    "rank_key",
    "rank_of",
    "rank_reasons",
    "rank_sentence",
    "read_ssvc_table",
    "read_table",
    "reasons",
    "sentences",
    "shipped_tables",
    "table_for",
    "table_named",
    "verdict_key",
]
