import pytest
from hypothesis import given
from hypothesis import strategies as st

from sci_assistant.ingest.sentences import split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Call Dr. Smith, e.g. on Monday. Go now.", ["Call Dr. Smith, e.g. on Monday.", "Go now."]),
        ("In the U.S. Medicaid pays. It varies.", ["In the U.S. Medicaid pays.", "It varies."]),
        ("It is law in the U.S. The law is new.", ["It is law in the U.S.", "The law is new."]),
        ("Keep 0.5 m clear. Rest at 3 p.m. Then go.", ["Keep 0.5 m clear.", "Rest at 3 p.m.", "Then go."]),
        ("See Fig. 2 and No. 5. Is it safe? No. Call.", ["See Fig. 2 and No. 5.", "Is it safe?", "No.", "Call."]),
        ("Try St. Mary vs. St. John. Stay approx. 5 days.", ["Try St. Mary vs. St. John.", "Stay approx. 5 days."]),
        ("J. K. Rowling wrote. Take vitamin C. Eat well.", ["J. K. Rowling wrote.", "Take vitamin C.", "Eat well."]),
        ("Wait... and see. It grew… Then it stopped.", ["Wait... and see.", "It grew…", "Then it stopped."]),
        ("Really?! Yes! He said “Stop!” and left.", ["Really?!", "Yes!", "He said “Stop!” and left."]),
        ('Say "Go." Then leave. (See below.) Done.', ['Say "Go."', "Then leave.", "(See below.)", "Done."]),
        ('Say "I have SCI. I need help." to staff. Go.', ['Say "I have SCI. I need help." to staff.', "Go."]),
        ("Use heat (never on numb skin. It burns.) Rest.", ["Use heat (never on numb skin. It burns.)", "Rest."]),
        ("1. Sit up and lower your legs.", ["1. Sit up and lower your legs."]),
        ("  One  ", ["One"]),
        (" ", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(alphabet=st.sampled_from("aBé5 .!?…\"'”“)(U.S.e.g. \u00a0\t"), max_size=200) | st.text(max_size=100))
def test_spans_are_ordered_disjoint_and_cover_every_visible_character(text: str) -> None:
    covered = set()
    end = 0
    for start, stop in split_sentences(text):
        assert end <= start < stop <= len(text)
        assert text[start:stop] == text[start:stop].strip()
        covered.update(range(start, stop))
        end = stop
    assert all(char.isspace() or at in covered for at, char in enumerate(text))
