"""A killed indexer leaves the old or the new corpus, never a mixture; `make kill-test` is the long form."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.slow
def test_a_killed_indexer_leaves_one_of_both_corpora_whole():
    done = subprocess.run(
        [sys.executable, "-m", "tests.kill_indexing", "--moments", "10"],
        capture_output=True, text=True, cwd=ROOT, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 kills" in done.stdout
    assert "wrong 0" in done.stdout
