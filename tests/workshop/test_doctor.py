"""The check of a computer: each fault is made, and its line asserted."""

import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from utils import checkpoints
from utils.commands import install
from utils.workshop import doctor
from utils.workshop.doctor import checks, examination, faults, jupyter, place
from utils.workshop.doctor.checks import Result, ok
from utils.workshop.doctor.examination import CHECKS, Finding, examine, report
from workshop import tiny_room

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def settings(tmp_path, monkeypatch):
    """No choice of models made, none from outside; a settings file of the test's own."""
    file = tmp_path / "settings.json"
    monkeypatch.setenv("COURSE_SETTINGS", str(file))
    monkeypatch.delenv("COURSE_MODELS", raising=False)
    monkeypatch.delenv("COURSE_FROM", raising=False)
    return file


@pytest.fixture
def package(tmp_path, monkeypatch):
    """`package("torch", code)`: a package of that name, before any other, in the processes that checks start."""
    folder = tmp_path / "packages"
    monkeypatch.setenv("PYTHONPATH", str(folder))

    def write(module: str, code: str):
        path = folder.joinpath(*module.split(".")).with_suffix(".py")
        for parent in list(path.relative_to(folder).parents)[:-1]:
            (folder / parent).mkdir(parents=True, exist_ok=True)
            (folder / parent / "__init__.py").touch()
        folder.mkdir(exist_ok=True)
        path.write_text(code)

    return write


def finding(what: str) -> Finding:
    """What one check says. A finding that is not OK has a fix and a fault of its subject, and is one line."""
    found = examination._examine(what)
    assert found.what == what and found.status in ("OK", "WARN", "FAIL")
    assert (found.status == "OK") == (found.fix == "") == (found.fault is None)
    assert not found.fault or found.fault.subject == what and found.fault.status == found.status
    assert "\n" not in found.detail + found.fix and not found.fix.endswith(".")
    return found


def quick(monkeypatch, **results):
    """Put other checks in the place of all, which only give these results."""
    monkeypatch.setattr(examination, "CHECKS", {what: lambda r=r: r for what, r in results.items()})


# --- the report ---------------------------------------------------------------------------------------------


def test_this_copy_of_the_course_is_ready():
    """With a real JupyterLab and a real kernel; only what depends on the computer may warn."""
    findings = {found.what: found for found in examine()}
    assert list(findings) == [what for what in CHECKS if what not in ("Downloads", "Course from")]
    wrong = {found for found in findings.values() if found.status != "OK"}
    assert {found.what for found in wrong if found.fault.characters[1] != "Z"} <= {"Memory", "Disk", "Browser"}


def test_the_report_prints_a_line_a_finding_and_a_code(capsys, monkeypatch):
    quick(monkeypatch, Packages=ok("all"), Memory=Result(faults.LITTLE_MEMORY, "1.5 GB free", "close other programs."))
    report(examine(), "Ada")
    *lines, code = capsys.readouterr().out.splitlines()
    assert lines == [
        "[OK]   Packages: all",
        "[WARN] Memory: 1.5 GB free. Fix: close other programs.",
        "Ready, with the warnings above.",
    ]
    assert code.startswith("For a workshop's chat: DOCTOR1/Ada/")


@pytest.mark.parametrize(
    "memory, status, last",
    [
        (ok(""), 0, "Ready."),
        (Result(faults.LITTLE_MEMORY), 0, "Ready, with the warnings above."),
        (Result(faults.TORCH_BROKEN), 1, "Not ready yet: fix each [FAIL] line, and check again."),
    ],
)
def test_the_command_fails_when_a_check_fails(memory, status, last, monkeypatch, capsys):
    quick(monkeypatch, Packages=ok("all"), Memory=memory)
    assert doctor.main([]) == status
    assert capsys.readouterr().out.splitlines()[-2] == last


def test_a_check_that_breaks_is_a_line_of_the_report(monkeypatch):
    def broken():
        raise RuntimeError("on two\nlines.")

    monkeypatch.setattr(examination, "CHECKS", {"Packages": lambda: ok("all"), "Disk": broken, "Memory": lambda: None})
    first, second = examine()
    assert (first.status, second.status) == ("OK", "FAIL")
    assert second.detail == "the check stopped with RuntimeError: on two lines"
    assert "open an issue" in second.fix and second.fault.characters == "40"


def test_every_fault_is_of_a_subject_and_has_its_own_characters():
    assert list(faults.SUBJECTS.values()) and set(faults.SUBJECTS.values()) == set(CHECKS)
    for characters, fault in faults.FAULTS.items():
        assert characters == fault.characters and len(characters) == 2 and characters[1] not in "0Z"
        assert set(characters) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ") and characters[0] in faults.SUBJECTS
        assert fault.status in ("WARN", "FAIL") and fault.says and fault.fix
        assert not fault.says.endswith(".") and not fault.fix.endswith(".")
    constants = [value for value in vars(faults).values() if isinstance(value, faults.Fault)]
    assert len(constants) == len(faults.FAULTS)


def test_the_doctor_and_the_install_ask_for_the_same():
    assert checks.NEWEST_PYTHON == install.NEWEST and place.VENV == install.VENV
    assert checks.INSTALL_GIGABYTES == install.GIGABYTES[False]


# --- a machine on which nothing works -----------------------------------------------------------------------


@pytest.fixture
def bare(tmp_path):
    """A course that was only unpacked: `bare(*arguments)` runs the doctor there in a Python without any packages."""
    root = tmp_path / "my course"
    for name in ("utils/workshop", "utils/commands"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("utils/__init__.py", "utils/__main__.py", "requirements.txt"):
        shutil.copyfile(ROOT / name, root / name)
    for name in ("notebooks", "exercises", "utils/minis"):
        (root / name).mkdir()

    def run(*arguments):
        command = [sys.executable, "-S", "-m", "utils", "doctor", *arguments]
        run = subprocess.run(command, cwd=root, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")
        assert run.stderr == ""
        return run.returncode, run.stdout

    run.root = root
    return run


def test_before_the_install_there_is_one_thing_to_do(bare):
    status, printed = bare()
    failed = [line for line in printed.splitlines() if line.startswith("[FAIL]")]
    assert status == 1 and len(failed) == 2
    assert "Packages: " in failed[0] and failed[0].endswith("run python3 -m utils lab once, which installs it.")
    assert "Model files: " in failed[1]  # the copy has none
    assert "Not checked before that is fixed: PyTorch, Libraries, Models" in printed
    assert "DOCTOR1/" in printed


def test_a_venv_whose_python_is_gone(bare):
    scripts = bare.root / ".venv/bin"
    scripts.mkdir(parents=True)
    (scripts / "python.exe" if os.name == "nt" else scripts / "python").write_text("#!/nowhere\n")
    (scripts / "python").chmod(0o755)
    status, printed = bare()
    assert status == 1 and "[FAIL] Packages: the Python in .venv does not run any more" in printed


def test_the_doctor_examines_the_python_that_lab_made(bare):
    scripts = bare.root / ".venv/bin"
    scripts.mkdir(parents=True)
    (scripts / "python").write_text('#!/bin/sh\n[ "$1" = -c ] || echo "examined: $*"\n')
    (scripts / "python").chmod(0o755)
    assert bare("--name", "Ada") == (0, "examined: -m utils doctor --name Ada\n")


def test_a_python_in_venv_that_is_not_of_it_is_asked_once(bare):
    scripts = bare.root / ".venv/bin"
    scripts.mkdir(parents=True)
    (scripts / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    (scripts / "python").chmod(0o755)
    assert "Ready" not in bare()[1]


def test_a_bare_machine_of_an_instructor_reads_codes(bare):
    status, printed = bare("hello DOCTOR1/Ada/nonsense")
    assert status == 1 and "check sum does not fit" in printed


# --- one fault at a time: the machine -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "patch, detail",
    [
        ({"sys.version_info": (3, 9, 1)}, faults.PYTHON_OLD),
        ({"sys.version_info": (3, 99, 1)}, faults.PYTHON_NEW),
        ({"struct.calcsize": lambda kind: 4}, faults.PYTHON_32_BIT),
        ({"sys.platform": "darwin", "platform.machine": lambda: "x86_64"}, faults.PYTHON_INTEL_MAC),
        ({"importlib.util.find_spec": lambda name: None}, faults.PYTHON_VENV),
    ],
)
def test_a_python_for_which_there_are_no_packages(patch, detail, monkeypatch):
    monkeypatch.setattr(checks, "_installed", lambda: False)
    for name, value in patch.items():
        monkeypatch.setattr(f"utils.workshop.doctor.checks.{name}", value)
    fault = checks.python().fault
    monkeypatch.undo()
    assert fault == detail


def test_a_python_that_has_the_packages_is_not_asked_for_more(monkeypatch):
    monkeypatch.setattr(checks, "NEWEST_PYTHON", (3, 1))
    assert finding("Python").status == "OK"


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A small course, which is the one that is checked."""
    for name in ("notebooks", "exercises"):
        (tmp_path / name).mkdir()
    (tmp_path / "requirements.txt").touch()
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    monkeypatch.setattr(checks, "REQUIREMENTS", tmp_path / "requirements.txt")
    return tmp_path


def test_a_folder_that_is_whole(root):
    assert finding("Course folder").status == "OK"


@pytest.mark.parametrize("name", ["requirements.txt", "exercises"])
def test_a_folder_that_is_not_whole(name, root):
    (root / name).rename(root / "elsewhere")
    assert finding("Course folder").fault == faults.FOLDER_INCOMPLETE


def test_a_folder_that_cannot_be_written_to(root, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(checks.tempfile, "TemporaryFile", refuse)
    found = finding("Course folder")
    assert found.fault == faults.FOLDER_READ_ONLY and "Permission denied" in found.detail


def test_a_folder_that_a_cloud_copies_and_one_with_a_long_path(root, monkeypatch):
    monkeypatch.setattr(checks, "LONGEST_ROOT", 3)
    assert finding("Course folder").status == "OK"  # not on this system
    monkeypatch.setattr(checks, "_long_paths", lambda: False)
    assert finding("Course folder").fault == faults.FOLDER_LONG
    cloud = root / "OneDrive - School"
    for name in ("notebooks", "exercises"):
        (cloud / name).mkdir(parents=True)
    monkeypatch.setattr(checks, "ROOT", cloud)
    assert finding("Course folder").fault == faults.FOLDER_SYNCED


@pytest.mark.parametrize("gigabytes, status", [(1.9, "WARN"), (2.1, "OK")])
def test_little_memory_and_little_disk_warn(gigabytes, status, monkeypatch):
    monkeypatch.setattr(checks, "_container_memory", list)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=gigabytes * 1e9))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=gigabytes * 1e9))
    memory, disk = finding("Memory"), finding("Disk")
    assert (memory.status, disk.status) == (status, status)
    assert memory.detail == disk.detail == f"{gigabytes} GB free"
    if status == "WARN":
        assert "shut down the kernels" in memory.fix and "minis" in disk.fix


def test_what_a_hub_or_a_container_gives_counts(tmp_path, monkeypatch):
    assert min(checks._container_memory(tmp_path)) > 1e15  # no container
    for name, text in {"max": "3000", "current": "2500", "stat": "anon 1\ninactive_file 400"}.items():
        (tmp_path / f"memory.{name}").write_text(text)
    assert min(checks._container_memory(tmp_path)) == 900
    (tmp_path / "memory.max").write_text("max\n")
    assert min(checks._container_memory(tmp_path)) > 1e15
    monkeypatch.setenv("MEM_LIMIT", "800")
    assert min(checks._container_memory(tmp_path)) == 800


def test_too_little_disk_to_install(monkeypatch):
    monkeypatch.setattr(checks, "_installed", lambda: False)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=3.9e9))
    found = finding("Disk")
    assert found.fault == faults.NO_ROOM_TO_INSTALL and found.detail == "3.9 GB free, and the install needs 4"


# --- one fault at a time: the packages ----------------------------------------------------------------------


@pytest.fixture
def requirements(tmp_path, monkeypatch):
    def write(text: str):
        (tmp_path / "requirements.txt").write_text(text)
        monkeypatch.setattr(checks, "REQUIREMENTS", tmp_path / "requirements.txt")

    return write


def test_packages_in_their_ranges(requirements):
    requirements("# a comment\nnumpy>=1\n\ntorch>=2,<99\n")
    assert finding("Packages").detail == "all 2 of requirements.txt, in their ranges"


def test_a_missing_package_fails_and_one_out_of_range_warns(requirements, monkeypatch):
    monkeypatch.setattr(place, "in_venv", lambda: False)
    requirements("numpy>=99\npytest>=1\n")
    found = finding("Packages")
    assert found.status == "WARN"
    assert found.detail == f"numpy is {metadata.version('numpy')}, not >=99"
    assert found.fix == f'run {sys.executable} -m pip install "numpy>=99"'
    requirements("numpy>=99\nno-such-package-here>=1,<2\n")
    found = finding("Packages")
    assert found.status == "FAIL"
    assert found.detail.startswith("no-such-package-here is missing, numpy is ")
    assert found.fix.endswith('"no-such-package-here>=1,<2" "numpy>=99"')


def test_how_to_install_depends_on_where(requirements, monkeypatch):
    requirements("numpy>=99\n")
    monkeypatch.setattr(place, "in_venv", lambda: True)
    assert finding("Packages").fix.startswith("run python3 -m utils lab; where that changes nothing, delete the folder")
    monkeypatch.setattr(place, "in_kernel", lambda: True)
    assert finding("Packages").fix == 'run %pip install "numpy>=99" in a cell, then restart the kernel'


def test_on_colab(requirements, monkeypatch):
    requirements("numpy>=1\njupyterlab>=999\n")
    assert finding("Packages").status == "WARN"
    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace())
    assert finding("Packages").detail == "all 1 of requirements.txt, in their ranges"
    monkeypatch.setattr(place, "in_kernel", lambda: True)
    monkeypatch.setattr(checks, "_version", {"numpy": "2.1", "ipywidgets": "7.5"}.get)
    requirements("numpy>=1\nonnx>=1\nfsrs>=6\n")
    found = finding("Packages")
    assert found.fault == faults.PACKAGES_LATER
    assert found.fix == 'run %pip install "onnx>=1.18,<1.23" "fsrs>=6.3,<7" in a cell'
    for text in ("numpy>=3\n", "torch>=3\nnumpy>=1\n"):
        requirements(text)
        assert "another Runtime version" in finding("Packages").fix
    monkeypatch.setattr(checks.metadata, "version", lambda package: "7.5")
    assert "another Runtime version" in finding("Widgets").fix


def test_pytorch_tells_its_version(package):
    package("torch.none", "")
    (Path(os.environ["PYTHONPATH"]) / "torch/__init__.py").write_text(
        "__version__ = '2.13'\ndef get_num_threads(): return 3"
    )
    assert finding("PyTorch").detail == "2.13, 3 threads"


@pytest.mark.parametrize(
    "code, fault, detail",
    [
        (
            "raise OSError('[WinError 1114] A dynamic link library failed. Error loading \"c10.dll\".')",
            faults.TORCH_DLL,
            "WinError 1114",
        ),
        ("raise OSError('libgomp.so.1: cannot open')", faults.TORCH_BROKEN, "libgomp.so.1: cannot open"),
        ("raise ImportError('numpy.core\\nfailed')", faults.TORCH_BROKEN, "ImportError numpy.core failed"),
        ("import os; os.kill(os.getpid(), 9)", faults.TORCH_CRASHES, "kills Python (status -9)"),
        ("answer = 42", faults.TORCH_HIDDEN, "torch.py hides it"),
        ("import time; time.sleep(60)", faults.slow("PyTorch"), "more than two minutes"),
    ],
)
def test_a_pytorch_that_does_not_load(code, fault, detail, package, monkeypatch):
    package("torch", code)
    if fault == faults.slow("PyTorch"):
        monkeypatch.setattr(checks, "run_python", lambda code: place.run_python(code, seconds=0.5))
    found = finding("PyTorch")
    assert found.fault == fault and detail in found.detail
    if fault == faults.TORCH_DLL:
        assert "newest Microsoft Visual C++ Redistributable" in found.fix and "restart the computer" in found.fix


def test_libraries_that_do_not_load_are_named(package, monkeypatch):
    monkeypatch.setattr(checks, "LIBRARIES", ("json", "one", "two", "three", "not_installed"))
    monkeypatch.syspath_prepend(os.environ["PYTHONPATH"])
    package("one", "raise ImportError('numpy.dtype size\\nchanged')")
    package("two", "print('hello')")
    package("three", "import os; os.abort()")
    found = finding("Libraries")
    assert found.fault == faults.LIBRARIES_BROKEN
    assert found.detail == ("these do not load: one (ImportError: numpy.dtype size changed); three (it kills Python)")
    package("three", "")
    assert "three" not in finding("Libraries").detail


@pytest.mark.parametrize(
    "version, status",
    [("7.7.1", "OK"), ("8.1.9", "OK"), ("7.6.5", "WARN"), ("9.0.0", "WARN"), ("80.1", "WARN"), ("7.70.0", "WARN")],
)
def test_widgets_of_another_version_warn(version, status, monkeypatch):
    monkeypatch.setattr(checks.metadata, "version", lambda package: version)
    found = finding("Widgets")
    assert found.status == status and f"ipywidgets {version}" in found.detail


# --- one fault at a time: the models ------------------------------------------------------------------------


def test_which_models_are_in_use_and_why(settings, monkeypatch):
    assert finding("Models").detail == "mini (the default)"
    settings.write_text('{"models": "hub"}')
    assert finding("Models").detail == "hub (your choice)"
    monkeypatch.setenv("COURSE_MODELS", "mini")
    assert finding("Models").detail == "mini (set by COURSE_MODELS)"


def test_a_choice_that_cannot_be_read(settings, monkeypatch):
    settings.write_text("{")
    found = finding("Models")
    assert found.status == "FAIL" and "Choose again with checkpoints.switch" in found.fix
    monkeypatch.setenv("COURSE_MODELS", "big")
    found = finding("Models")
    assert found.status == "FAIL" and "COURSE_MODELS is 'big'" in found.fix


def test_a_choice_that_cannot_be_kept(settings, monkeypatch):
    settings.write_text("a file where the folder should be")
    monkeypatch.setenv("COURSE_SETTINGS", str(settings / "settings.json"))
    monkeypatch.setenv("COURSE_MODELS", "mini")
    found = finding("Models")
    assert found.status == "WARN" and "another choice cannot be kept" in found.detail
    assert "COURSE_MODELS" in found.fix


def test_damaged_and_missing_model_files_are_named_with_the_repair(tmp_path, monkeypatch):
    shutil.copytree(checks.MINIS, tmp_path / "minis", ignore=shutil.ignore_patterns("recipe", "__pycache__"))
    monkeypatch.setattr(checks, "MINIS", tmp_path / "minis")
    assert finding("Model files").detail == "6 shipped checkpoints, every file intact"
    weights = tmp_path / "minis/roberta-base/model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    (tmp_path / "minis/bert-base-uncased/config.json").unlink()
    found = finding("Model files")
    assert found.fault == faults.MINIS_DAMAGED and "git checkout -- utils/minis" in found.fix
    assert found.detail.endswith(": bert-base-uncased/config.json, roberta-base/model.safetensors")


def test_downloads_that_are_still_to_come(monkeypatch, tmp_path):
    assert examination._examine("Downloads") is None  # with the minis there is nothing to say
    monkeypatch.setenv("COURSE_MODELS", "hub")
    monkeypatch.setattr(checkpoints, "downloaded", lambda name: None if "sst" in name.lower() else tmp_path)
    megabytes = sum(row.megabytes for name, row in checkpoints.CATALOGUE.items() if "sst" in name.lower())
    found = finding("Downloads")
    assert found.fault == faults.NOT_DOWNLOADED
    assert found.detail == f"2 of 6 published checkpoints are not on this machine yet ({megabytes} MB)"
    monkeypatch.setattr(checkpoints, "downloaded", lambda name: tmp_path)
    assert finding("Downloads").detail == "6 published checkpoints, all on this machine"


TOKENIZER = """
import types
class AutoTokenizer:
    def from_pretrained(folder):
        print("a library that talks")
        assert folder.endswith({folder!r}), folder
        return lambda text: types.SimpleNamespace(input_ids={ids})
"""


@pytest.mark.parametrize("ids, status", [([0, 31414, 2], "OK"), ([0, 725, 417, 4, 9, 2], "FAIL"), ([31414], "FAIL")])
def test_a_tokenizer_that_cuts_hello_into_characters_is_found(ids, status, package):
    package("transformers", TOKENIZER.format(ids=ids, folder="minis/roberta-base"))
    found = finding("Tokenizer")
    assert found.status == status and f'"Hello" becomes {ids}' in found.detail
    assert ("delete the folder .venv" in found.fix) == (status == "FAIL")


def test_the_published_tokenizer_is_taken_where_it_is_in_use(package, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_MODELS", "hub")
    monkeypatch.setattr(checkpoints, "downloaded", lambda name: tmp_path / f"published {name}")
    package("transformers", TOKENIZER.format(ids=[0, 1, 2], folder="published roberta-base"))
    assert finding("Tokenizer").status == "OK"


@pytest.mark.parametrize("code", ["raise ImportError('cannot import name x')", "import os; os.abort()"])
def test_transformers_that_does_not_load(code, package):
    package("transformers", code)
    found = finding("Tokenizer")
    assert found.fault == faults.TOKENIZER_BROKEN
    assert ("cannot import name x" if "Import" in code else "status -6") in found.detail


# --- one fault at a time: the workshop ----------------------------------------------------------------------


def test_the_folder_of_a_workshop(tmp_path, monkeypatch):
    assert examination._examine("Course from") is None
    monkeypatch.setenv("COURSE_FROM", str(tmp_path / "nothing"))
    assert finding("Course from").fault == faults.SOURCE_BAD
    tiny_room.make(tmp_path / "room")
    monkeypatch.setenv("COURSE_FROM", str(tmp_path / "room"))
    found = finding("Course from")
    assert found.status == "OK" and str(tmp_path / "room") in found.detail


@pytest.mark.parametrize(
    "answer, fault", [(b'{"files": {}}', None), (b"hello", faults.SOURCE_BAD), (None, faults.SOURCE_SILENT)]
)
def test_the_mirror_of_a_workshop(answer, fault, monkeypatch):
    asked = []
    monkeypatch.setattr(checks, "_answer", lambda url: asked.append(url) or answer)
    monkeypatch.setenv("COURSE_FROM", "http://192.0.2.1:8765/")
    assert finding("Course from").fault == fault
    assert asked == ["http://192.0.2.1:8765/manifest.json"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://no.such.name.invalid/", "nonsense://", "http://[bad"])
def test_an_address_that_does_not_answer(url):
    assert checks._answer(url, seconds=1) is None


# --- JupyterLab, kernel, browser ----------------------------------------------------------------------------

SERVER = """
import http.server, os, sys
print("a warning")
{before}
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        assert self.headers["Authorization"] == "token " + os.environ["JUPYTER_TOKEN"]
        if "Redirect" in globals() and self.path == "/lab":
            self.send_response(302)
            self.send_header("Location", "/login?next=/lab")
        else:
            self.send_response({status})
        self.end_headers()
        self.wfile.write(b"{page}")
    def do_POST(self):
        assert self.path == "/api/shutdown"
        os._exit(0)
port = next(int(word.split("=")[1]) for word in sys.argv if word.startswith("--port="))
http.server.ThreadingHTTPServer(("127.0.0.1", port), Page).serve_forever()
"""

PASSWORD = "Redirect = True"


@pytest.mark.parametrize(
    "how, fault, detail",
    [
        ({}, None, "opens, and answered after"),
        ({"before": PASSWORD, "page": "Password:"}, None, "opens, and asked for your password"),
        ({"page": "no widgets"}, faults.WIDGETS_MISSING, "lacks the extension for widgets"),
        ({"status": 500}, faults.LAB_STOPS, "its page gives status 500"),
        ({"before": "raise ImportError('cannot import tornado')"}, faults.LAB_STOPS, "cannot import tornado"),
        (
            {"before": "if 'JUPYTER_NO_CONFIG' not in os.environ: raise SyntaxError('in your config')"},
            faults.LAB_SETTINGS,
            "SyntaxError: in your config",
        ),
        ({"before": "import time; time.sleep(60)"}, faults.slow("JupyterLab"), "more than two minutes"),
        ({"before": "import time; Silent = time.sleep"}, faults.LAB_SILENT, "does not answer"),
    ],
)
def test_jupyterlab(how, fault, detail, package, monkeypatch):
    code = SERVER.format(**{"before": "", "status": 200, "page": jupyter.WIDGETS} | how)
    if fault == faults.LAB_SILENT:
        code = code.replace("def do_GET(self):", "def do_GET(self):\n        Silent(60)")
        monkeypatch.setattr(jupyter, "PATIENCE", 0.5)
    if fault in (faults.slow("JupyterLab"), faults.LAB_SILENT):
        monkeypatch.setattr(jupyter, "SECONDS", 6 if fault == faults.LAB_SILENT else 0.5)
    package("jupyterlab.__main__", code)
    found = finding("JupyterLab")
    assert found.fault == fault and detail in found.detail


def test_no_proxy_is_asked_for_this_computer(package, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    package("jupyterlab.__main__", SERVER.format(before="", status=200, page=jupyter.WIDGETS))
    assert finding("JupyterLab").status == "OK"


KERNEL = """
class Client:
    def execute(self, code, user_expressions, **_):
        data = {"text/plain": repr(WHERE)}
        return {"content": {"user_expressions": {"where": {"data": data}}}}
    def stop_channels(self): pass
class Manager:
    def shutdown_kernel(self, now): pass
def start_new_kernel(**_):
    return Manager(), Client()
"""


@pytest.mark.parametrize(
    "code, fault, detail",
    [
        (f"WHERE = {sys.prefix!r}" + KERNEL, None, "a notebook gets this Python"),
        ("WHERE = '/another'" + KERNEL, faults.KERNEL_ELSEWHERE, "the Python in /another"),
        ("def start_new_kernel(**_): raise RuntimeError('Kernel died')", faults.KERNEL_STOPS, "Kernel died"),
    ],
)
def test_the_python_of_a_notebook(code, fault, detail, package):
    package("jupyter_client.manager", code)
    found = finding("Kernel")
    assert found.fault == fault and detail in found.detail


def test_in_a_notebook_nothing_is_started(monkeypatch):
    monkeypatch.setattr(place, "in_kernel", lambda: True)
    monkeypatch.setattr(jupyter, "_start", None)
    monkeypatch.setattr(jupyter, "run_python", None)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert finding("JupyterLab").detail == "another program runs this notebook"
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/00_start_here.ipynb")
    assert finding("JupyterLab").detail == finding("Kernel").detail == "runs this notebook"
    assert finding("Browser").detail == "this notebook is open"
    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace())
    assert finding("JupyterLab").detail == "Google Colab runs this notebook"


def test_this_test_is_no_notebook():
    assert not place.in_kernel()


@pytest.mark.parametrize(
    "name, fault", [("firefox", None), ("/usr/bin/w3m", faults.NO_BROWSER), (None, faults.NO_BROWSER)]
)
def test_the_browser(name, fault, monkeypatch):
    def get():
        if name is None:
            raise jupyter.webbrowser.Error("could not locate runnable browser")
        return SimpleNamespace(name=name)

    monkeypatch.setattr(jupyter.webbrowser, "get", get)
    assert finding("Browser").fault == fault
