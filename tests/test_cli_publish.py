"""Publishing as a maintainer runs it: check, what changes, answers, gates, live or nothing; roll back; watch."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sci_assistant_eval.publish import AskOptions, BuildCheck, _Asked
from sci_assistant_eval.records import MESSAGE
from sci_assistant_eval.systems import Ours

from sci_assistant.cli import main
from sci_assistant.ingest.diff import compare_articles
from sci_assistant.publish import publish as publish_corpus
from sci_assistant.settings import load_settings
from sci_assistant.store import Store
from sci_assistant.watch import concerns, watch
from tests.conftest import Published

WAS, NOW = "A joint, most often a hip,", "A hip, or another joint,"
HO = "heterotopic-ossification"


@pytest.fixture(autouse=True)
def _model_loaded_once(embeddings, monkeypatch) -> None:
    monkeypatch.setattr("sci_assistant.wire.make_embeddings", lambda _settings: embeddings)


def run(files: Published, *options: str, status: int = 0) -> Result:
    command = ["publish", "--store", str(files.store), "--corpus", str(files.corpus), "--sample", "0", *options]
    done = CliRunner().invoke(main, command, catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done


def live(files: Published) -> tuple[str | None, str]:
    """The live build, and its article's text."""
    store = Store(files.store)
    text = store.live().articles[HO].text
    store.close()
    return store.current_name(), text


def builds(files: Published) -> list[str]:
    return sorted(folder.name for folder in (files.store / "builds").iterdir())


def test_nothing_changed_is_said_and_nothing_is_written(published: Published) -> None:
    before = builds(published)
    assert "Nothing changed" in run(published).stdout
    assert builds(published) == before


def test_an_edit_goes_live_with_its_diff_its_answers_and_a_report_and_rolls_back_in_one_step(published) -> None:
    before, _ = live(published)
    published.edit(WAS, NOW)
    dry = run(published, "--dry-run").stdout
    assert "It would be published. This was a dry run: nothing was changed." in dry
    assert (live(published)[0], builds(published)) == (before, [before])
    text = run(published).stdout
    for word in (
        "Changed article: Heterotopic ossification (HO)",
        "  In “Signs to watch for”:\n    was: A joint, most often a hip,",
        f"    now: {NOW}",
        "Lists of questions that no longer fit their article (1):",
        "Answers that change:",
        "    no longer: [heterotopic-ossification > Signs to watch for] A joint, most often a hip,",
        "hold.",
        "is live",
        "sci-assistant index --rollback",
    ):
        assert word in text, text
    report = (published.store / "publish.html").read_text(encoding="utf-8")
    assert "Before" in report and NOW in report and "src=" not in report and 'href="http' not in report
    assert NOW in live(published)[1]
    back = CliRunner().invoke(main, ["index", "--rollback", "--store", str(published.store)])
    assert back.exit_code == 0 and f"build {before} is live again" in back.stdout
    assert live(published)[0] == before and WAS in live(published)[1]
    again = CliRunner().invoke(main, ["index", "--rollback", "--store", str(published.store), "--json"])
    assert json.loads(again.stdout)["before"] == before and NOW in live(published)[1]


def test_without_an_earlier_build_a_roll_back_says_so(published) -> None:
    done = CliRunner().invoke(main, ["index", "--rollback", "--store", str(published.store)])
    assert done.exit_code == 2
    assert "No earlier build is kept" in done.stderr


def test_an_error_of_the_check_blocks_and_is_named(published) -> None:
    before = live(published)
    published.edit("title: ", "titel: ")
    text = run(published, status=1).stdout
    assert "Not published. What was live stays live." in text
    assert f"{HO}.md" in text and "title" in text
    assert live(published) == before
    assert json.loads(run(published, "--json", status=1).stdout)["outcome"] == "refused"


def test_a_dead_link_blocks_and_a_stale_review_is_named(published) -> None:
    published.edit("A bone scan", "A [bone scan](no-such-article.md)")
    text = run(published, status=1).stdout
    assert "leads to 'no-such-article', which is no article" in text
    published.edit("A [bone scan](no-such-article.md)", "A bone scan")
    published.edit(
        "reviewed: null",
        f"reviewed:\n  date: 2020-01-01\n  reviewer: Somebody, nurse\n  text_hash: {'0' * 64}",
    )
    text = run(published).stdout
    assert "Reviews that are old (1)" in text and "Articles that were edited after their review (1)" in text
    assert "The record of its review changed." in text


def test_what_is_saved_while_a_publication_runs_does_not_go_live_unchecked(published, embeddings) -> None:
    dose = "Take 40 mg of it."

    def step(what: str, _done: int, _of: int) -> None:
        if what == "Comparing with what is live":  # the check is over
            published.edit(NOW, f"{dose}\n\n## Empty\n\n## Next\n\n{NOW}")

    published.edit(WAS, NOW)
    store = Store(published.store)
    done = publish_corpus(store, [published.corpus], embeddings, step=step)
    store.close()
    assert done.outcome == "live" and done.changes
    assert NOW in live(published)[1] and dose not in live(published)[1]
    assert "is empty" in run(published, status=1).stdout


def test_a_gate_that_does_not_hold_blocks_and_the_build_is_removed(published) -> None:
    """An article that loses what the questions are about must not go live."""
    before = live(published)
    text = published.article.read_text(encoding="utf-8")
    head, _, _ = text.partition("\n---\n")
    body = "Bread needs flour, water, salt and time, and an oven that is hot enough for a good crust on each loaf.\n"
    published.article.write_text(f"{head}\n---\n{body}\n## Baking\n\nBake it for long.\n", encoding="utf-8")
    done = json.loads(run(published, "--json", status=1).stdout)
    assert done["outcome"] == "refused"
    assert any("did not hold" in reason for reason in done["reasons"])
    assert any("Refused, wrongly" in failed or "Key facts" in failed for failed in done["answers"]["failed"])
    assert (live(published), builds(published)) == (before, [before[0]])


def test_removing_most_articles_needs_a_word(published, tmp_path) -> None:
    (published.corpus / f"{HO}.md").rename(published.corpus / "other.md")
    text = (published.corpus / "other.md").read_text(encoding="utf-8").replace(f"id: {HO}", "id: other")
    (published.corpus / "other.md").write_text(text, encoding="utf-8")
    (published.corpus / "questions" / f"{HO}.yaml").rename(published.corpus / "questions" / "other.yaml")
    refused = run(published, status=1).stdout
    assert "--allow-removals" in refused and "reads as before" not in refused
    done = run(published, "--allow-removals").stdout
    assert "New article: Heterotopic ossification (HO) [other]" in done
    assert f"Removed article: Heterotopic ossification (HO) [{HO}]" in done
    assert "questions are about articles that are removed" in done


def test_other_articles_without_questions_say_that_no_answers_were_compared(published, tmp_path) -> None:
    text = published.article.read_text(encoding="utf-8").replace(f"id: {HO}", "id: ours")
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "ours.md").write_text(text, encoding="utf-8")
    files = Published(tmp_path / "ours", tmp_path / "new")
    text = run(files).stdout
    assert "No answers were compared" in text and "is live" in text
    assert "New article" in text


def test_what_cannot_run_ends_with_two(published, tmp_path) -> None:
    assert "no such folder" in run(Published(tmp_path / "none", published.store), status=2).stderr
    (tmp_path / "empty").mkdir()
    assert "No question" in run(published, "--questions", str(tmp_path / "empty"), status=2).stderr


def test_answers_of_a_build_are_not_asked_for_twice(published, embeddings, monkeypatch) -> None:
    settings = load_settings(store=published.store)
    check, store = BuildCheck(settings, embeddings, AskOptions(sample=0)), Store(published.store)
    asked: list[str] = []
    respond = Ours.respond
    monkeypatch.setattr(Ours, "respond", lambda self, turn: asked.append(turn.id) or respond(self, turn))
    counts = []
    for was, now in ((WAS, NOW), (NOW, "Scans of the bones (")):
        published.edit(was, now)
        asked.clear()
        publish_corpus(store, [published.corpus], embeddings, answers=check)
        counts.append(len(asked))
    store.close()
    assert counts[0] == 2 * counts[1] > 0


def test_a_question_and_a_message_may_have_one_id(published, embeddings) -> None:
    store = Store(published.store)
    check = BuildCheck(load_settings(store=published.store), embeddings)
    question, message = check.questions[0], check.messages[0].model_copy(update={"id": check.questions[0].id})
    run = check._run(store.live(), _Asked((question,), (message,), 1, whole=False), "", lambda *_: None)
    store.close()
    assert [record.kind for record in run.records] == [question.kind, MESSAGE]


def test_a_diff_names_sections_that_came_and_went() -> None:
    from tests.ui.fake import make_article

    old = make_article("a", "A", (((), "p", "Opening."), (("One",), "p", "First."), (("Two",), "p", "Second.")))
    new = make_article("a", "A", (((), "p", "Opening."), (("Two",), "p", "Second."), (("Three",), "p", "Third.")))
    (change,) = compare_articles({"a": old}, {"a": new})
    assert [(each.how, each.title) for each in change.sections] == [("added", "Three"), ("removed", "One")]
    assert compare_articles({"a": old}, {"a": old}) == ()


def test_a_watcher_takes_whole_and_half_written_files_and_says_what_it_did(published, tmp_path) -> None:
    """The real command in a process of its own: an edit goes live, a broken file does not, its mending does."""
    said = tmp_path / "said.txt"
    command = [sys.executable, "-m", "sci_assistant.cli", "publish", "--watch"]
    command += ["--store", str(published.store), "--corpus", str(published.corpus)]
    with said.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        wait_for(said, "Nothing changed")
        published.edit(WAS, NOW)
        wait_for(said, "Published: build")
        whole = published.article.read_text(encoding="utf-8")
        published.article.write_text(whole[:200], encoding="utf-8")
        wait_for(said, "Not published. What was live stays live.")
        assert NOW in live(published)[1]
        published.article.unlink()  # as an editor that saves by writing anew
        time.sleep(0.5)
        published.article.write_text(whole.replace(NOW, "Scans of the bones ("), encoding="utf-8")
        wait_for(said, "Published: build", times=2)
        assert "Scans of the bones" in live(published)[1]
        assert "Removed article" not in said.read_text(encoding="utf-8")
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(file: Path, words: str, *, times: int = 1) -> None:
    until = time.monotonic() + 240
    while file.read_text(encoding="utf-8").count(words) < times:
        assert time.monotonic() < until, file.read_text(encoding="utf-8")
        time.sleep(0.1)


def test_a_change_that_comes_while_publishing_is_not_lost_and_a_busy_store_is_tried_again(tmp_path) -> None:
    calls: list[int] = []
    stop = threading.Event()

    def act() -> bool:
        calls.append(len(calls))
        if len(calls) == 1:
            (tmp_path / "a.md").write_text("changed meanwhile", encoding="utf-8")
        if len(calls) == 3:
            stop.set()
        return len(calls) != 2

    watch([tmp_path], act, stop=stop)
    assert len(calls) == 3


@pytest.mark.parametrize(("name", "counts"), [
    ("a.md", True), ("questions/a.yaml", True), ("glossary.yaml", True), ("a.jsonl.gz", True),
    (".a.md.swp", False), ("a.md~", False), (".#a.md", False), (".git/a.md", False), ("4913", False),
])  # fmt: skip
def test_editors_own_files_are_no_change(tmp_path, name, counts) -> None:
    assert concerns(tmp_path / name, [tmp_path]) is counts
    (tmp_path / "a.md").touch()
    assert not concerns(tmp_path / "b.md", [tmp_path / "a.md"])
