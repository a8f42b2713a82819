"""What stands in pip's output when the disk is full or the network is gone. Standard library only."""

NO_SPACE = ("No space left on device", "[Errno 28]", "not enough space on the disk")
NO_NETWORK = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "Read timed out",
    "ProxyError",
    "ProtocolError",
    "SSLError",
)


def shows(output: str, signs: tuple[str, ...]) -> bool:
    """Whether pip's output has one of the signs."""
    return any(sign in output for sign in signs)


def errors(output: str) -> list[str]:
    """pip's lines of error, else its last line."""
    return [line for line in output.splitlines() if line.startswith("ERROR")] or output.splitlines()[-1:]
