"""Registers the app."""

from typing import Any

from django.apps import AppConfig
from django_tasks.base import TaskResultStatus

_HOUR = 3_600


class IntakeConfig(AppConfig):
    """The app's configuration."""

    name = "clearinghouse.server.intake"
    label = "intake"

    def ready(self) -> None:
        """Notice when the work on a report ends badly: at once where a worker says so, and else within the hour."""
        from django_tasks.signals import task_finished

        from clearinghouse.server.jobs.schedule import recurring

        task_finished.connect(_finished, dispatch_uid="intake.failed")
        recurring("intake.tend", "clearinghouse.server.intake.jobs.tend", _HOUR)


def _finished(sender: Any, task_result: Any, **rest: Any) -> None:
    from clearinghouse.server.intake import jobs

    if task_result.task.module_path == jobs.process.module_path and task_result.status == TaskResultStatus.FAILED:
        jobs.note_failed()
