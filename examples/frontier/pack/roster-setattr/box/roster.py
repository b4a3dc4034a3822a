"""The members of a club, edited from forms."""

import re

FIELDS = {"name": str, "town": str, "born": int}
ROLES = ("member", "treasurer", "chair")


class Member:
    """One member."""

    def __init__(self, number):
        self.number = number
        self.name = ""
        self.town = ""
        self.born = 0
        self.role = "member"


class Roster:
    """All members by number."""

    def __init__(self):
        self.members = {}

    def join(self, form):
        """Add a member."""
        member = Member(len(self.members) + 1)
        for field, kind in FIELDS.items():
            if field in form:
                setattr(member, field, kind(form[field]))
        self.members[member.number] = member
        return member

    def edit(self, number, form):
        """Change what a member says of itself."""
        member = self.members[number]
        for field, value in form.items():
            if field.startswith("_") or field == "number":
                continue
            kind = FIELDS.get(field, str)
            setattr(member, field, kind(value))
        return member

    def promote(self, by, number, role):
        """Give a member a role; only the chair does."""
        if self.members[by].role != "chair" or role not in ROLES:
            raise PermissionError("not by you")
        self.members[number].role = role

    def search(self, text):
        """Return members whose name has a text in it."""
        pattern = re.compile(re.escape(text), re.IGNORECASE)
        return [each for each in self.members.values() if pattern.search(each.name)]
