"""The words by which advisories say on which installations a flaw is: the expressions of :mod:`.conditions`.

Each is linear in the text, for what may repeat in it is bounded. A group ``about`` is what is enabled or configured.
"""

import re
from collections.abc import Iterator


class Expression:
    """A regular expression that is compiled when it is first used.

    Compiling those of this module takes as long as starting Python several times, and most programs that load it never
    read an advisory.
    """

    __slots__ = ("_compiled", "_flags", "_text")

    def __init__(self, text: str, flags: int = 0) -> None:
        self._text = text
        self._flags = flags
        self._compiled: re.Pattern[str] | None = None

    @property
    def compiled(self) -> re.Pattern[str]:
        """The expression, compiled."""
        if self._compiled is None:
            self._compiled = re.compile(self._text, self._flags)
        return self._compiled

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """See :meth:`re.Pattern.search`."""
        return self.compiled.search(text, start)

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        """See :meth:`re.Pattern.match`."""
        return self.compiled.match(text, start)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """See :meth:`re.Pattern.fullmatch`."""
        return self.compiled.fullmatch(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """See :meth:`re.Pattern.finditer`."""
        return self.compiled.finditer(text)


_STATE = (
    r"(?:(?<!-)(?:enabled|disabled|configured|installed|deployed|licen[sc]ed|activated|provisioned)"
    r"|turned on|turned off|switched on|switched off|active(?= and| or|[,.;]|$)"
    r"|compiled|in use|defined|set ?up|unset|not set"
    r"|set to(?= (?:[\"“”‘'`A-Z\d]|true|false|none|one of|only)))"
)
"""How a thing is set up."""
_OPTION_STATE = r"(?:applied|used|selected|chosen|present|running|on|off|true|false)"
"""What says as much of an option, and nothing of other things."""
_OPTION = (
    r"(?:options?|features?|settings?|mode|functionality|flags?|plug-?ins?|modules?|protocols?|preferences?"
    r"|mechanisms?)"
)
_SUBJECT = (
    r"(?:instances?|systems?|devices?|appliances?|applications?|apps|servers?|sites?|websites?|installations?"
    r"|deployments?|environments?|customers|organi[sz]ations|projects?|clusters?|routers?|switch(?:es)?|firewalls?"
    r"|gateways?|configurations?|hosts?|nodes?|controllers?|machines?|computers?|line cards?|setups?|tenants?"
    r"|installs?|clients?|components?|workloads?|virtual servers?|guests?|networks?|conductors?)"
)
"""What an advisory may call those that have the product."""
_STARTS = (
    r"(?:\b(?:if|when|whenever|while|unless|once|as long as|provided that|assuming(?: that)?|in case)"
    r"|\b(?:scenario|configurations?|deployments?|environments?|installations?|setups?) where)"
)
_ADVERBS = r"(?:(?:not|also|both|only|already|\w+ly) )*"
_SAYS = r"(?:\b(?:is|are|was|were|been|being|has|have|had|be)|'s)"
_NOUNS = r"(?:[^.;,:]|,(?= (?:and|or) ))"

CLAUSE = Expression(
    rf"{_STARTS} (?P<about>{_NOUNS}{{1,140}}?){_SAYS} {_ADVERBS}{_STATE}(?!\w)(?! by default)"
    rf"|{_STARTS} (?P<option>{_NOUNS}{{0,60}}?\b{_OPTION}\b(?:(?! (?:is|are) )[^.;,:]){{0,80}}) (?:is|are)"
    rf" {_ADVERBS}{_OPTION_STATE}\b",
    re.IGNORECASE,
)
"""A clause that says how something is set up: "if IPsec is configured with hmac-sha-384"."""
BARE = Expression(
    rf"{_STARTS} (?:not )?(?:enabled|configured|installed|deployed|licen[sc]ed|compiled|hosted|behind|activated"
    r"|used (?:with|in|as|on|together|behind|alongside|without)|running (?:on|in|as|with|under|behind|without)"
    r"|operat(?:ing|ed) (?:in|as|on|with)|(?<!while )(?:using|with) (?:the )?(?:[A-Z][\w/.-]*[A-Z\d]|`"
    r"|(?:[\w-]{1,20} ){1,4}?(?i:mode|protocol|authentication|auth|backend|driver|plug-?in|provider|engine|option"
    r"|method|sso|ldap|saml)))\b[^.;]{0,120}"
)
"""The same without a subject: "when configured to use SSO"."""
WITH = Expression(
    r"\b(?:with|without|having|has|have|had) (?!been |to )"
    rf"(?P<about>(?:(?! can | could | may | will | would | where | that | which | to | allow){_NOUNS}){{1,90}}?)"
    rf" (?:(?:not|also|both) |\w+ly )?{_STATE}(?!\w)(?! by default)",
    re.IGNORECASE,
)
""" "Interfaces with PPPoE configured and tcp-mss enabled"."""
THAT = Expression(
    rf"\b{_SUBJECT} (?:that|which) (?:is|are|was|were|has been|have been) (?:(?:not|previously|\w+ly) )?(?P<about>)"
    rf"{_STATE}\b(?! (?:by default|correctly|properly|incorrectly))",
    re.IGNORECASE,
)
""" "A host that was previously configured to use AD"."""

_USES = (
    r"(?:(?:that|which|who|where) )?(?:(?:is|are|have|has|had|been|only|also|actively|being|not) )*"
    r"(?:us(?:ing|es?)|running|runs?|configur(?:ed|ing)|with|without|having|enabl(?:ed|ing)|deployed|hosted|relying|rely"
    r"|employ(?:s|ing)?|expos(?:ed|ing)|leverag(?:e|ing)|utili[sz](?:e|ing)|mak(?:e|ing) use|operating|working)\b"
)
_NO_USE = (
    r"(?! (?:(?:an?|any|the|in|of|on|all) )*(?:affected|vulnerable|impacted|outdated|unpatched|following|versions?"
    r"|release|prior|earlier|older|v?\d|network|physical|local|remote|access|admin\w*|privileges?|firmware|software))"
)
_WORDS = r"(?:[^.;]|\.(?=\d))"
AFFECTS = Expression(
    r"\b(?:affect(?:s|ing)?|impact(?:s|ing)?|appl(?:y|ies) to|applicable to|concerns?) (?:(?:only|any|all|those|the"
    rf"|certain|some) )*(?:[\w./-]{{1,30}} ){{0,4}}?{_SUBJECT} (?P<about>{_USES}{_NO_USE}{_WORDS}{{3,100}})",
    re.IGNORECASE,
)
""" "Impacts instances with several organizations"."""
AFFECTED = Expression(
    rf"\b{_SUBJECT} (?:matching (?:[\w-]{{1,20}} ){{1,5}}?)?(?P<about>{_USES}{_NO_USE}{_WORDS}{{3,220}}?)"
    r" (?:is|are|be|were|was)"
    r" (?:(?:not|also|only|potentially) )*"
    r"(?:affected|vulnerable|impacted|susceptible|exposed|exploitable|at risk|unaffected)\b",
    re.IGNORECASE,
)
""" "Instances using the plugin are vulnerable"."""
ONLY = Expression(
    r"(?<!-)\b(?:only|solely|exclusively) (?:(?:be|is|are) )?(?:affect(?:s|ed)?|impact(?:s|ed)?|appl(?:y|ies)|concerns?"
    r"|relevant|applicable|vulnerable|exploitable|present|occurs?|exists?|happens?|triggered|possible)\b"
    rf"|(?<!-)\b(?:only|solely|exclusively) (?:[\w./-]{{1,30}} ){{0,3}}{_SUBJECT} [^.;]{{1,120}}?"
    r"\b(?:affected|vulnerable|impacted|susceptible)\b"
    r"|\b(?:affects?|impacts?|appl(?:y|ies) to|applicable to|affecting|limited to|specific to|restricted to"
    r"|confined to) (?:[\w./-]{1,30} ){0,3}?(?:only|solely|exclusively)\b"
    r"|\b(?:affect\w*|impact\w*|exploit\w*|possible|vulnerab\w*|issue|flaw|occurs?|access)\b[^.;]{0,60}?"
    r"(?<!-)\b(?:only|solely|exclusively) (?:if|when|where|on|for|in|with|under)\b",
    re.IGNORECASE,
)
"""What limits it to some, if it is not to some attackers or versions (:data:`OF_AN_ATTACK`)."""
OF_AN_ATTACK = Expression(
    r"\b(?:attack\w*|users?|victims?|authenticat\w+|unauthenticated|admin\w*|credentials?|log(?:ged|in|on|s)?\b|local\w*"
    r"|adjacent|privileg\w*|remote\w*|physical\w*|malicious|crafted|versions?|releases?|\d+\.\d|no longer supported"
    r"|access|during|interact\w*|someone|persons?|read|write|one of|parse[sd]?|process(?:es|ed)"
    r"|clients? (?:that|who) connect)\b",
    re.IGNORECASE,
)
OWN_PARTS = Expression(
    r" (?:(?:an?|the|its|one|some|few|certain|specific|particular|subset|set|number|of|affected|vulnerable|public) )*"
    r"(?:(?:web(?:-based)?|rest(?:ful)?|api|https?|urls?|uris?|graphql|rpc|soap|user|management|administrat\w{1,5}"
    r"|command[ -]line|programming|graphical) )+(?:endpoints?|interfaces?)\b"
    r"(?! (?:with|that|which|where|when|if|unless|having|using|configured|enabled|exposed|of|on|in|for)\b)",
    re.IGNORECASE,
)
"""Endpoints of an interface, which every installation has, and not the machines that are called so."""
NOT_DEFAULT = Expression(
    r"\b(?:non-?default|(?<!without )(?<!without an )opt-in)\b"
    r"|\b(?:not|n't|never) (?:\w+ )?(?:enabled|installed|activ(?:e|ated)|configured|used|exposed|turned on|on|present)"
    r" by default\b"
    r"|\b(?:disabled|inactive|off) by default\b"
    r"|\bby default,? (?:[\w/-]{1,20} ){0,6}?(?:not (?:\w+ )?enabled|disabled|off)\b"
    r"|\bnot (?:the|a) default (?:configuration|setting|option|mode)\b",
    re.IGNORECASE,
)
PROTECTS = Expression(
    r"\b(?:valid\w+|verif\w+|authenticat\w+|checks?|protect\w*|encrypt\w*|harden\w*|mitigat\w+|sanit\w+|passwords?"
    r"|credentials?|escap\w+)\b",
    re.IGNORECASE,
)
"""What should be on by default: that it is not is the flaw."""
BY_DEFAULT = Expression(
    r"\b(?:is|are|in|being) (?:the|its|their) default (?:configuration|setting|installation)s?\b"
    r"|(?<!not )\b(?:enabled|on|active|installed) by default\b(?! when| if)",
    re.IGNORECASE,
)
"""What is so by default is so, as far as anybody knows."""
MUST = Expression(
    r"\b(?:must|needs? to|has to|have to|required to|requires? (?:that )?(?:[^.;,]{1,80}? )?(?:to )?) ?"
    r"(?:first |also )?(?:be|have been|have [^.;]{1,80}?|is|are)? ?(?:\w+ly )?"
    r"(?:enabled|configured|installed|licen[sc]ed|activated|turned on|deployed)\b",
    re.IGNORECASE,
)
SOME = Expression(
    r"\bonly (?:an? part|parts?|some|certain|a few|specific)\b[^.;]{0,60}"
    r"\b(?:vulnerable|affected|impacted|susceptible)\b"
    r"|\b(?:certain|some|specific|particular|distinct|rare|special|unusual|uncommon) (?:[\w-]{1,20} ){0,3}?"
    r"(?:configurations|deployments|set-?ups|installations|environments)\b"
    r"|\bdepend(?:ing|s|ent) (?:up)?on (?:the |their |its |your )?(?:[\w-]{1,20} ){0,3}?"
    r"(?:configuration|setup|deployment)\b"
    r"|\bin (?:deployments|configurations|environments|installations|setups|networks|scenarios)"
    r" (?:(?:of|for) [\w ]{1,30} )?(?:where|in which|that|which|with|using)\b"
    r"|\bin (?:an? )?multi-?(?:tenant|site|domain|user|instance)(?:ed)? (?:[\w-]{1,20} )?"
    r"(?:system|environment|deployment|configuration|setup|installation)s?\b"
    r"|\b(?:users|customers|administrators|organi[sz]ations) (?:who|that)"
    r" (?:have (?:enabled|configured|deployed|installed)|use|run)\b"
    r"(?! (?:(?:an?|the|any|of) )*(?:affected|vulnerable|versions?|v?\d))"
    r"|\bwith [`\"']?[A-Z][A-Z\d_]{3,40} ?= ?\w"
    r"|\bfollowing (?:[\w-]{1,20} )?(?:conditions?|configurations?|criteria|prerequisites?)\b"
    r"|\b(?:all|both|any|one|either) (?:of )?(?:the )?(?:following|below|these) (?:[\w-]{1,20} )?(?:are|is) "
    r"(?:met|true|satisfied|fulfilled)\b",
    re.IGNORECASE,
)
""" "In certain configurations", "depending on its configuration", "if all of the following are true"."""
IN_MODE = Expression(
    r"\b(?:(?:runs?|running|operat\w+|configured|deployed|used|installed|working|started) (?:[\w./-]{1,20} ){0,3}?"
    r"|(?:when|while|if|systems?|devices?) )in (?:an? |the )?"
    r"(?!read|user|kernel|privileged|private|safe|fault|maintenance|single-user|lock|full)"
    r"(?:[\w./-]{1,20} ){1,3}?(?:mode|configurations|deployments)\b",
    re.IGNORECASE,
)
UNRELEASED = Expression(
    r"\bnot affect any (?:[\w-]{1,20} )?(?:released?|stable) versions?\b"
    r"|\bno (?:released|stable) versions? (?:is|are)\b",
    re.IGNORECASE,
)
PART = Expression(
    r"\bin (?:the|an?) (?P<module>(?:[A-Z][\w/&-]{0,24} (?:\([\w /&-]{1,30}\) )?){1,6})module (?:of|for|in)"
    r" (?:the )?[A-Z]"
    r"|\brunning on (?P<model>(?=[A-Z-]{0,12}\d)[A-Z\d-]{6,24})\b"
)
"""A module of the product, or hardware, by its name."""
PLUGIN = Expression(
    r"(?<![\w.])([\w.-]{3,30}) plug-?in\b(?! (?:install\w*|(?:de)?activat\w*|delet\w*|upload\w*|entrypoint))",
    re.IGNORECASE,
)
"""What a title calls a plug-in, if it is not what is done with any of them."""
IS_A_PLUGIN = Expression(r"\bwordpress (?:plug-?in|theme)\b|\b(?:plug-?in|theme)s? for wordpress\b", re.IGNORECASE)
"""What a description says of a product that is had as a plug-in, or what belongs with one, itself."""
ADVICE = Expression(
    r"\b(?:recommend\w*|advis(?:e[sd]?|able)|encourag\w+|urge[sd]?|should|please|work-?arounds?"
    r"|mitigat(?:ed?|ions?|es|ing)|(?:upgrad|updat)(?:e|es|ing) (?:to|your|their|the)"
    r"|to (?:resolve|address|remediate|protect|avoid|prevent|determine|check|verify|confirm|exploit)"
    r"|patch(?:es|ed)?|fix(?:es|ed)|security updates?|unable to"
    r"|cannot be (?:updated|patched))\b",
    re.IGNORECASE,
)
EITHER_WAY = Expression(
    r"\b(?:regardless|irrespective|whether|independent(?:ly)?|no matter|as if|not need"
    r"|determin\w+|decid\w+|detect\w*|check\w*|guess\w*|tell|know|learn|find out)\b",
    re.IGNORECASE,
)
"""What stands before a clause that makes no difference, or is a thing that somebody wants to know."""
EVEN = Expression(
    r"\beven(?: (?:when|if|though|where|while|with|without|after|in|for|on)\b|\b(?=.{0,36}$))", re.IGNORECASE
)
"""What begins a clause that makes no difference, however long it is; "even" alone does not reach far."""
NEXT_CLAUSE = Expression(
    r"\b(?:if|when|whenever|where|while|unless|once|provided|only|but)\b"
    r"|[,;:](?! (?:such as|like|including|for example)\b)",
    re.IGNORECASE,
)
"""What ends it: "even when nobody is logged in, if the console is on"."""
ATTACKS = Expression(
    r"\b(?:attack\w*|malicious\w*|adversar\w+|victims?|crafted|malformed|unprivileged|threat actor|packets?"
    r"|sessions? is|exploit\w*|malware|another vulnerable|user(?:'s)? (?:is|are|has|have))\b",
    re.IGNORECASE,
)
_REQUIRED = r"(?:requirements?|conditions?|settings?|configurations?(?: changes?)?|pre-?conditions?|prerequisites?)"
_NEEDED = r"(?: (?:(?:is|are) )?(?:required|needed|necessary)(?: (?:for|to|on|in) [^,;]{1,120})?)?"
_HARMED = r"(?:affected|vulnerable|exposed|impacted|exploitable|susceptible)"
SAYS_NONE = Expression(
    r"(?:for [^,;]{1,120}?,? )?(?:there (?:is|are) )?no (?:(?:specific|special|particular|certain|minimum|minimal"
    rf"|non-?default) )*{_REQUIRED}{_NEEDED}"
    rf"|(?:n/?a|not applicable|none(?: (?:is|are))?{_NEEDED}|all|any|default)"
    r"|(?:in |with |under )?(?:all|any) (?:(?:known|possible|supported|standard|default|the) )*"
    rf"(?:configurations?|installations?|deployments?)(?: (?:is|are) {_HARMED}(?: (?:to|by) th(?:is|e) \w{{1,20}})?)?"
    rf"|(?:the |a |all )?default (?:configuration|installation)s?(?: of [^,;]{{1,60}})?(?: (?:is|are) {_HARMED})?"
    r"|(?:[\w'’/-]{1,30} ){0,12}(?:in|with|under|is|are|being) (?:(?:the|its|their|a|all) )?"
    r"default (?:configuration|installation)s?(?: of [^,;]{1,60})?",
    re.IGNORECASE,
)
"""A whole sentence of required configurations that says that none is, or that the default is enough."""
ON_ANYWAY = Expression(
    rf"(?:there (?:is|are) )?no (?:(?:additional|extra|further|other) )+{_REQUIRED}{_NEEDED}"
    r"|[^,;]{1,160}? (?:is|are) (?:\w{1,20} )?(?:enabled|on|active|installed) by default(?: [^,;]{1,120})?",
    re.IGNORECASE,
)
"""A whole sentence that adds nothing to the others: what is on by default."""
OF_ATTACKERS = Expression(
    r"(?:(?:thus|also|so|to exploit this(?: \w{1,20})?),? )?(?:(?:an?|the|any) )?(?:[\w-]{1,20} ){0,2}?"
    r"(?:attackers?|adversar(?:y|ies)|victims?)(?!['’]) .*",
    re.IGNORECASE,
)
"""A whole sentence about what an attacker needs, if it has none of :data:`SETS_UP`."""
SETS_UP = Expression(
    rf"\b(?:{_STATE}|if|when|whenever|where|unless|only|solely|provided|as long as)\b",
    re.IGNORECASE,
)
"""Words by which it may be about the installation, too: "an attacker needs the console to be enabled"."""
LIMITS = Expression(
    r"\b(?:not|never|non|cannot|only|solely|must|but|however|if|when|whenever|where|unless|except|other than"
    r"|apart from|besides|beyond|aside|without|while|provided|as long as|configured|licen[sc]ed|activated|deployed"
    r"|(?:enabled|installed)(?! by default)|turned on|disabled|changed|modified|unaffected)\b|n['’]t\b",
    re.IGNORECASE,
)
"""Words with which a sentence that says that nothing is required says something after all."""
_VERSIONS = (
    r"(?:[ ,(]{1,2}(?:(?:all |and |or )?(?:versions?|releases?|firmware|software|series|build|before|prior to"
    r"|prior|through|up to|and|or|earlier|later|below|to|from|all|including|inclusive|<=?|≤)(?!\w)"
    r"|v?\d[\w.-]{0,20}+|\)))*+\)?"
)
ATTACHED = Expression(
    rf"{_VERSIONS},? (?:with|on|for|using|running on|in combination with|in connection with|together with|deployed on"
    r"|installed on) (?:the |an? )?(?P<what>[A-Z][\w.+-]{1,30}+(?: [A-Z\d][\w.+-]{0,30}+){0,4}+)"
    r"(?! (?:script|support|integrat|file|document|request|execut))"
)
"""What is attached to a product's name and versions: "Content Navigator 3.0.13 with IBM Daeja ViewOne Virtual"."""
PLATFORM = Expression(
    r"(?:windows|microsoft windows|linux|macos|mac|os x|android|ios|ipados|unix|wordpress|x86|x64|arm|all|multiple"
    r"|chrome ?os|cvss|cve|cwe|http|tcp|admin|users?|github|january|february|march|april|may|june|july|august|september"
    r"|october|november|december)\b",
    re.IGNORECASE,
)
"""What may be attached and is a system, which :mod:`.limits` looks at, or nothing that an installation has."""
