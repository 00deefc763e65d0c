"""Candidates: features have the names that were fitted, and what ships prefers the sentence that answers."""

import numpy as np

from sci_assistant.ask.candidates import NAMES, Scored, load_scorer, read_candidates, score_sentences
from sci_assistant.ask.intent import read_intent
from sci_assistant.types import Turn

QUESTION = "what triggers autonomic dysreflexia"


def found(assistant, question=QUESTION):
    return assistant.search(Turn(question), k=16), question, read_intent(question)


def test_each_candidate_has_every_feature_and_stands_once(assistant):
    keys, features = read_candidates(*found(assistant))
    assert features.shape == (len(keys), len(NAMES)) and np.isfinite(features).all()
    assert len({(article.id, index) for article, index in keys}) == len(keys) > 20


def test_what_was_fitted_has_no_other_names():
    for intercept, weights in load_scorer().values():
        assert np.isfinite(intercept) and np.count_nonzero(weights) > 20


def test_the_best_sentences_tell_what_was_asked(assistant):
    best = score_sentences(*found(assistant))[:3]
    assert best[0].article.id == "autonomic-dysreflexia"
    assert all("can cause" in one.text or "trigger" in one.text for one in best), [one.text for one in best]
    assert [one.score for one in best] == sorted((one.score for one in best), reverse=True)


def test_a_sentence_of_a_doubtful_article_opens_less_gladly():
    assert Scored(None, 0, score=1.0, fits=2.0).opens > Scored(None, 0, score=1.0, fits=-2.0).opens


def test_an_empty_search_has_no_candidates(assistant):
    from dataclasses import replace

    retrieved, question, intent = found(assistant)
    assert score_sentences(replace(retrieved, passages=(), asked=()), question, intent) == []
