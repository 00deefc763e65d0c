"""data/triage.yaml and files of its form: what a pattern may name, and that a made-up rule works."""

from importlib.resources import files

import pytest
import yaml
from sci_assistant_eval.vignettes import load_vignettes

from sci_assistant.ask import triage
from sci_assistant.ask.rules import load_rules, parse_rules
from sci_assistant.types import Turn


@pytest.fixture
def raw():
    return yaml.load(
        (files("sci_assistant") / "data" / "triage.yaml").read_text(encoding="utf-8"),
        Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader),
    )


def made_up(raw, **rule):
    """The file with one rule of its own instead of all others."""
    raw["things"] |= {"zebra": ["zebra*"], "loose": ["is loose", "got ... out"]}
    base = {"id": "zebra", "kind": "urgent", "text": "A zebra.", "steps": ["Shut the gate."], "when": []}
    return parse_rules(raw | {"rules": [base | rule]})


def notice(monkeypatch, rules, *turns):
    monkeypatch.setattr(triage, "load_rules", lambda: rules)
    return triage.Triage().read(Turn(turns[-1], turns[:-1]))


def test_a_made_up_rule_works(raw, monkeypatch):
    rules = made_up(raw, when=["zebra + loose"])
    shown = notice(monkeypatch, rules, "Help, the zebras got right out!")
    assert (shown.rules, shown.text, shown.steps[-1]) == (("zebra",), "A zebra.", "Shut the gate.")
    assert notice(monkeypatch, rules, "i like zebras") is None
    far = "the zebra " + "word " * 40 + "is loose"
    assert notice(monkeypatch, rules, far) is None


def test_joined_parts_may_stand_in_different_messages(raw, monkeypatch):
    rules = made_up(raw, when=["zebra & loose"])
    assert notice(monkeypatch, rules, "we keep a zebra", "it is loose") is not None


def test_a_phrase_that_is_excepted_does_not_count_and_either_word_of_a_bar_does(raw, monkeypatch):
    raw["things"]["lion"] = ["lion|lioness", "except: sea lion"]
    rules = made_up(raw, when=["lion"])
    assert notice(monkeypatch, rules, "a lioness is here") is not None
    assert notice(monkeypatch, rules, "a sea lion is here") is None
    assert notice(monkeypatch, rules, "a sea lion and a lion are here") is not None


def test_signs_add_up(raw, monkeypatch):
    points = [{"thing": "zebra", "points": 1}, {"thing": "fever", "points": 1}]
    rules = made_up(raw, adds_up={"least": 2, "points": points})
    assert notice(monkeypatch, rules, "my zebra looks at me") is None
    assert notice(monkeypatch, rules, "my zebra has a temp of 39") is not None


@pytest.mark.parametrize(
    "rule", [{"when": ["zebra + unicorn"]}, {"adds_up": {"least": 1, "points": [{"thing": "unicorn", "points": 1}]}}]
)
def test_an_unknown_thing_is_an_error_that_names_it(raw, rule):
    with pytest.raises(ValueError, match=r"rule zebra.*no such thing: unicorn"):
        made_up(raw, **rule)


def test_articles_on_a_danger_are_those_of_all_raised_rules_that_say_which(raw):
    base = {"kind": "emergency", "text": "x", "steps": [], "when": ["head + pounding"]}
    rows = [base | {"id": "a", "articles": ["one"]}, base | {"id": "b", "articles": []}, base | {"id": "c"}]
    rules = parse_rules(raw | {"rules": rows})
    assert rules.articles_of(["a", "b"]) == {"one"} and rules.articles_of(["b"]) == frozenset()
    assert rules.articles_of(["a", "c"]) == {"one"}
    assert rules.articles_of(["c"]) is None and rules.articles_of([]) is None


def test_every_thing_that_a_message_names_is_looked_for_in_it():
    rules = load_rules()
    looked_for = found = 0
    for vignette in load_vignettes(split="dev"):
        text = rules.heard(vignette.turns[-1])
        named = rules.openings.named(text)
        standing = {name for name, thing in rules.things.items() if next(thing.finditer(text), None)}
        assert standing <= named, text
        found += len(standing)
        looked_for += len(named)
    assert 1000 < found <= looked_for < 3 * found
