"""A line for a shell, as a list of arguments.

A line of a stranger never reaches a shell outside of a sandbox. Most lines need none: a program and arguments, with or
without quotes. What is more than that (pipes, redirections, variables, substitutions, patterns, several commands,
words that only a shell knows) is not imitated, for whoever imitates a shell gets it wrong; it becomes ``sh -c LINE``,
which is run where everything of a stranger is run, inside the sandbox.
"""

import shlex

_SPECIAL = frozenset("|&;<>()$`\\*?[]{}~#!=\n\r")
"""What a shell may take for more than itself outside of quotes (POSIX.1-2017, XCU 2.2, 2.6.1, 2.13); braces are those
of other shells, and an equals sign makes a first word an assignment."""
_IN_DOUBLE_QUOTES = frozenset("$`\\!")
_WORDS = """. : alias bg break case cd command continue coproc do done elif else esac eval exec exit export fc fg fi for
function getopts hash if in jobs local read readonly return select set shift source then time times trap type typeset
ulimit umask unalias unset until wait while"""
_ONLY_SHELL = frozenset(_WORDS.split())
"""Words that mean something to a shell and are no programs, or mean something else (XCU 2.4, 2.14, 1.6)."""


def argv_of(line: str) -> tuple[str, ...]:
    """Return the arguments that a shell line stands for, or ``("sh", "-c", line)``; none for a line without any.

    Law: ``argv_of(shlex.join(argv)) == argv``, unless the first is a word of shells or an assignment.
    """
    words = _plain(line)
    if words is None:
        return ("sh", "-c", line)
    return ("sh", "-c", line) if words and words[0] in _ONLY_SHELL else words


def needs_shell(argv: tuple[str, ...]) -> bool:
    """Whether :func:`argv_of` left a line to a shell."""
    return argv[:2] == ("sh", "-c")


def _plain(line: str) -> tuple[str, ...] | None:
    """The words of a line that means nothing but its words; None where it may mean more."""
    quote, between, first = "", True, True  # the open one; whether no word has begun; whether none has ended
    for char in line.strip(" \t"):
        if quote:
            if char == quote:
                quote = ""
            elif quote == '"' and char in _IN_DOUBLE_QUOTES:
                return None
        elif char in "'\"":
            quote, between = char, False
        elif char in " \t":
            first, between = first and between, True
        elif char in _SPECIAL and not (char == "=" and not first):
            return None
        else:
            between = False
    return None if quote else tuple(shlex.split(line, posix=True))
