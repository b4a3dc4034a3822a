"""What is checked of a package, in the order in which it is told. Another room's check is one more line here."""

from clearinghouse.evaluation.determination.package.checks import decided, evidence, listed, rests, roles
from clearinghouse.evaluation.determination.package.checks.check import Absent, Case, Check, Checked, Result, run

CHECKS = (*listed.CHECKS, *roles.CHECKS, *evidence.CHECKS, *rests.CHECKS, *decided.CHECKS)

__all__ = ["CHECKS", "Absent", "Case", "Check", "Checked", "Result", "run"]
