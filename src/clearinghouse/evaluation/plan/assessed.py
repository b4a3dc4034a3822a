"""The model that a plan is about: whether it can be run, and whether it is one state of a model. After a pool was
opened it is too late to see that, since its families are spent.
"""

from collections.abc import Iterator

from clearinghouse.evaluation.plan.fields import Plan

NAME, DEVELOPER = "Name of the model", "Who developed it"
"""What stands in a plan that nobody filled in yet."""
SCRIPTED = "scripted/"

Said = tuple[str, str, str]


def assessed(plan: Plan) -> Iterator[Said]:
    """Yield what is wrong with the model of a plan: where, what, and what to do."""
    model = plan.model
    for where, given, placeholder in (("name", model.name, NAME), ("developer", model.developer, DEVELOPER)):
        if given == placeholder:
            yield f"model.{where}", "it is the example's", "write what belongs there"
    provider, _, name = model.access.partition("/")
    if (model.access or not plan.development) and not (provider.strip() and name.strip()):
        what = f"{model.access[:60]!a} is no model that can be run" if model.access else "it is not said what is run"
        yield "model.access", what, "write provider/model as inspect_ai names it, such as openai/NAME"
    if model.access.startswith(SCRIPTED) or plan.development:
        return  # what a scripted agent is, the version of this software says
    if not model.identity.strip() and not model.no_identity.strip():
        remedy = (
            "write a digest of weights or the fingerprint of an endpoint, or in model.no_identity why there is none"
        )
        yield "model.identity", "it is empty, and a determination is about one state of a model", remedy
    if model.identity.strip() and model.no_identity.strip():
        yield "model.no_identity", "there is an identity", "take one of the two out"
