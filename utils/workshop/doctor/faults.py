"""What can be wrong with a computer, each with its fix. Standard library only.

The two characters of a fault stand for it in the code for the chat. They are Crockford's, the first is the subject's,
and they never change their meaning: an instructor may read codes of another version of the course.
"""

from typing import NamedTuple

from utils.workshop.doctor.place import COMMAND

OK, WARN, FAIL, SKIPPED = "OK", "WARN", "FAIL", ""
LAB = f"run {COMMAND} lab"
# For a package that is there and broken: pip would call it installed and do nothing.
NEW_START = f"delete the folder .venv and {LAB} (on Colab: menu Runtime, Disconnect and delete runtime)"
REDISTRIBUTABLE = "Microsoft Visual C++ Redistributable, https://aka.ms/vs/17/release/vc_redist.x64.exe"

SUBJECTS = {
    "1": "Python",
    "2": "Course folder",
    "3": "Memory",
    "4": "Disk",
    "5": "Processor",
    "6": "Packages",
    "7": "PyTorch",
    "8": "Libraries",
    "9": "Models",
    "A": "Model files",
    "B": "Tokenizer",
    "C": "Widgets",
    "D": "JupyterLab",
    "E": "Kernel",
    "F": "Browser",
    "G": "Course from",
    "H": "Downloads",
}


class Fault(NamedTuple):
    """One thing that can be wrong: what to say when no detail is known, and what mends it."""

    characters: str
    status: str
    says: str
    fix: str

    @property
    def subject(self) -> str:
        return SUBJECTS.get(self.characters[0], "Something")


FAULTS: dict[str, Fault] = {}


def _fault(characters: str, status: str, says: str, fix: str) -> Fault:
    FAULTS[characters] = Fault(characters, status, says, fix)
    return FAULTS[characters]


def stopped(subject: str) -> Fault:
    """A check that broke: the fault 0 of each subject."""
    return known(f"{_character(subject)}0")


def slow(subject: str) -> Fault:
    """A check that was still busy when the time was over: the fault Z of each subject."""
    return known(f"{_character(subject)}Z")


def _character(subject: str) -> str:
    return next(character for character, name in SUBJECTS.items() if name == subject)


def known(characters: str) -> Fault:
    """The fault with these characters, also when this version of the course does not know it."""
    if characters[1] == "0":
        fix = "fix the other lines first; if this one stays, show it to your instructor or open an issue"
        return Fault(characters, FAIL, "the check stopped", fix)
    if characters[1] == "Z":
        fix = "close other programs, let a virus scanner finish, then check again"
        return Fault(characters, WARN, "it takes more than two minutes", fix)
    unknown = "a fault that this version of the course does not know"
    return FAULTS.get(characters) or Fault(characters, FAIL, unknown, "ask for the line of the report")


NEWER = "install Python 3.13 from https://www.python.org/downloads/"
PYTHON_OLD = _fault("11", FAIL, "too old for the course", f"{NEWER}, then {NEW_START}")
PYTHON_NEW = _fault("12", FAIL, "too new: its packages are not made yet", f"{NEWER} beside it, and start with that")
PYTHON_32_BIT = _fault("13", FAIL, "a 32-bit Python, for which there is no PyTorch", f"{NEWER}, the 64-bit one")
PYTHON_INTEL_MAC = _fault(
    "14",
    FAIL,
    "a Python for Intel Macs, for which there is no new PyTorch",
    f"on a Mac with an Apple chip {NEWER}; on an Intel Mac work in Google Colab",
)
PYTHON_VENV = _fault("15", FAIL, "it comes without its venv module", "type sudo apt install python3-venv")

OWN_FOLDER = "copy the course to a folder of your own, outside of archives and shared disks, and start it there"
FOLDER_READ_ONLY = _fault("21", FAIL, "notebooks cannot be saved", OWN_FOLDER)
FOLDER_INCOMPLETE = _fault("22", FAIL, "files of the course are missing", "download the course again, and unpack it")
FOLDER_SYNCED = _fault(
    "23",
    WARN,
    "a program copies this folder to a cloud, and can lock or damage .venv",
    "move the course to a folder that is not synchronised",
)
FOLDER_LONG = _fault(
    "24",
    WARN,
    "a path too long for an install on Windows",
    "move it to a short path, such as C:\\course",
)

LITTLE_MEMORY = _fault(
    "31",
    WARN,
    "little memory is free",
    "shut down the kernels of other notebooks (menu Kernel, Shut Down All Kernels) and close other programs",
)
LITTLE_DISK = _fault(
    "41", WARN, "little disk space is free", "delete what you do not need, or stay with the minis, which need none"
)
NO_ROOM_TO_INSTALL = _fault(
    "42", FAIL, "too little disk space to install", "free some, or move the folder of the course to a larger disk"
)

NOT_INSTALLED = _fault("61", FAIL, "the course is not installed yet", f"{LAB} once, which installs it")
PACKAGES_MISSING = _fault("62", FAIL, "packages are missing", f"{LAB}; where that changes nothing, {NEW_START}")
PACKAGES_RANGE = _fault("63", WARN, "packages of untested versions", f"{LAB}; where that changes nothing, {NEW_START}")
PACKAGES_LATER = _fault(
    "65", WARN, "packages that one lesson or the recall cards need are missing", f"{LAB}, or install them when asked"
)
VENV_BROKEN = _fault("64", FAIL, "the Python in .venv does not run any more", f"{LAB}, which makes .venv again")

TORCH_DLL = _fault(
    "71",
    FAIL,
    "a library of PyTorch does not start (WinError 1114, c10.dll)",
    f"install the newest {REDISTRIBUTABLE} and restart the computer",
)
TORCH_BROKEN = _fault("72", FAIL, "it does not load", NEW_START)
TORCH_CRASHES = _fault(
    "73",
    FAIL,
    "loading it kills Python",
    f"{NEW_START}; if it stays, the processor is too old for it: work in Google Colab",
)
TORCH_HIDDEN = _fault("75", FAIL, "a file or folder of yours called torch hides it", "rename that file or folder")

LIBRARIES_BROKEN = _fault("81", FAIL, "libraries do not load", NEW_START)

CHOICE_UNREADABLE = _fault(
    "91", FAIL, "the choice between mini and hub cannot be read", 'choose again in lesson 00, section "Choose, once"'
)
CHOICE_NOT_KEPT = _fault(
    "92",
    WARN,
    "the choice of models cannot be kept",
    "make that folder writable, or set the variable COURSE_MODELS to mini or hub before you start",
)
MINIS_DAMAGED = _fault(
    "A1",
    FAIL,
    "shipped checkpoints are damaged or missing",
    "restore them with git checkout -- utils/minis, or download the course again",
)
TOKENIZER_WRONG = _fault("B1", FAIL, "RoBERTa's tokenizer cuts words wrongly", NEW_START)
TOKENIZER_BROKEN = _fault("B2", FAIL, "RoBERTa's tokenizer does not load", NEW_START)
WIDGETS_VERSION = _fault("C1", WARN, "ipywidgets of another version than 7.7 and 8", f"{LAB}, then check again")

LAB_STOPS = _fault("D1", FAIL, "JupyterLab does not start", NEW_START)
LAB_SILENT = _fault(
    "D2", FAIL, "JupyterLab starts and does not answer", "let a firewall or virus scanner allow Python on 127.0.0.1"
)
LAB_SETTINGS = _fault(
    "D3", FAIL, "your own settings of Jupyter stop JupyterLab", "rename the folder .jupyter in your home folder"
)
WIDGETS_MISSING = _fault("D5", WARN, "JupyterLab has no extension for widgets, so quizzes are dead", NEW_START)
KERNEL_STOPS = _fault("E1", FAIL, "a notebook's Python does not start", NEW_START)
KERNEL_ELSEWHERE = _fault(
    "E2",
    FAIL,
    "notebooks run in another Python than the course's",
    "run jupyter kernelspec remove python3 in that Python, or choose the course's kernel in the notebook",
)
NO_BROWSER = _fault(
    "F1",
    WARN,
    "no browser was found",
    f"{LAB} --no-browser, and open the address that it prints in a browser",
)
SOURCE_SILENT = _fault(
    "G1",
    WARN,
    "COURSE_FROM does not answer",
    "join the network of the workshop and compare the address with the instructor's; or remove the variable",
)
SOURCE_BAD = _fault("G2", WARN, "COURSE_FROM is no folder of a workshop", "correct the variable, or remove it")
NOT_DOWNLOADED = _fault(
    "H1",
    WARN,
    "published checkpoints are not on this machine yet",
    "a lesson downloads what it asks for; to have all of them before, run checkpoints.download() in lesson 00",
)
