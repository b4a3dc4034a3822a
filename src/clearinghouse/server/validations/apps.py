"""Registers the app, and what it does when something happens to a report."""

from typing import Any

from django.apps import AppConfig
from django_tasks.base import TaskResultStatus

_MINUTE, _HOUR = 60, 3_600


class ValidationsConfig(AppConfig):
    """The app's configuration."""

    name = "clearinghouse.server.validations"
    label = "validations"

    def ready(self) -> None:
        """Look at files that come in, destroy what hangs on a purged report, notice work that ended badly."""
        from django_tasks.signals import task_finished

        from clearinghouse.server.intake.signals import attached, purged, swept
        from clearinghouse.server.jobs.schedule import recurring

        attached.connect(_attached, dispatch_uid="validations.attached")
        purged.connect(_purged, dispatch_uid="validations.purged")
        swept.connect(_swept, dispatch_uid="validations.swept")
        task_finished.connect(_finished, dispatch_uid="validations.failed")
        recurring("validations.tend", "clearinghouse.server.validations.jobs.tend", _MINUTE)
        recurring("validations.make_up", "clearinghouse.server.validations.jobs.make_up", _HOUR)


# What does it is loaded when it happens: most processes only look something up, and end.


def _attached(sender: Any, report: int, **rest: Any) -> None:
    from clearinghouse.server.validations import reports

    reports.attached(report)


def _purged(sender: Any, report: int, **rest: Any) -> None:
    from clearinghouse.server.validations import purging

    purging.purged(report)


def _swept(sender: Any, report: int, **rest: Any) -> None:
    from clearinghouse.server.validations import purging

    purging.swept(report)


def _finished(sender: Any, task_result: Any, **rest: Any) -> None:
    from clearinghouse.server.validations import jobs

    if task_result.task.module_path == jobs.run.module_path and task_result.status == TaskResultStatus.FAILED:
        jobs.note_ended()
