"""What a process loads."""

from __future__ import annotations

import subprocess
import sys


def loaded_by(code: str, *modules: str) -> list[str]:
    """Those of some modules that a Python of its own has loaded after running a line of code."""
    line = f"import sys; {code}; print(*(m for m in {modules} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    return done.stdout.split()
