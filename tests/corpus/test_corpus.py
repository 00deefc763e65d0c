"""The bundled corpus keeps the rules of corpus/README.md, and lay questions reach each of its articles."""

from __future__ import annotations

import json
import re
from datetime import date
from itertools import pairwise

import pytest
import yaml
from sci_assistant_eval.questions import load_questions

from sci_assistant.ingest.check import check_corpus
from sci_assistant.ingest.parse import read_articles
from sci_assistant.types import Article
from sci_assistant.wire import bundled_corpus
from tests.conftest import SEED

CORPUS = bundled_corpus()
ARTICLES = {item.id: item for _, item in read_articles(CORPUS) if isinstance(item, Article)}
LAY = [question for question in load_questions() if question.lay]
SLUGS = """
heterotopic-ossification autonomic-dysreflexia pressure-injuries pressure-relief-and-weight-shifts spasticity
baclofen-pump neuropathic-pain shoulder-and-arm-pain pain-medicines-and-opioids neurogenic-bladder
intermittent-catheterization indwelling-and-suprapubic-catheters urinary-tract-infections kidney-and-bladder-stones
neurogenic-bowel bowel-program bowel-surgery-and-colostomy deep-vein-thrombosis orthostatic-hypotension
temperature-regulation respiratory-health colds-flu-and-pneumonia sleep-and-sleep-apnea swelling-and-edema
osteoporosis-and-fractures syringomyelia fatigue nutrition-and-weight heart-and-metabolic-health depression
adjustment-after-injury alcohol-and-substance-use sexual-health-men sexual-health-women fertility-in-men
pregnancy-and-childbirth range-of-motion-and-contractures exercise adaptive-sports-and-recreation
standing-and-walking hand-function-and-tenodesis tendon-and-nerve-transfers wheelchair-selection
wheelchair-cushions-and-seating transfers assistive-technology driving travel home-modifications
personal-care-attendants caregiver-support peer-support-and-relationships parenting employment
insurance-and-benefits understanding-sci incomplete-syndromes acute-care-and-spinal-shock rehabilitation
hospital-stays-and-procedures emergency-preparedness aging-with-sci research-and-clinical-trials children-and-teens
""".split()
SAME_EVERYWHERE = 10  # words of a sentence from which it counts as copied


def _sentences(article: Article) -> list[str]:
    return [article.quote(sentence.start, sentence.end) for sentence in article.sentences]


def _words(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def _facts() -> list[dict]:
    return [json.loads(line) for line in (CORPUS / "facts.jsonl").read_text(encoding="utf-8").splitlines()]


def _glossary() -> list[dict]:
    return yaml.safe_load((CORPUS / "glossary.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def report():
    return check_corpus([CORPUS], today=date(2026, 11, 23))


def test_the_articles_are_exactly_those_that_were_asked_for():
    assert len(SLUGS) == 64
    assert sorted(ARTICLES) == sorted(SLUGS)


def test_the_check_finds_no_error_and_no_warning(report):
    """Numbers without a row, rows without a sentence, near-identical passages and high grades are among them."""
    assert [finding for finding in report.findings if finding.severity != "note"] == []
    assert len(report.checked) == len(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_each_article_has_500_to_1100_words_at_grade_8_or_lower(report, slug):
    measures = next(each.measures for each in report.checked if each.article.id == slug)
    assert 500 <= measures.words <= 1100
    assert measures.grade <= 8.0


def test_every_row_of_facts_names_a_sentence_of_its_article_and_sources_listed_there():
    rows = _facts()
    assert len({(row["article"], row["sentence"]) for row in rows}) == len(rows)
    for row in rows:
        article = ARTICLES[row["article"]]
        assert row["sentence"] in _sentences(article)
        listed = {source.title for source in article.sources}
        assert {source["title"] for source in row["sources"]} <= listed, row["sentence"]
        assert all(set(source) == {"title", "place", "read"} for source in row["sources"])


def test_rows_of_facts_stand_in_the_order_of_articles_and_sentences():
    places = [(row["article"], ARTICLES[row["article"]].text.index(row["sentence"])) for row in _facts()]
    assert places == sorted(places)


def test_every_article_says_where_it_comes_from_and_that_no_one_has_reviewed_it():
    for article in ARTICLES.values():
        assert article.origin == "Drafted with AI from public sources by the SCI Assistant project, not by SCI.help"
        assert article.reviewed is None, article.id
        assert len(article.sources) >= 2, article.id


def test_every_article_has_6_to_20_synonyms_and_none_that_is_an_everyday_word():
    for article in ARTICLES.values():
        assert 6 <= len(article.synonyms) <= 20, article.id
        assert not {"at", "ot", "pt", "pa", "oh", "bp", "ed"} & {name.lower() for name in article.synonyms}, article.id


def test_no_sentence_of_ten_words_or_more_is_copied_from_the_publishers_article():
    if not SEED.exists():
        pytest.skip("shared/ is not there")
    seed = _words(SEED.read_text(encoding="utf-8"))
    texts = [text for article in ARTICLES.values() for text in _sentences(article)]
    texts += [entry["meaning"] for entry in _glossary()]
    long = [words for words in map(_words, texts) if len(words.split()) >= SAME_EVERYWHERE]
    assert [words for words in long if words in seed] == []


def test_the_glossary_is_sorted_and_leads_to_articles():
    entries = _glossary()
    names = [entry["term"].casefold() for entry in entries]
    assert 100 <= len(names) <= 150
    assert all(first < second for first, second in pairwise(names))
    for entry in entries:
        assert set(entry) == {"term", "meaning", "synonyms", "article"}, entry["term"]
        assert entry["article"] in ARTICLES, entry["term"]
        assert entry["meaning"].endswith("."), entry["term"]
        assert all(isinstance(name, str) for name in entry["synonyms"]), entry["term"]


def test_emergency_numbers_of_all_four_places_stand_together():
    for article in ARTICLES.values():
        named = {number for number in ("911", "999", "112", "000") if re.search(rf"\b{number} (?:in|\()", article.text)}
        assert len(named) in (0, 4), (article.id, named)


def test_a_swollen_limb_is_never_left_to_the_same_day():
    """Early heterotopic ossification, a fracture and an infection look like a clot: all are seen at once."""
    limb = re.compile(r"\b(?:legs?|arms?|limbs?|thigh|calf)\b.*\b(?:newly|suddenly) swollen|\bnewly swollen", re.I)
    soft = re.compile(r"same day|within a day|within days|call your care team", re.I)
    for article in ARTICLES.values():
        assert [text for text in _sentences(article) if limb.search(text) and soft.search(text)] == [], article.id


def test_each_article_has_one_lay_question():
    assert sorted(question.articles[0] for question in LAY) == sorted(SLUGS)


@pytest.mark.parametrize("question", LAY, ids=lambda question: question.id)
def test_a_lay_question_finds_its_article_among_the_first_five(assistant, question):
    found = [passage.article.id for passage in assistant.search(question.turn, k=5, by_article=True).passages]
    assert set(found) & set(question.articles), found
