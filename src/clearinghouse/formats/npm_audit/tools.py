"""Which tool printed a report in the registry's own form, as far as the report lets one tell.

The tool is the finder: who found something independently of whom is counted by it.
"""

from collections.abc import Iterator

import msgspec

from clearinghouse.formats.npm_audit.shapes import Report

NPM, PNPM, YARN = "npm audit", "pnpm audit", "yarn audit"


class _Installed(msgspec.Struct, gc=False):
    paths: list[str] = []


class _Routed(msgspec.Struct):
    findings: list[_Installed] = []


class _Resolution(msgspec.Struct, gc=False):
    path: str = ""


class _Action(msgspec.Struct):
    resolves: list[_Resolution] = []


_ROUTED = msgspec.json.Decoder(_Routed)


def tool_of(report: Report) -> str:
    """Return the tool behind a full or quick answer of the registry; npm's where nothing tells it apart.

    npm 6 adds a ``runId``. pnpm's paths begin with the workspace member that has the dependency, mostly ``.``; since
    version 11 it makes the report itself and leaves ``muted`` out. Yarn 2 and 3 ask for the quick answer, which has
    advisories and no actions.
    """
    if report.run_id is not None:
        return NPM
    if report.muted is None or any(map(_is_member, _beginnings(report))):
        return PNPM
    return NPM if report.actions else YARN


def _beginnings(report: Report) -> Iterator[str]:
    """The first step of every path; pnpm 8 without ``node_modules`` has them under ``actions`` only."""
    for raw in (report.advisories or {}).values():
        try:
            routed = _ROUTED.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        yield from (path.partition(">")[0].strip() for found in routed.findings for path in found.paths)
    try:
        actions = msgspec.convert(report.actions or [], list[_Action])
    except (msgspec.ValidationError, RecursionError):
        return
    yield from (found.path.partition(">")[0] for action in actions for found in action.resolves)


def _is_member(step: str) -> bool:
    """Whether a step is a folder, as no package is: ``.``, ``packages/a`` or, as pnpm escapes it, ``packages__a``.

    A package name has a slash only after its scope (``@scope/name``), and two underscores hardly ever.
    """
    return step == "." or (not step.startswith("@") and ("/" in step or "__" in step))
