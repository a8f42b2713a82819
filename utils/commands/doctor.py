"""`doctor`: examine the Python that `lab` made where it runs, else this one. Standard library only."""

import os
import subprocess
import sys

from utils.commands.place import become, venv_python
from utils.workshop import doctor

HERE = "COURSE_DOCTOR"  # set once it is decided, so that no odd Python is asked for ever


def main(argv):
    python = venv_python()
    if python != venv_python(sys.prefix) and not os.environ.get(HERE) and runs(python):
        become([python, "-m", "utils", "doctor", *argv], {**os.environ, HERE: "decided"})
    return doctor.main(argv)


def runs(python):
    code = "import sys; assert sys.version_info >= (3, 11)"
    try:
        return subprocess.run([python, "-c", code], stdin=subprocess.DEVNULL, capture_output=True).returncode == 0
    except OSError:
        return False
