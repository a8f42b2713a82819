"""Asking a Hub or a mirror over HTTP."""

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterator

SECONDS_TO_ANSWER = 8  # then we say so; the library would wait for ever, or try again for a minute
SHORT_WAIT = 4  # seconds that a busy server may ask for; for longer we ask the learner


class Refused(Exception):
    """The server answered, and the answer is no. `wait` is how many seconds it asks for, if it does."""

    def __init__(self, status: int, wait: int | None = None):
        super().__init__(f"HTTP status {status}")
        self.status, self.wait = status, wait


def client(to_room: bool = False):
    """The HTTP client that huggingface_hub uses (proxies, certificates), without that library's offline switch.

    A kernel that started with the minis has the switch on, and may fetch all the same. A room's mirror is next door,
    where no proxy leads.
    """
    from huggingface_hub import get_session

    return type(get_session())(follow_redirects=True, timeout=SECONDS_TO_ANSWER, trust_env=not to_room)


def headers(address: str) -> dict[str, str]:
    """Who asks; with the learner's token, if there is one, over encrypted connections only."""
    from huggingface_hub.utils import build_hf_headers

    return build_hf_headers(token=None if address.startswith("https://") else False) | {"Accept-Encoding": "identity"}


@contextlib.contextmanager
def answer(session, address: str, offset: int = 0) -> Iterator:
    """The answer to one GET, from byte `offset` on. A server that is busy for a moment is asked twice."""
    wanted = headers(address) | ({"Range": f"bytes={offset}-"} if offset else {})
    for last in (False, True):
        with session.stream("GET", address, headers=wanted) as response:
            if response.status_code < 400:
                yield response
                return
            wait = _seconds_to_wait(response.headers)
            refused = Refused(response.status_code, wait)
        if last or not (refused.status == 429 or refused.status >= 500) or (wait or 0) > SHORT_WAIT:
            raise refused
        time.sleep(wait or 1)


def _seconds_to_wait(received) -> int | None:
    limit = re.search(r";\s*t=(\d+)", received.get("ratelimit", ""))  # the Hub's own: "api";r=0;t=55
    after = received.get("retry-after", "")
    return int(limit[1]) if limit else int(after) if after.isdigit() else None


def soon(work: Callable[[], object]) -> object:
    """`work()`, or TimeoutError after `SECONDS_TO_ANSWER`. For the first contact, where a dead name server can hang."""
    done = []

    def run():
        try:
            done.append((work(), None))
        except Exception as error:
            done.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(SECONDS_TO_ANSWER + 1)  # the client's own limit comes first, and says more
    if not done:
        raise TimeoutError
    result, error = done[0]
    if error:
        raise error
    return result
