"""Words are rated as wordfreq rates them, without loading it."""

import random

from wordfreq import iter_wordlist, top_n_list, zipf_frequency

from sci_assistant.words import common_words, zipf
from tests.loaded import loaded_by


def test_words_are_rated_as_wordfreq_rates_them():
    every = list(iter_wordlist("en", "large"))
    drawn = [*random.Random(4).sample(every, 3000), *every[:3000]]
    odd = ["don't", "bed-sore", "covid19", "zzqq", "café", "spinal cord", "90", ""]
    assert [zipf(word) for word in (*drawn, *odd)] == [
        zipf_frequency(word, "en", wordlist="large") for word in (*drawn, *odd)
    ]


def test_common_words_are_those_of_wordfreq():
    assert list(common_words(30_000)) == top_n_list("en", 30_000)


def test_a_plain_word_does_not_load_wordfreq():
    assert loaded_by("from sci_assistant.words import zipf; zipf('spasm')", "wordfreq", "langcodes") == []
