"""Folders of articles -> a call whenever they have changed and come to rest.

Half-written files are no harm: a call comes when nothing has moved for a moment, a file that an editor took away is
waited for, and what is still half written then fails its check until the next save. Where a file system tells of no
changes (some network drives), set WATCHFILES_FORCE_POLLING=true.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sci_assistant.ingest.files import ENDINGS

REST_MS = 150  # without a change, before they are taken
LONGEST_MS = 2_000  # that changes are gathered
RETRY_MS = 2_000  # until a call that has to be repeated is
MISSING_SECONDS = 2.0  # that a file which was taken away is waited for: some editors save so
BESIDE = (".yaml", ".yml")  # the glossary, lists of questions

Act = Callable[[], bool]  # False: it could not run now and is to be called again


def watch(paths: Sequence[Path], act: Act, *, stop: threading.Event | None = None) -> None:
    """Call `act` once, and again after each change below the paths, until `stop` is set.

    A change that comes while `act` runs is not lost: it is called again afterwards.
    """
    import watchfiles

    pending = True
    for changes in watchfiles.watch(
        *sorted({path if path.is_dir() else path.parent for path in paths}),
        watch_filter=lambda _change, name: concerns(Path(name), paths),
        debounce=LONGEST_MS,
        step=REST_MS,
        rust_timeout=RETRY_MS,
        yield_on_timeout=True,
        stop_event=stop,
    ):
        if changes:
            _wait_for([Path(name) for change, name in changes if change is watchfiles.Change.deleted])
        if changes or pending:
            pending = not act()


def concerns(file: Path, paths: Sequence[Path]) -> bool:
    """Whether a change of this file can change the articles: editors' own files and hidden ones cannot."""
    if not file.name.lower().endswith((*ENDINGS, *BESIDE)):
        return False
    for path in (each.resolve() for each in paths):
        root = path if path.is_dir() else path.parent
        if file.is_relative_to(root) and not any(part.startswith(".") for part in file.relative_to(root).parts):
            return path.is_dir() or file == path or file.suffix in BESIDE
    return False


def _wait_for(missing: Sequence[Path]) -> None:
    until = time.monotonic() + MISSING_SECONDS
    while time.monotonic() < until and not all(file.exists() for file in missing):
        time.sleep(0.05)
