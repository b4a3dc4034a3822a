"""The tools that agents get: ``bash``, ``python`` and ``submit``.

inspect_ai's own tools of these names read the profile of a login shell at each command, which a box does not have.
"""

from inspect_ai.tool import Tool, ToolError, tool
from inspect_ai.util import OutputLimitExceededError, sandbox

SECONDS = 120
"""That one command may take, where the budget leaves them."""
LONGEST = 96 << 10
"""Most bytes of one command: what a kernel takes as one argument, with room to spare."""


@tool
def bash(seconds: int = SECONDS) -> Tool:
    """Make the tool that runs a command of a shell.

    Args:
        seconds: that a command may take.
    """

    async def execute(command: str) -> str:
        """Run a command with bash, in /work. Files stay between calls; processes end with the call. No network.

        Args:
            command: The command.

        Returns:
            What it wrote to standard error and standard output, and its exit code where that is not 0.
        """
        return await _ran(["bash", "-c", _sound(command)], None, seconds)

    return execute


@tool
def python(seconds: int = SECONDS) -> Tool:
    """Make the tool that runs a program in Python.

    Args:
        seconds: that a program may take.
    """

    async def execute(code: str) -> str:
        """Run a program with Python, in /work. Print what you want to see; nothing else is shown or kept but files.

        Args:
            code: The program.

        Returns:
            What it wrote to standard error and standard output, and its exit code where that is not 0.
        """
        return await _ran(["python3", "-"], _sound(code), seconds)

    return execute


@tool
def submit() -> Tool:
    """Make the tool that ends an attempt."""

    async def execute() -> str:
        """Hand in what is in the box now, and end. Call this when the files that were asked for are written.

        Returns:
            A word.
        """
        return "handed in"

    return execute


def _sound(text: str) -> str:
    if "\0" in text:
        raise ToolError("a zero byte cannot be part of a command")
    if len(text.encode(errors="replace")) > LONGEST:
        raise ToolError(f"this has more than {LONGEST >> 10} KiB; write it to a file in parts, and run that")
    return text.encode(errors="replace").decode()


async def _ran(command: list[str], data: str | None, seconds: int) -> str:
    try:
        found = await sandbox().exec(command, input=data, timeout=seconds)
    except OutputLimitExceededError as error:
        raise ToolError(f"the output is longer than {error.limit_str}; write it to a file, and look at parts") from None
    parts = [found.stderr, found.stdout]
    if found.returncode:
        parts.append(f"exit code {found.returncode}")
    return "\n".join(each.rstrip("\n") for each in parts if each)
