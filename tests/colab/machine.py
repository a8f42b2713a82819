"""A machine like Google Colab's, as far as one can be had elsewhere: its packages, its folder, its own module.

The kernel finds `google.colab` in sys.modules as it starts, works in a folder /content that was empty, and has a home
of its own. What is missing: Colab's front end (the browser tests use JupyterLab), its Drive, its GPU.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CONTENT = Path("/content")
PACKAGES = HERE / "packages.txt"
TOOLS = ["nbval==0.11.0", "hypothesis"]  # not Colab's: what the tests need besides
TORCH_CPU = "https://download.pytorch.org/whl/cpu"
# What Colab has not, and the course asks the learner to install where it is needed.
EXTRAS = {"lesson 08": ['"onnx<1.23"', "onnxruntime", "onnxscript"], "recall cards": ["fsrs"]}
UNTOUCHED = {"torch", "numpy", "ipywidgets", "transformers", "tokenizers", "huggingface-hub", "pandas", "protobuf"}


class Problem(Exception):
    """Why there can be no such machine here, in a sentence with the fix."""


def python_like_colabs() -> str:
    """Python 3.13, or the nearest that is on the PATH."""
    for name in ("python3.13", "python3.12", "python3.14", "python3.11"):
        if found := shutil.which(name):
            return found
    return sys.executable


def run(*command, **options) -> subprocess.CompletedProcess:
    """A command that must succeed. Raises Problem with the end of what it said."""
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if result.returncode:
        last = "\n".join((result.stdout + result.stderr).strip().splitlines()[-5:])
        raise Problem(f"This failed: {' '.join(map(str, command))}\n{last}")
    return result


def build(python: str, cache: Path) -> Path:
    """The Python of a venv with Colab's packages, made once for each list and Python and kept in `cache`."""
    version = run(python, "-c", "import sys; print(*sys.version_info[:2], sep='.')").stdout.strip()
    key = hashlib.sha256(PACKAGES.read_bytes() + " ".join([version, *TOOLS]).encode()).hexdigest()[:12]
    venv = cache / f"{version}-{key}"
    if not (venv / "complete").exists():
        print(f"Making a Python {version} with Colab's packages in {venv} (minutes, a download of 0.5 to 3 GB) …")
        shutil.rmtree(venv, ignore_errors=True)
        run(python, "-m", "venv", venv)
        pip = [venv / "bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        torch = next(line for line in PACKAGES.read_text().splitlines() if line.startswith("torch=="))
        run(*pip, torch, *(["--index-url", TORCH_CPU] if answers(TORCH_CPU + "/torch/") else []))
        # As on Colab, whose list is not consistent either: IPython 7 asks for jedi, which is not there.
        run(*pip, "--no-deps", "-r", PACKAGES)
        run(*pip, *TOOLS)
        (venv / "complete").touch()
    return venv / "bin/python"


def answers(address: str) -> bool:
    """Whether something can be fetched there."""
    try:
        with urllib.request.urlopen(address, timeout=5) as page:
            return page.status == 200
    except OSError:
        return False


def additions(python: Path, names: list[str]) -> dict[str, str]:
    """What pip would install or replace for `pip install NAMES`: name and version. Changes nothing."""
    report = run(python, "-m", "pip", "install", "-q", "--dry-run", "--report", "-", *names).stdout
    found = json.loads(report)["install"]
    return {item["metadata"]["name"].lower().replace("_", "-"): item["metadata"]["version"] for item in found}


def add(python: Path, cache: Path, found: dict[str, str]) -> Path:
    """A folder with these packages, beside the venv, which stays as Colab gives it."""
    pins = [f"{name}=={version}" for name, version in sorted(found.items())]
    folder = cache / f"extras-{hashlib.sha256(' '.join([str(python), *pins]).encode()).hexdigest()[:12]}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        run(python, "-m", "pip", "install", "-q", "--no-deps", "--target", folder, *pins)
        (folder / "complete").touch()
    return folder


def release(folder: Path, tag: str) -> Path:
    """A repository with this commit as the release `tag`: stands for the one on GitHub."""
    repository = folder / "course.git"
    run("git", "clone", "-q", "--bare", "--no-local", ROOT, repository)
    run("git", "-C", repository, "tag", "-f", tag, run("git", "rev-parse", "HEAD", cwd=ROOT).stdout.strip())
    return repository


def environment(folder: Path, address: str, repository: Path) -> dict[str, str]:
    """What a kernel finds there: a home of its own, `google.colab`, and `address` rewritten to `repository`."""
    startup = folder / "home/.ipython/profile_default/startup/00-colab.py"
    startup.parent.mkdir(parents=True, exist_ok=True)
    startup.write_text("import google.colab\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COURSE_", "HF_", "XDG_"))}
    return {
        **kept,
        "HOME": str(folder / "home"),
        "IPYTHONDIR": str(folder / "home/.ipython"),
        "PYTHONPATH": str(HERE / "stub"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{repository.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": address,
        "GIT_TERMINAL_PROMPT": "0",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # says less on stderr
    }


def in_content(command: list[str], env: dict[str, str]) -> int:
    """Run a command with an empty /content that only it sees and that goes when it ends. Returns its status.

    The folder below it stays: taken away, it would take /content from other runs with it.
    """
    try:
        CONTENT.mkdir(exist_ok=True)
    except OSError as error:
        raise Problem(f"There is no folder {CONTENT} ({error}). Make one: sudo mkdir {CONTENT}") from None
    mount = f'mount -t tmpfs content {CONTENT} && cd {CONTENT} && exec "$@"'
    own = "-m" if os.geteuid() == 0 else "-rm"  # who is not root may mount as root of a namespace of their own
    try:
        return subprocess.run(["unshare", own, "sh", "-c", mount, "sh", *command], env=env).returncode
    except FileNotFoundError:
        raise Problem("unshare is not here: this needs Linux and its package util-linux.") from None
