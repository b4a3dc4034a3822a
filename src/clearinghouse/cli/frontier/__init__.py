"""``clearinghouse frontier``: what frontier models can do in cyber, assessed honestly.

A module here declares one verb and its options, and loads what does the work when the verb is used: arrays, models'
logs and signing are not waited for by who asks for help.
"""

from clearinghouse.cli.frontier import assess, flag, from_recipe, package, report, run, tasks, verify
from clearinghouse.cli.frontier.determine import app as determinations
from clearinghouse.cli.frontier.group import app
from clearinghouse.cli.frontier.plan import app as plans
from clearinghouse.cli.frontier.pool import app as pools

app.add_typer(plans, name="plan", short_help="What is settled and signed before anything is run.")
app.add_typer(pools, name="pool", short_help="Sealed pools of tasks, and what is drawn from them.")
app.add_typer(determinations, name="determine", short_help="A person concludes, signs, and can be asked again.")

__all__ = ["app", "assess", "flag", "from_recipe", "package", "report", "run", "tasks", "verify"]
