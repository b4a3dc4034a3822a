"""Whether one product's name is that of a model, a release or a series of another."""

from clearinghouse.packages.products.names import words

_VARIANT_WORDS = words(
    "server version edition cpu module enterprise standard professional datacenter series family panel panels r2 v"
)
DEVICES = words(
    "pump pumps infusion syringe infuser wireless large volume ventilator monitor monitors patient bedside central "
    "ultrasound analyzer imaging workstation station plc rtu hmi cpu drive drives gateway terminal panel unit"
)
"""Words that say what sort of device it is."""
_SERIES = words("simatic scalance sinamics modicon airlink simotion sitop ruggedcom controllogix compactlogix easergy")
"""Names of lines of devices that lists leave out: ``S7-1200`` for ``SIMATIC S7-1200``."""
_SHORTEST = 2
_SYSTEMS = words("android ios macos linux")


def is_model(extra: frozenset[str], head: tuple[str, ...]) -> bool:
    """Whether words are the name of a model or release: one has a digit, and the others are short or say so."""
    if len(head) == 1 and not any(letter.isdigit() for letter in head[0]) and len(extra) > 3:
        return False  # one word, and much beside it: "SIMATIC" is no family
    digits = [word for word in extra if any(letter.isdigit() for letter in word)]
    return bool(digits) and all(word in digits or len(word) <= 3 or word in _VARIANT_WORDS for word in extra)


def describes(extra: frozenset[str]) -> bool:
    """Whether words only say what sort of device it is: "Wireless Syringe Infusion Pump"."""
    return bool(extra) and extra <= DEVICES


def without_series(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Return a name without the name of its line, where it has one and something with a digit follows."""
    if len(tokens) > 1 and tokens[0] in _SERIES and any(map(str.isdigit, "".join(tokens[1:]))):
        return tokens[1:]
    return ()


def says_more(name: frozenset[str], short: frozenset[str]) -> bool:
    """Whether a name is that of a release, a model or a platform's edition of what a shorter one names."""
    extra = name - short
    if not extra.isdisjoint(_SYSTEMS):
        return True
    return short < name and any(letter.isdigit() for word in extra for letter in word)


def is_of_series(family: tuple[str, ...], tokens: tuple[str, ...]) -> bool:
    """Whether X204-2 is of the X-200 family: the same letters, and a number in the same hundred."""
    for at in range(len(family) - 1):
        letters, number = family[at], family[at + 1]
        if letters.isalpha() and len(letters) <= 3 and len(number) >= 3 and number.isdigit() and number.endswith("00"):
            start = letters + number[:-2]
            return tokens[:at] == family[:at] and len(tokens) > at and _begins_series(tokens[at], start, len(number))
    return False


def _begins_series(token: str, start: str, digits: int) -> bool:
    rest = token[len(start) :]
    return token.startswith(start) and len(rest) >= 2 and rest[:2].isdigit() and not rest[2:3].isdigit() and digits >= 3


def are_related(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two names may mean one product, or a product and its family: one has all words of the other, or both
    begin alike ("ATP series" and ``atp800``, "e-STUDIO multi-function peripheral" and ``e-studio-2521_ac``)."""
    first, second = frozenset(one), frozenset(other)
    if not first or not second:
        return False
    if first <= second or second <= first or (len(one) > 1 and one[:2] == other[:2]):
        return True
    if one[0] == other[0]:  # "PDF Reader" and pdf_editor are two products, "ATP series" and atp_800 are not
        return any(any(map(str.isdigit, word)) for word in (*one[1:], *other[1:]))
    short, long = sorted((one, other), key=lambda tokens: len(tokens[0]))
    rest = long[0].removeprefix(short[0])
    if len(short[0]) <= _SHORTEST or rest == long[0]:
        return False
    return rest[:1].isdigit() or len(short) == 1  # "Insight Agent" and insightvm are two products
