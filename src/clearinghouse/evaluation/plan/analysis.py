"""Which code computes: a digest over the sources of this package, and the versions of what they rest on.

A plan names it, so nobody can decide how to compute after the numbers are known. It is SHA-256 over canonical JSON with
two members: ``files``, the SHA-256 of each source below ``clearinghouse/evaluation`` by its path, and ``versions``.
"""

import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from clearinghouse import evaluation
from clearinghouse.evaluation.plan.errors import AnalysisError
from clearinghouse.evaluation.plan.fields import Plan
from clearinghouse.trust.commitment import canonical

_LIBRARIES = ("numpy", "scipy", "inspect_ai")
ABSENT = "absent"
"""What stands for the version of a library that is not installed."""


class Analysis(msgspec.Struct, frozen=True):
    """The code that is here.

    Attributes:
        sha256: of it all. files: SHA-256 by path. versions: of Python and of libraries.
    """

    sha256: str
    files: dict[str, str]
    versions: dict[str, str]


def present() -> Analysis:
    """Return which code is here."""
    root = Path(evaluation.__file__).parent
    paths = sorted((each.relative_to(root).as_posix(), each) for each in root.rglob("*.py"))
    files = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths}
    versions = {"python": platform.python_version()} | {name: _version(name) for name in _LIBRARIES}
    whole = canonical({"files": files, "versions": versions})
    return Analysis(hashlib.sha256(whole).hexdigest(), files, versions)


def demand(plan: Plan) -> None:
    """Refuse to compute under a plan that names other code.

    Raises:
        AnalysisError: it does.
    """
    found = present()
    if found.sha256 != plan.analysis:
        versions = ", ".join(f"{name} {each}" for name, each in found.versions.items())
        what = f"the plan names the analysis {plan.analysis[:16]}…, and this is {found.sha256[:16]}… ({versions})"
        remedy = "install the versions that the plan was made with, or make another version of the plan and say why"
        raise AnalysisError(what, remedy)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ABSENT
