"""The development split must not fall below the floors of eval/gates.yaml."""

import pytest
from sci_assistant_eval.compare import below_floors, bundled_gates
from sci_assistant_eval.run import Choice, check_labels, choose_questions, run_system
from sci_assistant_eval.systems import Ours

from sci_assistant.settings import load_settings


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_development_split_holds_every_floor(assistant):
    choice = Choice(split="dev")
    questions = choose_questions(choice)
    check_labels(questions, assistant)
    found = run_system(Ours(assistant, load_settings()), questions, assistant, choice)
    assert below_floors(found, bundled_gates()) == ()
