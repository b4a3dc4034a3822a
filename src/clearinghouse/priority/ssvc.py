"""Reading the decision tables that CERT/CC publishes as JSON.

Source: CERT/CC SSVC, ``DecisionTable_2_0_0.schema.json`` (https://certcc.github.io/SSVC/data/schema/v2/).
Rows have no numbers there: they are numbered in file order, from 1. Outcomes carry no days.
"""

import msgspec

from clearinghouse.priority.errors import TableError
from clearinghouse.priority.tables import DecisionTable, Outcome, TableDocument, TableInput, decoded


class _Value(msgspec.Struct):
    key: str
    name: str = ""


class _Point(msgspec.Struct):
    values: list[_Value]
    name: str = ""


class _SsvcTable(msgspec.Struct):
    namespace: str
    key: str
    version: str
    outcome: str
    decision_points: dict[str, _Point]
    mapping: list[dict[str, str]]
    name: str = ""
    definition: str = ""


def read_ssvc_table(raw: bytes, *, source: str) -> DecisionTable:
    """Read one CERT/CC decision table.

    The deadlines here use only the table that is shipped. This is for whoever decides by another of the tables that
    CERT/CC publishes (supplier, deployer, coordinator), and for checking a shipped table against its original.

    Its inputs are named by their decision point identifiers and take the keys of their values, so
    ``table.decide({"ssvc:A:2.0.0": "Y", ...})``. Outcomes are ordered most urgent first, the reverse of the file.

    Args:
        raw: the JSON document. source: its name, for messages.

    Raises:
        TableError: it is no such document, or the table is not total and consistent.
    """
    remedy = "give a DecisionTable of schema version 2"
    read = decoded(raw, _SsvcTable, f"{source} is no SSVC decision table", remedy)
    if read.outcome not in read.decision_points:
        raise TableError(f"{source} names the outcome {read.outcome!r}, which is none of its decision points", remedy)
    points = [point for point in read.decision_points if point != read.outcome]
    inputs = tuple(_input(point, read.decision_points[point]) for point in points)
    outcomes = tuple(
        Outcome(key=value.key, title=value.name) for value in reversed(read.decision_points[read.outcome].values)
    )
    columns = [*points, read.outcome]
    return DecisionTable(
        TableDocument(
            format="clearinghouse-decision-table/1",
            id=f"{read.namespace}:{read.key}",
            version=read.version,
            name=read.name,
            title=read.definition,
            inputs=inputs,
            outcome_point=read.outcome,
            outcomes=outcomes,
            rows=tuple(
                (number, *(row.get(column, "") for column in columns)) for number, row in enumerate(read.mapping, 1)
            ),
            sources=(source,),
        )
    )


def _input(identifier: str, point: _Point) -> TableInput:
    return TableInput(
        name=identifier,
        point=identifier,
        title=point.name or identifier,
        values={value.key: value.key for value in point.values},
    )
