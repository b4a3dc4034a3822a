"""Whether the words of an advisory say more than product and versions: a condition on the installation.

"If IPsec is configured with hmac-sha-384", "instances with several organizations are affected", "the option is not
enabled by default": such a flaw is in some installations of an affected version and not in others, and no field of the
record says so. Which installation an inventory means it does not say either, so a match is a question then.

Conditions on an *attack* are no such thing. That a user opens a crafted file, that a packet is received, that an
attacker has logged in is how every flaw is described. So a clause is only looked at where it is about how the product
is set up: configured, enabled, installed, licensed, deployed, run in a mode or with something else. Advice ("if you
cannot update, disable it") says nothing of who is affected, and what is so by default is no condition.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from clearinghouse.packages.products import condition_words as words
from clearinghouse.packages.products.names import words as name_words

MAX_LENGTH = 8_000
"""Characters of a text that are looked at."""
_LONGEST = 400
"""Characters of a sentence that are kept."""
_BEFORE, _FAR_BEFORE, _AFTER = 40, 80, 60
"""Characters beside a clause by which it is told what it is."""
_FIRST_WORDS = 600
"""Characters of a description in which it says what it is about."""
_FEW_NAMES, _SHORT_NAME = 3, 3
"""Names of products for which it is looked at what is attached to them, and the shortest one."""
_SENTENCE = re.compile(r"(?<=[A-Za-z\d)\]\"'`%]{2})[.;](?=\s|[A-Z*]|$)|\n\s*\n|\n\s*[*•–-]\s|(?<=[a-z]) \* (?=[A-Z])")
_SHORT_FORMS = re.compile(r"\b(?:e\.g\.|i\.e\.),?")

_STATES = (
    *("enabled", "disabled", "configured", "installed", "deployed", "licens", "licenc", "activ", "provisioned"),
    *("compiled", "defined", "setup", "unset", "turned o", "switched o", "in use", "set up", "not set", "set to"),
)
_OPTIONS = (
    *("option", "feature", "setting", "mode", "functional", "flag", "plug", "module", "protocol", "preference"),
    "mechanism",
)
_STARTING = ("if ", "when", "where ", "while ", "unless ", "once ", "as long", "provided ", "assuming ", "in case ")
_NO_DEFAULTS = ("default", "opt-in")
_HAVING = ("with", "having ", "has ", "have ", "had ")
_USING = (
    *("using ", "use ", "uses ", "run", "configur", "with", "having ", "enabl", "deployed", "hosted", "rely", "employ"),
    *("expos", "leverag", "utili", "making use", "operating", "working"),
)
_SUFFERING = ("affect", "impact", "appl", "concern", "vulnerable", "susceptible", "exposed", "exploitable", "at risk")
_PLURALS = (
    *("configurations", "deployments", "installations", "environments", "setup", "set-up", "depend", "following"),
    *("these", "below ", "=", "networks", "scenarios", "only ", "multi", "users ", "customers ", "administrators "),
    "organi",
)
_NO_NAMES = name_words(
    "the this that a an any and or of in on to by as via with from for malicious browser user custom arbitrary limited "
    "authenticated unauthenticated posts module overwrite multiple some other its their your new vulnerable affected"
)
"""Words that may stand before "plug-in" and name none."""


def condition_in(title: str, description: str, products: Iterable[str] = ()) -> str:
    """Return the first sentence that says on which installations a flaw is, or nothing where no sentence does.

    Args:
        title, description: as the record has them; :data:`MAX_LENGTH` characters of each count.
        products: names of what the advisory is about; hardware or a part of this name is no condition.
    """
    products = [_plain(name) for name in products]
    names = " ".join(products).lower()
    if _names_a_plugin(title, names) and not words.IS_A_PLUGIN.search(description[:_FIRST_WORDS]):
        return _shown(title)
    for text in (title, description[:_FIRST_WORDS]) if len(products) <= _FEW_NAMES else ():
        if attached := _attached(_plain(text), products):
            return attached
    for text in (title, description):
        for sentence in _sentences(text):
            if _says_a_condition(sentence, names) or _names_a_part(sentence, names):
                return _shown(sentence)
    return ""


def _plain(text: str) -> str:
    """The text on one line and without signs of trademarks."""
    return " ".join(text.replace("®", "").replace("™", "").split())


def _attached(text: str, products: Iterable[str]) -> str:
    """The words that attach something to the name of a product and its versions, in capitals, as names are."""
    text = text[:_FIRST_WORDS]
    lowered = text.lower()
    for name in products:
        at = lowered.find(name.lower()) if len(name) >= _SHORT_NAME else -1
        while at >= 0:
            match = words.ATTACHED.match(text, at + len(name))
            if (
                match
                and not words.PLATFORM.match(match["what"])
                and match["what"].split()[0].lower() not in name.lower()
            ):
                return _shown(text[at : match.end()])
            at = lowered.find(name.lower(), at + 1)
    return ""


def _names_a_part(sentence: str, names: str) -> bool:
    """Whether a module, or hardware on which it runs, is named that is none of the products."""
    if "module " not in sentence and "running on " not in sentence:
        return False
    return any(
        (match["module"] or match["model"]).strip().lower() not in names for match in words.PART.finditer(sentence)
    )


def _names_a_plugin(title: str, names: str) -> bool:
    """Whether a title names a plug-in, which is had apart, of something that is none itself."""
    lowered = title.lower()
    if "plug" not in lowered or "plug" in names or "wordpress" in lowered:
        return False
    joined = _joined(names)
    found = (match[1] for match in words.PLUGIN.finditer(lowered))
    return any(name not in _NO_NAMES and _joined(name) not in joined for name in found)


def _joined(name: str) -> str:
    """A name without what joins its parts, which is not written alike everywhere."""
    return name.replace("-", "").replace("_", "").replace(" ", "")


def required_in(configurations: Iterable[str]) -> str:
    """Return what a record's own field of required configurations says; nothing where it says that none is.

    It is judged by sentences. One that says that nothing is required counts for the whole text, unless another states a
    requirement plainly; one that says what an attacker needs, or what is on by default, counts for nothing.

    Args:
        configurations: ``configurations`` of a CVE record, each a text.
    """
    for text in configurations:
        plain = text[:MAX_LENGTH]
        if _requires(plain):
            return _shown(plain)
    return ""


def _requires(text: str) -> bool:
    """Whether a text of required configurations requires anything."""
    sentences = [sentence.strip(" -*•–.") for sentence in _sentences(text)]
    if any(_is_wholly(sentence, words.SAYS_NONE) for sentence in sentences):
        return any(_requires_plainly(sentence) for sentence in sentences)
    return not all(
        not sentence or _is_wholly(sentence, words.ON_ANYWAY) or _is_wholly(sentence, words.OF_ATTACKERS, words.SETS_UP)
        for sentence in sentences
    )


def _is_wholly(sentence: str, said: words.Expression, unless: words.Expression = words.LIMITS) -> bool:
    return said.fullmatch(sentence) is not None and not unless.search(sentence)


def _sentences(text: str) -> Iterator[str]:
    for part in _SENTENCE.split(_SHORT_FORMS.sub("for example", text[:MAX_LENGTH])):
        sentence = " ".join(part.split())
        if sentence:
            yield sentence


def _shown(sentence: str) -> str:
    plain = " ".join(sentence.split()).strip(" *()-")
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"


def _says_a_condition(sentence: str, names: str) -> bool:
    """Whether one sentence is about how the product is set up where it is affected.

    Args:
        sentence: on one line. names: of the products, in small letters; what is in them says nothing.
    """
    lowered = sentence.lower()
    if "default" in lowered and words.BY_DEFAULT.search(sentence):
        return False
    if _has(lowered, _NO_DEFAULTS) and _default(sentence, names):
        return True
    return any(_has(lowered, *hints) and speaks(sentence) for speaks, hints in _SPEAKS)


def _has(lowered: str, *hints: tuple[str, ...]) -> bool:
    """Whether a text has one of each group of hints."""
    return all(any(hint in lowered for hint in each) for each in hints)


def _only(sentence: str) -> bool:
    return any(
        not words.OF_AN_ATTACK.search(sentence[match.start() : match.end() + _AFTER])
        and not words.OWN_PARTS.match(sentence, match.end())
        for match in words.ONLY.finditer(sentence)
    )


def _affected(sentence: str) -> bool:
    matches = (*words.AFFECTS.finditer(sentence), *words.AFFECTED.finditer(sentence))
    return any(not words.ATTACKS.search(match["about"]) for match in matches)


def _default(sentence: str, names: str = "") -> bool:
    for match in words.NOT_DEFAULT.finditer(sentence):
        if match[0].lower() not in names and not words.PROTECTS.search(
            sentence[max(0, match.start() - _FAR_BEFORE) : match.start()]
        ):
            return not _is_idle(sentence, match.start())
    return False


def _plainly(*expressions: words.Expression) -> Callable[[str], bool]:
    """Return whether an expression finds something in a sentence that is neither of an attack nor idle."""

    def speaks(sentence: str) -> bool:
        return any(_counts(sentence, match) for each in expressions for match in each.finditer(sentence))

    return speaks


def _counts(sentence: str, match: re.Match[str]) -> bool:
    groups = match.groupdict()
    about = next((text for text in (groups.get("about"), groups.get("option")) if text is not None), match[0])
    return not (words.ATTACKS.search(about) or _is_idle(sentence, match.start()))


def _is_idle(sentence: str, start: int) -> bool:
    """Whether what begins here is advice, or is said to make no difference."""
    before = sentence[:start]
    if words.ADVICE.search(before) or words.EITHER_WAY.search(before[-_BEFORE:]):
        return True
    ends = [match.end() for match in words.EVEN.finditer(before)]
    return bool(ends) and not words.NEXT_CLAUSE.search(before, ends[-1])


def _requires_plainly(sentence: str) -> bool:
    """Whether a sentence requires something even beside one that says that nothing is required."""
    return _only(sentence) or _default(sentence) or _REQUIRES(sentence)


_REQUIRES = _plainly(words.MUST, words.CLAUSE)
_SPEAKS: tuple[tuple[Callable[[str], bool], tuple[tuple[str, ...], ...]], ...] = (
    (_only, (("only", "solely", "exclusively"),)),
    (_affected, (_USING, _SUFFERING)),
    (_plainly(words.MUST), (("must", "need", "has to", "have to", "require"), _STATES)),
    (_plainly(words.CLAUSE), (_STARTING, (*_STATES, *_OPTIONS))),
    (_plainly(words.WITH), (_HAVING, _STATES)),
    (_plainly(words.THAT), (("that ", "which "), _STATES)),
    (_plainly(words.BARE), (_STARTING,)),
    (_plainly(words.SOME), (_PLURALS,)),
    (_plainly(words.IN_MODE), ((" mode", "configurations", "deployments"), (" in ",))),
    (_plainly(words.UNRELEASED), (("version",), ("released", "stable"))),
)
"""What is asked of a sentence, and what it has in it where the answer can be yes: expressions take longer to say no."""
