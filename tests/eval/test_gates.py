"""The development split must not fall below the floors of eval/gates.yaml."""

import pytest
from sci_assistant_eval.compare import below_floors, bundled_gates
from sci_assistant_eval.run import Choice, add_messages, check_labels, choose_messages, choose_questions, run_system
from sci_assistant_eval.systems import Ours

from sci_assistant.settings import load_settings


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_development_split_holds_every_floor(assistant):
    choice = Choice(split="dev")
    questions = choose_questions(choice)
    check_labels(questions, assistant)
    settings = load_settings()
    found = run_system(Ours(assistant, settings), questions, assistant, choice)
    held = [message for message in choose_messages(choice) if not message.dev]  # the rest would take ten minutes
    found = add_messages(found, held, assistant, settings, choice)
    assert below_floors(found, bundled_gates()) == ()
