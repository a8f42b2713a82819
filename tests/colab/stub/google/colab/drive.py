"""Stands for Colab's module of the same name: a Drive is a folder that outlives the kernel."""

from pathlib import Path


def mount(mountpoint, force_remount=False):
    """Show the learner's Drive at `mountpoint`."""
    Path(mountpoint, "MyDrive").mkdir(parents=True, exist_ok=True)
    print(f"Mounted at {mountpoint}")
