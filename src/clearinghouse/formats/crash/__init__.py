"""Crash logs: what sanitizers, fuzzers, kernels, debuggers and language runtimes print when a program falls."""

from clearinghouse.formats.crash.parser import parse
from clearinghouse.formats.crash.report import FORMAT
from clearinghouse.formats.crash.security import Settings

__all__ = ["FORMAT", "Settings", "parse"]
