"""Settings of a service, merged from what users send."""

import json
import sys


class Settings:
    """How a page looks for one user."""

    is_admin = False

    def __init__(self):
        self.theme = "plain"
        self.page = Page()


class Page:
    """Size and language of pages."""

    def __init__(self):
        self.size = 20
        self.language = "en"


def merge(target, given):
    """Put what was given into an object, or a dictionary, part by part."""
    for name, value in given.items():
        if isinstance(target, dict):
            if isinstance(value, dict) and name in target:
                merge(target[name], value)
            else:
                target[name] = value
        elif isinstance(value, dict) and hasattr(target, name):
            merge(getattr(target, name), value)
        else:
            setattr(target, name, value)


def save(settings, text):
    """Take the settings that a user sent."""
    given = json.loads(text)
    if "is_admin" in given:
        raise PermissionError("users do not say this")
    merge(settings, given)


def secret(settings):
    """Return what administrators see."""
    if not settings.is_admin:
        raise PermissionError("for administrators")
    with open("canary.txt", encoding="utf-8") as file:
        return file.read()


if __name__ == "__main__":
    mine, other = Settings(), Settings()
    with open(sys.argv[1], encoding="utf-8") as file:
        save(mine, file.read())
    print(secret(other))
