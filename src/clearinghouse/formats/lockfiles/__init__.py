"""Lockfiles and manifests: what package managers write down of what a project has.

One module a format. What they share: the shelf on which items are put
(:mod:`~clearinghouse.formats.lockfiles.shelf`), the rule of which sources have a release
(:mod:`~clearinghouse.formats.lockfiles.sources`), and readers of parts of JSON, of TOML, of block YAML and of lines.
"""

from clearinghouse.formats.contract import Format
from clearinghouse.formats.lockfiles import (
    cargo_lock,
    composer_lock,
    gemfile_lock,
    go_mod,
    go_sum,
    gradle_lock,
    mix_lock,
    nuget_lock,
    package_lock,
    pipfile_lock,
    pnpm_lock,
    poetry_lock,
    pom,
    pubspec_lock,
    pylock,
    requirements,
    swift_resolved,
    uv_lock,
    yarn_lock,
)

__all__ = ["FORMATS"]

FORMATS: tuple[Format, ...] = (
    package_lock.FORMAT,
    yarn_lock.FORMAT,
    pnpm_lock.FORMAT,
    poetry_lock.FORMAT,
    uv_lock.FORMAT,
    pylock.FORMAT,
    pipfile_lock.FORMAT,
    cargo_lock.FORMAT,
    go_mod.FORMAT,
    go_sum.FORMAT,
    gemfile_lock.FORMAT,
    composer_lock.FORMAT,
    pom.FORMAT,
    gradle_lock.FORMAT,
    nuget_lock.FORMAT,
    mix_lock.FORMAT,
    pubspec_lock.FORMAT,
    swift_resolved.FORMAT,
    requirements.FORMAT,
)
"""In order of precedence between equal scores; the one that has the least to go by is last."""
