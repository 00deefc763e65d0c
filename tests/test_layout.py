"""Imports go one way: cli, ui, eval -> wire, render -> ask, ingest -> index, models -> settings, errors, types."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sci_assistant.store import Store
from tests.loaded import loaded_by

ROOT = Path(__file__).parents[1]
LAYERS = {
    "types": 0, "errors": 0, "settings": 0, "words": 0, "markup": 0, "logs": 0, "weights": 0,
    "word_relations": 0, "scrub": 1,
    "graph": 1, "reader": 1, "bfloat16": 1, "pooling": 1, "models": 1, "asked": 1, "keyword": 1, "index": 1, "store": 1,
    "headings": 1,
    "chroma": 1, "manifest": 1, "assemble": 1, "shelf": 1, "judges": 1,
    "ask": 2, "ingest": 2,
    "render": 3, "render_html": 3, "report": 3, "wire": 3,
    "gguf": 1, "model_choice": 1, "chat_errors": 1, "chat_models": 1, "fake_model": 1,
    "publication": 3, "publish": 3, "watch": 3, "gaps": 3,
    "cli": 4, "cli_corpus": 4, "cli_eval": 4, "cli_publish": 4, "cli_gaps": 4, "cli_models": 4, "cli_mcp": 4,
}  # fmt: skip
# chunk.py holds the version that a build records; it needs nothing but types.
ALLOWED = {("index", "ingest.chunk")}


def _imports(path: Path) -> set[str]:
    """Modules of sci_assistant that a file imports at its top level."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("sci_assistant"):
            found.update(
                [f"{node.module}.{alias.name}" for alias in node.names]
                if node.module == "sci_assistant"
                else [node.module]
            )
    return {name.removeprefix("sci_assistant.") for name in found}


@pytest.mark.parametrize("path", sorted((ROOT / "src" / "sci_assistant").rglob("*.py")), ids=lambda p: p.stem)
def test_no_module_imports_from_a_later_stage(path):
    relative = path.relative_to(ROOT / "src" / "sci_assistant").with_suffix("")
    top = relative.parts[0]
    if top == "__init__":
        return
    for name in _imports(path):
        if (top, name) in ALLOWED or name == "__version__":
            continue
        assert not name.startswith(("ui", "eval")), f"{relative} imports {name}"
        assert LAYERS[name.split(".")[0]] <= LAYERS[top], f"{relative} imports {name}"


@pytest.mark.parametrize("module", ["sci_assistant.cli", "sci_assistant.types", "sci_assistant.settings"])
def test_importing_loads_nothing_heavy(module):
    assert loaded_by(f"import {module}", "torch", "chromadb", "gradio", "sentence_transformers") == []


def test_a_command_has_one_thread_for_small_matrices_unless_told_otherwise():
    """numpy reads the number when it is imported, so the commands must not have imported it before."""
    assert loaded_by("import sci_assistant.cli", "numpy") == []
    code = "import sci_assistant.cli, os; print(os.environ['OPENBLAS_NUM_THREADS'])"
    for given, wanted in (({}, "1"), ({"OPENBLAS_NUM_THREADS": "3"}, "3")):
        clean = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
        done = subprocess.run(
            [sys.executable, "-c", code], env=clean | given, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == wanted


def test_help_is_printed_without_loading_a_model():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "sci_assistant.cli", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "chat" in done.stdout
    assert "torch" not in done.stderr


def test_a_question_in_the_terminal_loads_nothing_that_it_can_do_without(ho_store):
    """What takes long to load: `ask` answers one question, and somebody waits for it."""
    done = subprocess.run(
        [
            sys.executable,
            "-X",
            "importtime",
            "-m",
            "sci_assistant.cli",
            "ask",
            "--store",
            str(ho_store),
            "signs of HO?",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "[1]" in done.stdout and "onnxruntime" in loaded
    heavy = {"torch", "transformers", "langchain_core", "chromadb", "bm25s", "scipy", "sklearn", "wordfreq", "gradio"}
    assert loaded & heavy == set()


def test_one_question_finds_by_every_vector_what_chroma_finds(ho_store, ho_assistant, embeddings):
    brief = Store(ho_store, brief=True).live()
    assert brief.segments == () and ho_assistant.live.segments
    for question in ("How is HO diagnosed early?", "warm swollen thigh"):
        vector = embeddings.embed([question])[0]
        exact, found = (build.nearest(vector, 5) for build in (brief, ho_assistant.live))
        assert list(exact) == list(found)
        assert list(exact.values()) == pytest.approx(list(found.values()), abs=1e-5)


@pytest.mark.parametrize(
    "folder", ["src/sci_assistant", "src/sci_assistant/ask", "src/sci_assistant/ingest", "ui", "eval"]
)
def test_the_linter_bans_a_vendor_outside_its_adapter(folder):
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251", "--stdin-filename"]
    vendors = "import chromadb, gradio, mcp, trafilatura\n"
    done = subprocess.run([*command, f"{folder}/new.py", "-"], input=vendors, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.count("TID251") == 4, done
