"""How often one client may ask: a sliding window for each address, in memory.

An address is what `proxy.py` makes of a request: behind a trusted proxy that of the person, not of the proxy. Of
IPv6 the network counts. Several chat processes count each for themselves.
"""

from __future__ import annotations

import ipaddress

from sci_assistant.errors import SettingsError, TooMany

HARD = 5  # times the limit, after which a request is refused unread


class Rates:
    """`limit` as in "120/minute"; empty: none."""

    def __init__(self, limit: str) -> None:
        from limits import parse
        from limits.storage import MemoryStorage
        from limits.strategies import SlidingWindowCounterRateLimiter

        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        try:
            self._item = parse(limit) if limit else None
            self._hard = parse(f"{self._item.amount * HARD}/{limit.partition('/')[2]}") if self._item else None
        except ValueError as error:
            raise SettingsError(
                f"SCI_ASSISTANT_RATE_LIMIT cannot be {limit!r}: write a number and a time, such as 120/minute."
            ) from error

    def ask(self, address: str) -> None:
        """Count a question.

        Raises:
            TooMany: this client has asked too often.
        """
        if self._item is not None and not self._limiter.hit(self._item, "ask", network(address)):
            raise TooMany()

    def knock(self, address: str) -> bool:
        """Count a request of any kind; False where it is to be refused unread."""
        return self._hard is None or self._limiter.hit(self._hard, "knock", network(address))


def network(address: str) -> str:
    """An address as it is counted: of IPv6 the network, since one guest has all of it."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{ip}/64", strict=False)) if ip.version == 6 else address
