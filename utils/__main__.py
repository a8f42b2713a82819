"""`python3 -m utils COMMAND`. Python 2.7 can read this file too, so that an old Python gets a sentence."""

import sys

OLDEST = (3, 11)

if sys.version_info < OLDEST:
    sys.exit(
        "The course needs Python %d.%d or newer and this is Python %d.%d: install a newer one from "
        "https://www.python.org/downloads/ and start the course with it, for example: python3.12 -m utils lab"
        % (OLDEST + tuple(sys.version_info[:2]))
    )

if __name__ == "__main__":
    from utils.commands import main

    sys.exit(main(sys.argv[1:]))
