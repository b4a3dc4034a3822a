"""``clearinghouse validate key``: what one signs verdicts with, and proof to a server that one has it."""

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from clearinghouse.cli.layout import say
from clearinghouse.cli.validate.group import Group, app
from clearinghouse.trust.keys import make_key_pair, signer_of
from clearinghouse.trust.possession import LARGEST, Challenge, ChallengeError, answer

MAKE = "make"
"""What is meant where no verb is named."""


class KeyGroup(Group):
    """Verbs of which one may be left out: ``key FILE`` is ``key make FILE``."""

    default = MAKE


keys = typer.Typer(
    cls=KeyGroup,
    help="Make a key pair to sign verdicts with, or prove to a server that you have one.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
app.add_typer(keys, name="key", short_help="Make a key pair to sign verdicts with; prove to a server that you have it.")


@keys.command(MAKE, short_help="Make a key pair.")
def make_command(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The private key; the public one is FILE.pub.")],
) -> None:
    """Make an Ed25519 key pair. The private file is for its owner alone; give away the public one."""
    public = make_key_pair(path)
    say(f"{path}: the private key; keep it. {path}.pub: the public key, id {public.keyid}.")
    say("Sign with --attest, and let others check with validate verify --key.")


@keys.command("prove", short_help="Answer the challenge of a server with a key.")
def prove_command(
    challenge: Annotated[str, typer.Argument(metavar="CHALLENGE", help="As the page shows it; - reads it.")],
    *,
    key: Annotated[str, typer.Option("--key", metavar="KEY", help="The private key, or the URI of a key service.")],
    public: Annotated[
        Path | None, typer.Option("--public", metavar="FILE", help="Its public key, where KEY is a URI.")
    ] = None,
) -> None:
    """Prove to a server that you have the private half of a key: sign what it asks, and print what to paste there.

    The challenge says of which server and which organisation it is; both are told on standard error. It is signed as a
    proof and as nothing else, so that no verdict can be made of it.
    """
    asked = Challenge.from_text(sys.stdin.read(2 * LARGEST) if challenge == "-" else challenge)
    if asked.expires <= dt.datetime.now(dt.UTC):
        raise ChallengeError("this challenge is over", "open the page again, and take the one that it shows now")
    signer = signer_of(key, public)
    ends = f"{asked.expires:%Y-%m-%d %H:%M} UTC"
    typer.echo(f"Asked by {asked.origin} of its participant {asked.participant}, until {ends};", err=True)
    typer.echo(f"answered with the key {signer.public_key.keyid}. Paste this there:", err=True)
    sys.stdout.write(f"{answer(asked, signer).to_bytes().decode('ascii')}\n")
