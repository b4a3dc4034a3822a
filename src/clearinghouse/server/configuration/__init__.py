"""How one installation is set up: environment variables over ``config.toml`` over defaults, as one typed value.

Every name here is an environment variable with the prefix ``CLEARINGHOUSE_`` in upper case, and a key of
``config.toml`` in the home folder as it is written. ``DATABASE_URL`` has no prefix, because hosting platforms set it
so.
"""

from clearinghouse.server.configuration.addresses import (
    ConfigurationError,
    origin_of,
    require_database_url,
    without_password,
)
from clearinghouse.server.configuration.reading import CONFIG, PREFIX, home_of, load
from clearinghouse.server.configuration.values import SECRET, Configuration, Limits, TierWord, Validation

__all__ = [
    "CONFIG",
    "PREFIX",
    "SECRET",
    "Configuration",
    "ConfigurationError",
    "Limits",
    "TierWord",
    "Validation",
    "home_of",
    "load",
    "origin_of",
    "require_database_url",
    "without_password",
]
