"""What a CVE record says in words beside its description: what helps, and how it must be configured to be affected.

``configurations``, ``workarounds`` and ``solutions`` are lists of texts, one or more a language, of any length and
layout (https://github.com/CVEProject/cve-schema/blob/main/schema/CVE_Record_Format.json).
"""

import re
from collections.abc import Iterable, Iterator

from clearinghouse.formats.cve.schema import Container, Text
from clearinghouse.formats.text import clean, first_sentence
from clearinghouse.records import Remedy

_LONGEST = 4_000
"""Characters of one text that are kept."""
_MOST = 20
"""Texts of one field that are kept."""
_SAYS_NOTHING = re.compile(
    r"(?:there (?:are|is) |we are )?(?:currently |presently |at this time )*(?:no|none|n/?a|not applicable"
    r"|not available|not aware of any|unknown)\b[^.\n]{0,120}\.?"
    r"|mitigation for this issue is either not available or\b[^\n]*",
    re.IGNORECASE,
)


def advice_in(container: Container) -> Iterator[Remedy]:
    """Yield what a container's workarounds and solutions advise, each whole; not that there is no advice."""
    for kind, texts in (("workaround", container.workarounds), ("mitigation", container.solutions)):
        for text in spoken(texts):
            if not _SAYS_NOTHING.fullmatch(text):
                yield Remedy(kind=kind, value=first_sentence(text), description=text)


def spoken(texts: Iterable[Text] | None) -> tuple[str, ...]:
    """Return the texts in English, or in other languages if there are none, each once, cleaned, with lines folded."""
    filled = [text for text in texts or () if text.value]
    chosen = [text for text in filled if (text.lang or "").lower().startswith("en")] or filled
    folded = (_folded(text.value or "") for text in chosen[:_MOST])
    return tuple(dict.fromkeys(filter(None, folded)))


def _folded(text: str) -> str:
    """The text without empty lines, and with one blank where it has several."""
    lines = (" ".join(line.split()) for line in clean(text, _LONGEST).split("\n"))
    return "\n".join(line for line in lines if line)
