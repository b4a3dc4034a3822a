"""What may be kept of an exception: its class and where in our code it was raised. Never its message."""

from types import TracebackType

OWN = "clearinghouse."
_MOST = 12
_LONGEST = 200


def error_class(error: BaseException) -> str:
    """Return the dotted path of the class of an exception."""
    kind = type(error)
    return f"{kind.__module__}.{kind.__qualname__}"[:_LONGEST]


def error_where(error: BaseException, own: tuple[str, ...] = (OWN,)) -> tuple[str, ...]:
    """Return the innermost frames of an exception that are our own, as ``module:function:line``, outermost first."""
    found: list[str] = []
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith(own) and module != "clearinghouse.server.jobs.running":
            found.append(f"{module}:{frame.f_code.co_name}:{trace.tb_lineno}"[:_LONGEST])
        trace = trace.tb_next
    return tuple(found[-_MOST:])
