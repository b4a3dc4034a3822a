"""The crash logs of two labs that fuzz one library: other addresses, processes and builds, one cause or not."""

from collections.abc import Iterator
from hashlib import blake2b

from clearinghouse.cli.demo.description import CrashCause, Description, Log
from clearinghouse.cli.demo.made import Made

_ROOTS = {"aurora": "/src/libtide/", "basalt": "/home/fuzz/build-17/libtide/"}
_TARGETS = {"aurora": "tide_fuzzer", "basalt": "fuzz_open"}


def logs(about: Description) -> Iterator[Made]:
    """Yield every log, written as AddressSanitizer and libFuzzer write them."""
    count = dict.fromkeys(_ROOTS, 0)
    for cause in about.crash:
        for log in cause.logs:
            count[log.lab] += 1
            path = f"fuzzing/{log.lab}/crash-{count[log.lab]}.log"
            yield Made(path, _log(cause, log, path).encode(), {"#0": cause.flaw})


def _log(cause: CrashCause, log: Log, path: str) -> str:
    """Return one log. Its numbers follow from its path, so that each log has its own and every flood has the same."""
    noise = int.from_bytes(blake2b(path.encode(), digest_size=4).digest(), "big")
    process = 1000 + noise % 60000
    address = 0x602000000000 + (noise & 0xFFFFFF) * 16
    stack = _stack(cause, log, 0x55D000000000 + noise * 64)
    top = cause.frames[0]
    return (
        f"INFO: Running with entropic power schedule (0xFF, 100).\nINFO: Seed: {noise}\n"
        "=================================================================\n"
        f"=={process}==ERROR: AddressSanitizer: {cause.kind} on address 0x{address:012x} at pc 0x{noise:012x} "
        f"bp 0x7ffd{noise:08x} sp 0x7ffd{noise - 8:08x}\n"
        f"{cause.access} at 0x{address:012x} thread T0\n" + "\n".join(stack) + "\n\n"
        f"SUMMARY: AddressSanitizer: {cause.kind} {_ROOTS[log.lab]}{top[1]}:{top[2] + log.drift}:9 in {top[0]}\n"
        f"=={process}==ABORTING\n"
    )


def _stack(cause: CrashCause, log: Log, base: int) -> Iterator[str]:
    root, target = _ROOTS[log.lab], _TARGETS[log.lab]
    lines = [f"{name} {root}{path}:{line + log.drift}:9" for name, path, line in cause.frames]
    if cause.interceptor:
        lines.insert(0, f"{cause.interceptor} (/out/{target}+0x{base & 0xFFFFFF:x})")
    lines.append(f"LLVMFuzzerTestOneInput {root}fuzz/{target}.c:18:3")
    lines.append(f"fuzzer::Fuzzer::ExecuteCallback(unsigned char const*, unsigned long) (/out/{target}+0x4f2a1)")
    lines.append(f"main (/out/{target}+0x511c2)")
    for number, line in enumerate(lines):
        yield f"    #{number} 0x{base + number * 0x140:012x} in {line}"
