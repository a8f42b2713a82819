"""Whether the packages of this kernel fit: the first cell of every notebook says so in a sentence where they do not."""

import sys
from importlib import metadata
from pathlib import Path

REQUIREMENTS = Path(__file__).parents[1] / "requirements.txt"
# What a lesson needs alone (onnx in 08, fsrs for recall cards), it asks for itself.
EVERY_LESSON = ["torch", "transformers", "huggingface_hub", "safetensors", "tokenizers", "accelerate"]
EVERY_LESSON += ["numpy", "pandas", "scipy", "scikit-learn", "statsmodels", "matplotlib", "seaborn"]
EVERY_LESSON += ["ipywidgets", "platformdirs", "psutil", "PyYAML", "filelock", "fastjsonschema", "tqdm"]
# On Colab these belong to the machine: replaced, its widgets go blank or its other packages break.
ON_COLAB = "menu Runtime, Change runtime type, choose another Runtime version, then run this cell again"


def complaint() -> str:
    """One sentence, with the fix, on what is missing or outside the range of requirements.txt; "" when all fits."""
    from packaging.requirements import Requirement

    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    ranges = [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]
    misfits = {need: version for need in ranges if need.name in EVERY_LESSON and (version := _misfit(need))}
    if not misfits:
        return ""
    there = ", ".join(f"{need.name} {version}" for need, version in misfits.items())
    wanted = " ".join(f'"{need}"' for need in misfits)
    fix = f"start with python3 -m utils lab, or run %pip install {wanted} in a cell and restart the kernel"
    fix = ON_COLAB if "google.colab" in sys.modules else fix
    return f"Not every cell may work here: {there}; the course needs {wanted.replace(chr(34), '')}. Fix: {fix}."


def _misfit(need) -> str:
    """The version that does not fit, or "is missing"; "" for one that fits."""
    try:
        version = metadata.version(need.name)
    except metadata.PackageNotFoundError:
        return "is missing"
    return "" if need.specifier.contains(version, prereleases=True) else version
