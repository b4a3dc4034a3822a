"""Versions made to be hard: near-valid ones, each in the spelling of one order."""

from hypothesis import strategies as st

_DIGITS = ("0", "1", "2", "9", "10", "00", "01", "100", "2147483648", "99999999999999999999")
# One piece a word. A space in npm's is written as ␣.
_PIECES = {
    "semver": ". . .1 - + -0 -rc.1 -alpha .beta a Z -1a +b.1 v",
    "npm": ". .1 .0 - + -0 -rc.1 alpha beta.2 a Z -1a +b.1 v = ␣",
    "go": ". .1 - +incompatible -0 -rc.1 alpha rc2 beta1 Z -0.20200102030405-abcdef123456",
    "pub": ". .1 - + -0 -rc.1 -alpha .beta a Z -1a +b.1 +2 +2.a",
    "bitnami": ". .1 - + -0 -1 -r2 -10 -rc.1 -alpha a Z -8-g210218 +b",
    "nuget": ". .1 .0 - + -0 -rc.1 -ALPHA .beta a Z --5 .-7 -1a +b.1 v",
    "pep440": ". .0 .1 - _ + ! a b1 rc .post .dev1 -1 +l.1 +1.x pre r V",
    "maven": ". .0 .1 - -1 a a1 -alpha .beta. b m2 rc cr snapshot .ga -final .sp sp. x .foo. -X1 release _",
    "gem": ". .0 .1 - a .a .b .rc1 .Z .0.a pre .a.0",
    "composer": ". .0 .1 - -dev dev -beta b2 alpha RC1 rc -p1 pl -stable .x-dev v V +meta @beta _ # 20100102",
    "cran": ". .0 .1 - -0 -1",
    "hackage": ". .0 .1 .0.0",
    "opam": ". .0 ~ ~beta - + a Z _ -1",
    "dpkg": ". .0 ~ ~rc1 - + a Z : 1: -0ubuntu1 +b1 -0",
    "rpm": ". .0 ~ ~rc1 - ^ ^git1 a Z : 1: -1.el9 _ + %",
    "apk": ". .0 .01 .1 a b _alpha _rc1 _p _git20200101 _pre2 -r -r0 -r1 ~ab12 _ -",
}
_WORDS = {
    order: tuple(" " if piece == "␣" else piece for piece in pieces.split(" ")) for order, pieces in _PIECES.items()
}


_NUMBERS = r"(0|1|2|10|01)(\.(0|1|10)){0,2}"
_IDENTIFIERS = r"(0|1|10|a|B|rc|-5|1a|99999999999)(\.(0|2|10|b|rc)){0,2}"
_SEMVER = rf"v?{_NUMBERS}(-{_IDENTIFIERS})?(\+{_IDENTIFIERS})?"
# What the order accepts, all of it or nearly so.
_GRAMMARS = {
    "semver": _SEMVER,
    "npm": _SEMVER,
    "go": rf"{_SEMVER}|go1\.2[01](\.[03])?((beta|rc)[12])?",
    "pub": _SEMVER,
    "bitnami": rf"{_NUMBERS}(-(r?(0|1|10)|{_IDENTIFIERS}))?",
    "nuget": rf"{_NUMBERS}(\.(0|1))?(-{_IDENTIFIERS})?(\+a)?",
    "pep440": r"(1!)?(0|1|1\.0|10\.0\.0)([._-]?(a|b|rc|c)[0-2]?)?(\.post[0-2]?|-[01])?(\.dev[01]?)?(\+(a|1|a\.1|10))?",
    "maven": rf"{_NUMBERS}([.-](alpha|a|a1|b2|m|rc1|cr|snapshot|ga|final|sp|foo|x)){{0,2}}([.-]?(0|1|10)){{0,2}}",
    "gem": r"[0-2](\.(0|1|10|a|b|rc1|a0)){0,4}(-(a|1|b\.0))?",
    "composer": r"v?(1|10)(\.(0|1|10)){0,3}([.-]?(alpha|a|beta|b|RC|rc|p|patch|stable)([.-]?(0|1|10))?)?([.-]?dev)?",
    "cran": r"(0|1|01)([.-](0|1|10)){0,4}",
    "hackage": r"(0|1)(\.(0|1|10)){0,4}",
    "opam": r"v?(0|1)(\.(0|1|10)){0,2}([~+-]?(a|b|rc1|~)){0,2}",
    "dpkg": r"([01]:)?(0|1)(\.(0|1|10)){0,2}([~+]?(a|b|rc1|~)){0,2}(-(0|1|1ubuntu1|~1))?",
    "rpm": r"([01]:)?(0|1)([._](0|1|10|01)){0,2}([~^]?(a|b|rc1|~|\^)){0,2}(-(0|1|1\.el9|~1))?",
    "apk": r"(0|1|01)(\.(0|1|10|01|00)){0,2}a?(_(alpha|beta|pre|rc|cvs|svn|git|hg|p)(0|1|10)?){0,2}(~a)?(-r(0|1|10))?",
}


def versions(order: str) -> st.SearchStrategy[str]:
    """Return texts of which the order accepts the most; the others are nearly valid."""
    pieces = st.sampled_from((*_DIGITS, *_WORDS[order], *_WORDS[order]))
    begin = st.sampled_from(("0", "1", "2", "1.0", "1.2.3", "1.0.0", "10.0.1", *_WORDS[order]))
    near = st.builds(lambda first, rest: first + "".join(rest), begin, st.lists(pieces, max_size=6))
    return st.one_of(near, st.from_regex(_GRAMMARS[order], fullmatch=True))


ORDERS = tuple(_PIECES)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)
