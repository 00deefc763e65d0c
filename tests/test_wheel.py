"""The built wheel, installed outside the checkout, gives a working chat with its articles and interface."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
import venv
from pathlib import Path

import pytest

from tests.conftest import ROOT, VECTORS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def command(tmp_path_factory) -> Path:
    """`sci-assistant` of a fresh environment that the wheel was installed into.

    With SCI_ASSISTANT_FRESH_WHEEL=1 (`make wheel-test`) pip installs everything the wheel asks for. Otherwise the
    environment sees the libraries of this one, which saves minutes and gigabytes; the wheel itself is
    always installed on its own, from outside the checkout.
    """
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    wheel = next(folder.glob("*.whl"))
    home = folder / "environment"
    venv.create(home, with_pip=True)
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if os.environ.get("SCI_ASSISTANT_FRESH_WHEEL") == "1":
        subprocess.run([*pip, "-c", str(ROOT / "constraints.txt"), str(wheel)], check=True, cwd=folder, timeout=1000)
    else:
        subprocess.run([*pip, "--no-deps", str(wheel)], check=True, cwd=folder)
        site = next((home / "lib").glob("python3*/site-packages"))
        libraries = Path(shutil.__file__).parent  # of the standard library, to name this version's folder
        ours = Path(sys.prefix) / "lib" / libraries.name / "site-packages"
        # Appended behind the wheel's own files; .pth files of the other folder (the checkout's) are not read.
        (site / "libraries.pth").write_text(f"{ours}\n", encoding="utf-8")
    return home / "bin" / "sci-assistant"


def test_the_wheel_answers_and_serves_outside_the_checkout(command, tmp_path, free_port):
    store = tmp_path / "store"
    store.mkdir()
    if VECTORS.exists():
        shutil.copy(VECTORS, store / VECTORS.name)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"SCI_ASSISTANT_STORE": str(store)}
    where = subprocess.run(
        [str(command.parent / "python"), "-c", "import sci_assistant_ui, sci_assistant_corpus as c; print(c.__file__)"],
        check=True, capture_output=True, text=True, cwd=tmp_path, env=environment,
    )  # fmt: skip
    assert str(ROOT) not in where.stdout
    indexed = subprocess.run(
        [str(command), "index"], capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=600
    )
    assert indexed.returncode == 0, indexed.stdout + indexed.stderr
    asked = subprocess.run(
        [str(command), "ask", "What are the signs of HO?"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
    )
    assert asked.returncode == 0, asked.stderr
    assert "Heterotopic ossification" in asked.stdout
    chat = subprocess.Popen(
        [str(command), "chat", "--port", str(free_port), "--no-browser"],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        page = wait_for_page(f"http://127.0.0.1:{free_port}/")
        assert "spinal cord" in page.lower()
    finally:
        chat.terminate()
        chat.communicate(timeout=30)


def wait_for_page(url: str) -> str:
    for _ in range(240):
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                return reply.read().decode()
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"{url} did not answer")
