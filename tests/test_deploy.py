"""The files of deploy/: what they name is there, systemd accepts the unit and hadolint the container file."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sci_assistant.cli import main
from sci_assistant.settings import Settings

ROOT = Path(__file__).parents[1]
DEPLOY = sorted((ROOT / "deploy").iterdir())
DOCS = [ROOT / "docs" / name for name in ("api.md", "deploying.md", "security.md")]


@pytest.mark.parametrize("path", [*DEPLOY, *DOCS], ids=lambda p: p.name)
def test_every_setting_that_is_named_exists(path):
    named = set(re.findall(r"SCI_ASSISTANT_([A-Z_]+)", path.read_text(encoding="utf-8")))
    assert named <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("name", ["sci-assistant.service", "Containerfile"])
def test_every_option_of_the_started_command_exists(name):
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    used = set(re.findall(r"--(?:no-browser|host|port|root-path|store)\b", text))
    options = {each for option in main.commands["chat"].params for each in (*option.opts, *option.secondary_opts)}
    assert {"--no-browser", "--host", "--port"} <= used <= options


def test_the_container_copies_what_is_there_and_runs_as_nobody_special():
    text = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    copied = [word for line in re.findall(r"^COPY (?!--from)(.+)", text, re.MULTILINE) for word in line.split()[:-1]]
    assert {"src", "ui", "eval", "corpus", "pyproject.toml"} <= set(copied)
    assert all((ROOT / name).exists() for name in copied)
    assert "USER 10001" in text


def test_hadolint_accepts_the_containerfile():
    lint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([lint, ROOT / "deploy" / "Containerfile"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
def test_systemd_accepts_the_unit(tmp_path):
    unit = (ROOT / "deploy" / "sci-assistant.service").read_text(encoding="utf-8")
    copy = tmp_path / "sci-assistant.service"
    copy.write_text(unit.replace("/opt/sci-assistant/bin/sci-assistant", "/bin/true"), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
