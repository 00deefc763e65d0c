"""The small network that reads two texts word by word: as it ships, and as it is fitted."""

from __future__ import annotations

import numpy as np
import pytest
from sci_assistant_eval.claims import load_claims, sources_by_article, split_of
from sci_assistant_eval.fit_claim_reader import fit_pairs, load_pairs
from sci_assistant_eval.reader_training import Net, Texts

from sci_assistant.ask.claim_reader import NAME, ClaimReader, premise
from sci_assistant.errors import EvaluationError
from sci_assistant.graph import GraphModel, WordPieces
from sci_assistant.ingest.parse import read_articles
from sci_assistant.reader import TextReader, compare, load_networks, rarities, shortened
from sci_assistant.types import Article
from sci_assistant.weights import HIDDEN, bundled_weights
from sci_assistant.wire import bundled_corpus

SOURCE = "Raised legs lower the swelling, and tight socks make it worse."


@pytest.fixture(scope="module")
def reader() -> ClaimReader:
    return ClaimReader()


def test_it_tells_true_claims_from_false_ones_about_articles_that_it_has_not_seen():
    from sklearn.metrics import roc_auc_score

    pairs = [pair for pair in load_pairs() if pair.held_back][::3]
    texts, networks = TextReader(), load_networks(NAME)
    looked = [(texts.look(pair.claim), texts.look(pair.source)) for pair in pairs]
    odds = [sum(compare(network, *both) for network in networks) for both in looked]
    assert roc_auc_score([pair.holds for pair in pairs], odds) > 0.94


@pytest.mark.parametrize(
    ("claim", "worse"),
    [
        pytest.param(
            "Lifting the legs brings the swelling down.",
            "Lifting the legs makes the swelling worse.",
            marks=pytest.mark.xfail(
                strict=True, reason="what one half of a sentence says of the other half's subject is not told apart"
            ),
        ),
        ("Lifting the legs brings the swelling down.", "Lifting the arms brings the swelling down."),
        ("Tight socks make the swelling worse.", "Tight socks keep the swelling down."),
        ("Raised legs lower the swelling.", "Raised legs lower the swelling because the valves open."),
        ("Raised legs lower the swelling.", "Raised arms lower the swelling."),
        ("Raised legs lower the swelling.", "Massage lowers the swelling."),
    ],
)
def test_what_the_source_says_is_likelier_than_what_it_does_not(reader, claim, worse):
    assert reader.read("Swelling", SOURCE, claim) > reader.read("Swelling", SOURCE, worse)


def test_texts_without_end_are_read_as_far_as_they_are_read(reader):
    assert np.isfinite(reader.read("Swelling", SOURCE * 50, "word " * 5000))
    assert reader.read("Swelling", SOURCE, "") == -np.inf


def test_the_tokens_are_those_of_the_published_model(embeddings):
    """What the graph shows of each token is what the text's vector is made of."""
    ids = WordPieces(bundled_weights()).encode([SOURCE])[0]
    tokens, shorter = GraphModel(bundled_weights()).read([ids, ids[:4]])
    assert tokens.shape == (len(ids) - 2, 3 * HIDDEN) and shorter.shape == (2, 3 * HIDDEN)
    import torch
    from transformers import BertModel  # the reference

    model = BertModel.from_pretrained(str(bundled_weights()), add_pooling_layer=False).eval()
    with torch.inference_mode():
        seen = model(input_ids=torch.tensor([ids]), output_hidden_states=True).hidden_states
    for part, layer in ((1, 3), (2, 6)):
        theirs = seen[layer][0, 1:-1].numpy()
        assert np.allclose(tokens[:, part * HIDDEN : (part + 1) * HIDDEN], theirs, atol=1e-4)


def test_the_network_that_ships_is_the_one_that_is_fitted():
    """numpy and PyTorch give the same log odds."""
    import torch

    torch.manual_seed(1)
    net, texts = Net(), ["Legs swell.", "A swollen leg can be a clot, so call.", "Catheters are changed every month."]
    kept, seen = Texts(texts), TextReader()
    pairs = [(0, 1), (1, 0), (2, 1), (1, 1)]
    net.parts.eval()
    theirs = net.read(*(kept.batch([pair[side] for pair in pairs]) for side in (0, 1))).detach().numpy()
    ours = [compare(net.network(), seen.look(texts[a]), seen.look(texts[b])) for a, b in pairs]
    assert np.allclose(ours, theirs, atol=2e-2)  # kept texts are in half precision


def test_a_fit_learns_what_it_is_shown():
    rows = [pair for pair in load_pairs() if not pair.held_back and pair.type in ("paraphrase", "entity")][:256]
    network, texts = fit_pairs(rows, batches=24), TextReader()
    found = np.array([compare(network, texts.look(row.claim), texts.look(row.source)) for row in rows])
    true = np.array([row.holds for row in rows])
    assert found[true].mean() > found[~true].mean() + 0.2


def test_no_training_pair_is_about_an_article_of_the_test_split():
    articles = [a for _, a in read_articles(bundled_corpus()) if isinstance(a, Article)]
    sources = sources_by_article(articles)
    shared = {s.text for a in articles if split_of(a.id) == "dev" for s in sources[a.id]}
    tested = {premise(a.title, s.text) for a in articles if split_of(a.id) == "test" for s in sources[a.id]} - {
        premise(a.title, text) for a in articles for text in shared
    }
    pairs = load_pairs()
    assert not tested & {pair.source for pair in pairs}
    assert not {c.claim for c in load_claims(split="test")} & {pair.claim for pair in pairs}
    assert {pair.type for pair in pairs if pair.held_back} and any(not pair.held_back for pair in pairs)


def test_a_broken_line_of_training_is_refused_with_its_number(tmp_path):
    import gzip

    path = tmp_path / "t.tsv.gz"
    path.write_bytes(gzip.compress(b"1\tparaphrase\t0\tA source.\tA claim.\n2\tx\n"))
    with pytest.raises(EvaluationError, match="line 2"):
        load_pairs(path)


def test_rare_words_are_rarer_and_long_texts_end_as_they_should():
    common, rare, mark = rarities(["the", "syrinx", "##."])
    assert common < rare and common >= 0 and rare <= 1 and 0 <= mark <= 1
    ids = [101, *range(1000, 1400), 102]
    assert len(shortened(ids)) == 120 and shortened(ids)[-1] == 102
