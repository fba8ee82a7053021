"""Where Chrome or Chromium is on this machine: in one place, `demos/commands/chromium.py`."""

from demos.commands.chromium import NAMES, chromium

__all__ = ["NAMES", "chromium"]
