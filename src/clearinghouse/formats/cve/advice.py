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
_ADVICE = (
    r"(?:work-?arounds?|mitigations?|(?:hot)?fix(?:es)?|patch(?:es)?|solutions?|updates?|upgrades?|remed(?:y|ies)"
    r"|remediations?|resolutions?|counter-?measures?|actions?)"
)
_KIND = (
    r"(?:(?:known|available|current|currently|viable|official|vendor|specific|direct|complete|practical|reported"
    r"|effective|software|security|firmware|user|customer|published|feasible|suitable|full|existing|applicable"
    r"|possible|satisfactory|permanent|temporary) )*"
)
_NOW = r"(?:at (?:this|the) (?:time|moment)|at present|so far|yet|currently|presently|now)"
_SAYS_NOTHING = re.compile(
    rf"(?:unfortunately,? )?(?:{_NOW},? )?(?:there (?:are|is) |we are |we know of )?(?:{_NOW} )?"
    rf"(?:no|not aware of any|not any) {_KIND}{_ADVICE}(?: (?:or|and|nor) {_KIND}{_ADVICE})?"
    rf"(?: (?:is|are|has|have|been|exists?|known|available|reported|planned|provided|possible|needed|required|necessary"
    rf"|released|published|identified|found|{_NOW})\b)*(?: (?:for|to|in|on|of|against) [^.,;:()]{{1,120}})?"
    rf"|(?:none|n/?a|not (?:yet )?available|not applicable|not known|unknown)(?: (?:known|available|{_NOW})\b)*",
    re.IGNORECASE,
)
"""A whole sentence that says that there is no advice."""
_ALSO_SAYS = re.compile(
    r"\b(?:but|other than|except|unless|if|however|apart from|besides|beyond|aside|without|until|instead|only|so|please"
    r"|should|must|although|though|recommend\w*|advis\w*|users? are|disabl\w+|restrict\w*|block\w*"
    r"|before|after|by|us(?:e|ing)|contact|limit\w*|isolat\w+|remov\w+|enabl\w+|appl(?:y|ied|ying)|stop\w*)\b",
    re.IGNORECASE,
)
"""Words behind which such a sentence has advice after all: "no workaround other than to turn the console off"."""
_NONE_THAT_IS_FIT = re.compile(
    r"mitigation for this issue is either not available or the (?:currently available )?options"
    r" (?:do not|don['’]t) meet\b[^.;:]*",
    re.IGNORECASE,
)
"""The sentence by which one vendor says that it has none to offer."""
_SENTENCES = re.compile(r"(?<=\.)\s+|\n")


def advice_in(container: Container) -> Iterator[Remedy]:
    """Yield what a container's workarounds and solutions advise, each whole; not that there is no advice."""
    for kind, texts in (("workaround", container.workarounds), ("mitigation", container.solutions)):
        for text in spoken(texts):
            if not _says_nothing(text):
                yield Remedy(kind=kind, value=first_sentence(text), description=text)


def _says_nothing(text: str) -> bool:
    """Whether every sentence of a text says that there is no advice; in doubt it is kept."""
    sentences = (sentence.strip(" .") for sentence in _SENTENCES.split(text))
    return all(
        _NONE_THAT_IS_FIT.fullmatch(sentence) or (_SAYS_NOTHING.fullmatch(sentence) and not _ALSO_SAYS.search(sentence))
        for sentence in sentences
        if sentence
    )


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
