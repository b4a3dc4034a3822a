"""Jobs of people, kept in files."""

import hashlib
import hmac
import json
import os
import re
import subprocess

NAME = re.compile(r"[a-z0-9_-]{1,40}")
MOST = 1 << 16


class Refused(Exception):
    """A request that is not served."""


class Queue:
    """Jobs below one folder; each has an owner, a name and arguments."""

    def __init__(self, folder, key):
        self.folder = folder
        self.key = key

    def token(self, owner):
        """Return what an owner shows to be believed."""
        return hmac.digest(self.key, owner.encode(), "sha256").hex()

    def known(self, owner, token):
        """Refuse who is not who they say."""
        if not NAME.fullmatch(owner) or not hmac.compare_digest(self.token(owner), token):
            raise Refused("not you")

    def path(self, owner, job):
        """Return where a job is kept."""
        if not NAME.match(job):
            raise Refused("no name of a job")
        return os.path.join(self.folder, owner, job + ".json")

    def add(self, owner, token, job, text):
        """Keep a job."""
        self.known(owner, token)
        if len(text) > MOST:
            raise Refused("too large")
        given = json.loads(text)
        if not isinstance(given, dict) or not isinstance(given.get("arguments"), list):
            raise Refused("no job")
        path = self.path(owner, job)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            json.dump(
                {
                    "arguments": [str(each) for each in given["arguments"]],
                    "digest": hashlib.md5(text.encode()).hexdigest(),
                },
                out,
            )

    def show(self, owner, token, job):
        """Return a job."""
        self.known(owner, token)
        with open(self.path(owner, job), encoding="utf-8") as file:
            return json.load(file)

    def run(self, owner, token, job):
        """Run a job, and return what it writes."""
        arguments = self.show(owner, token, job)["arguments"]
        done = subprocess.run(
            ["/usr/bin/sort", "--", *arguments], capture_output=True, cwd=os.path.join(self.folder, owner), timeout=10
        )
        return done.stdout[:MOST]

    def forget(self, job, owner, token=""):
        """Remove a job."""
        if token:
            self.known(owner, token)
        os.unlink(self.path(owner, job))
