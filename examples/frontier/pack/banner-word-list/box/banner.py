"""Fill templates of banners: {{ name }}, {{ name.part }}, {{ name | filter }}, {{ "text" | filter }}."""

import re
import sys

FORBIDDEN = ("__", "secret", "globals", "class", "import", "canary")
FIELD = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class Shop:
    """What templates may speak of."""

    def __init__(self, title):
        self.title = title
        self.open = "nine to five"
        self.secret = open("canary.txt", encoding="utf-8").read().strip()


def unquoted(text):
    """Return the content of a text in quotes, in which \\xNN stands for a character."""
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), text[1:-1])


def value_of(word, names):
    """Return what a word of a template stands for."""
    word = word.strip()
    if word.startswith('"') and word.endswith('"') and len(word) > 1:
        return unquoted(word)
    value = names
    for part in word.split("."):
        value = value[part] if isinstance(value, dict) else getattr(value, part)
    return value


FILTERS = {
    "upper": lambda value, names: str(value).upper(),
    "reverse": lambda value, names: str(value)[::-1],
    "length": lambda value, names: len(str(value)),
    "look": lambda value, names: value_of(str(value), names),
}


def field(text, names):
    """Return what a field of a template comes to."""
    word, *filters = text.split("|")
    value = value_of(word, names)
    for each in filters:
        value = FILTERS[each.strip()](value, names)
    return str(value)


def fill(template, names):
    """Return a template with its fields filled."""
    if any(word in template.lower() for word in FORBIDDEN):
        raise ValueError("a word is forbidden")
    return FIELD.sub(lambda found: field(found[1], names), template)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print(fill(file.read(), {"shop": Shop("Tea and more")}))
