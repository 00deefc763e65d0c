"""A claim and its source -> whether the claim says more strongly what the source says."""

from __future__ import annotations

from sci_assistant.ask.verify_compare import Compared
from sci_assistant.ask.verify_read import Reading
from sci_assistant.words import STOPWORDS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


UNIVERSAL = _words("always all every everyone everybody everything constantly invariably whenever")
UNIVERSAL_SOURCE = UNIVERSAL | _words(
    "each whole never no nobody none nothing both constant entire life lifelong throughout daily"
)
PROOF = _words(
    "certainly definitely surely undoubtedly proves prove proven proof guarantee guarantees guaranteed cure cures cured"
)
HEDGES = _words(
    "may might can could sometimes often usually mostly likely possible possibly perhaps probably seem seems appear appears "
    "tend tends suggest suggests some many most several few rarely seldom risk risks chance commonly frequently generally "
    "typically occasionally about thought believed debated uncertain unclear sure whether likelihood possibility if "
    "expected prone maybe mainly largely nearly almost not cannot potential potentially up common"
)  # fmt: skip
STRONG_HEDGES = _words("may might could sometimes seem seems appears appear perhaps possibly suggest suggests debated")
AMOUNTS = {
    **dict.fromkeys("few rarely seldom".split(), 1), **dict.fromkeys("some sometimes several occasionally certain".split(), 2),
    **dict.fromkeys("many often lots common commonly frequently numerous".split(), 3),
    **dict.fromkeys("most mostly usually majority mainly generally typically".split(), 4),
    **dict.fromkeys("all every everyone everybody always".split(), 5),
}  # fmt: skip


def breaks_hedge(pair: Compared) -> bool:
    """Said more strongly than the source says it."""
    claim, source = pair.claim, pair.source
    if _is_universal(claim) and not source.has(UNIVERSAL_SOURCE):
        return True
    if claim.has(PROOF) and not source.has(PROOF):
        return True
    if source.has(STRONG_HEDGES) and not claim.has(HEDGES):
        return True
    if claim.has(_words("will must")) and not source.has(
        _words("will must need needs have has never always only no not required")
    ):
        return source.has(HEDGES) and not claim.has(HEDGES - {"if"})
    most = max((AMOUNTS[t] for t in claim.tokens if t in AMOUNTS), default=0)
    stated = max((AMOUNTS[t] for t in source.tokens if t in AMOUNTS), default=0)
    return most >= 3 and 0 < stated < most and most - stated >= 1


def _is_universal(reading: Reading) -> bool:
    """Whether a word says that something holds without exception; "all" only before what it counts."""
    following = dict(zip(reading.tokens, reading.tokens[1:], strict=False))
    words = UNIVERSAL & set(reading.tokens)
    after = following.get("all", ",")
    counts = after in ("of", "the", "these", "those", "your", "people") or (
        after[0].isalpha() and after not in STOPWORDS
    )
    return bool(words - {"all"}) or ("all" in words and counts)
