"""A web address -> the document there, from public addresses only.

Takes http(s) addresses. The host is resolved once, every address that it has is checked, and the connection goes to
an address that was checked, so that a name cannot change its meaning in between; each redirect passes the same way.
Proxies of the environment are not used, since they would resolve the name themselves.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from sci_assistant.errors import CorpusError

LIMIT_BYTES = 20 << 20
LIMIT_SECONDS = 30.0  # for everything, redirects included
MOST_REDIRECTS = 5
KINDS = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "txt",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}
_REDIRECTS = (301, 302, 303, 307, 308)
_STEP = 1 << 16

Resolve = Callable[[str, int], Sequence[str]]  # host, port -> addresses as text
Connect = Callable[[str, int, float], socket.socket]  # address, port, timeout in seconds


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document: where it was found in the end, its kind ("html", "txt", "pdf", "docx"), its bytes and charset."""

    url: str
    kind: str
    raw: bytes
    charset: str | None


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def connect(address: str, port: int, timeout: float) -> socket.socket:
    """A connection to an address."""
    return socket.create_connection((address, port), timeout)


def fetch(
    url: str,
    *,
    allow_private: bool = False,
    limit_bytes: int = LIMIT_BYTES,
    limit_seconds: float = LIMIT_SECONDS,
    resolve: Resolve = resolve,
    connect: Connect = connect,
) -> Fetched:
    """The document at an address.

    Raises:
        CorpusError: the address is refused, does not answer, or gives something that is no article.
    """
    deadline = time.monotonic() + limit_seconds
    for _ in range(MOST_REDIRECTS + 1):
        place = _checked(url)
        addresses = _addresses(place, allow_private=allow_private, resolve=resolve)
        with _Visit(place, addresses, deadline, connect) as visit:
            response = visit.get()
            if response.status not in _REDIRECTS:
                return _document(url, response, limit_bytes, visit)
            location = response.getheader("Location")
            if not location:
                raise CorpusError(f"{url}: leads on, but does not say where.")
            url = urljoin(url, location)
    raise CorpusError(f"{url}: leads on more than {MOST_REDIRECTS} times.")


def _checked(url: str) -> SplitResult:
    """An address in its parts.

    Raises:
        CorpusError: it is not an http(s) address of a host.
    """
    try:
        place = urlsplit(url)
        _ = place.port
    except ValueError as error:
        raise CorpusError(f"{url}: is no web address: {error}.") from error
    if place.scheme not in ("http", "https") or not place.hostname:
        raise CorpusError(f"{url}: only http:// and https:// addresses can be imported.")
    if place.username is not None or place.password is not None:
        raise CorpusError(f"{url}: holds a user name. Give the address without it.")
    if re.search(r"[\x00-\x20\x7f]", url):
        raise CorpusError(f"{url!r}: holds a space or control character. Write it as %20.")
    return place


def _addresses(place: SplitResult, *, allow_private: bool, resolve: Resolve) -> Sequence[str]:
    """The addresses of a host, each of them checked.

    Raises:
        CorpusError: the host has none, or one that is not public.
    """
    host = place.hostname or ""
    if not allow_private and _odd_number(host):
        raise CorpusError(f"{host}: addresses written as one number, in octal or in hexadecimal are refused.")
    try:
        found = resolve(host, _port(place))
    except (OSError, UnicodeError) as error:
        raise CorpusError(f"{host}: cannot be found: {error}.") from error
    if not found:
        raise CorpusError(f"{host}: cannot be found.")
    for address in found:
        if not allow_private and not is_public(address):
            raise CorpusError(
                f"{host}: {address} is an address of this machine or its own network. Pages from there are imported "
                "with --allow-private only."
            )
    return found


def _odd_number(host: str) -> bool:
    """Whether a host is an IPv4 address in another form than 192.0.2.1: 3221225985, 0300.0.02.01, 0xc0000201."""
    try:
        return socket.inet_ntoa(socket.inet_aton(host)) != host
    except OSError:
        return False


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public Internet; an IPv4 address within an IPv6 one is looked at too."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    inner = [ip]
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in ipaddress.ip_network("64:ff9b::/96") or int(ip) >> 32 == 0:  # NAT64, and IPv4-compatible
            embedded.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        inner += [each for each in embedded if each is not None]
        if ip.is_site_local or ip in ipaddress.ip_network("64:ff9b:1::/48"):
            return False
        if any(each is not None for each in embedded):
            inner = inner[1:]
    return all(each.is_global and not each.is_multicast and not each.is_reserved for each in inner)


def _port(place: SplitResult) -> int:
    return place.port or (443 if place.scheme == "https" else 80)


class _Visit:
    """One request to a host at an address that was checked; at the deadline its connection is cut."""

    def __init__(self, place: SplitResult, addresses: Sequence[str], deadline: float, connect: Connect) -> None:
        self._place, self._addresses, self._deadline, self._connect = place, addresses, deadline, connect
        self._socket: socket.socket | None = None
        self._watch = threading.Timer(max(0.01, deadline - time.monotonic()), self._cut)
        self._watch.daemon = True
        self.late = False

    def __enter__(self) -> _Visit:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._watch.cancel()
        if self._socket is not None:
            self._socket.close()

    def _cut(self) -> None:
        self.late = True
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:  # closed already
                return

    def get(self) -> http.client.HTTPResponse:
        """The response, its body unread.

        Raises:
            CorpusError: the host does not answer.
        """
        place = self._place
        try:
            self._socket = self._open()
            connection = http.client.HTTPConnection(place.hostname or "", _port(place))
            connection.sock = self._socket
            path = (place.path or "/") + (f"?{place.query}" if place.query else "")
            host = place.netloc.encode("idna").decode() if not place.netloc.isascii() else place.netloc
            headers = {
                "Host": host,
                "Accept-Encoding": "identity",
                "User-Agent": "sci-assistant",
                "Connection": "close",
            }
            connection.request("GET", _ascii(path), headers=headers)
            response = connection.getresponse()
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            raise self.problem(error) from error
        if self.late:  # a connection that is cut looks like the end of the headers
            raise self.problem(TimeoutError())
        return response

    def _open(self) -> socket.socket:
        failed: OSError | None = None
        for address in self._addresses:
            left = self._deadline - time.monotonic()
            try:
                plain = self._connect(address, _port(self._place), max(0.01, left))
            except OSError as error:
                failed = error
                continue
            self._socket = plain
            if self._place.scheme == "http":
                return plain
            return ssl.create_default_context().wrap_socket(plain, server_hostname=self._place.hostname)
        raise failed or OSError("no address answers")

    def problem(self, error: Exception) -> CorpusError:
        """What went wrong, in words."""
        if self.late or isinstance(error, TimeoutError):
            return CorpusError(f"{self._place.geturl()}: took too long. Try again, or save the page as a file.")
        return CorpusError(f"{self._place.geturl()}: cannot be read: {error or type(error).__name__}.")


def _ascii(path: str) -> str:
    from urllib.parse import quote

    return quote(path, safe="/%:?&=+,;@!$'()*~-._#[]")


def _document(url: str, response: http.client.HTTPResponse, limit_bytes: int, visit: _Visit) -> Fetched:
    if response.status != 200:
        raise CorpusError(f"{url}: answers with {response.status} {response.reason}.")
    content_type = response.headers.get_content_type()
    kind = KINDS.get(content_type) if "Content-Type" in response.headers else None
    if kind is None:
        raise CorpusError(f"{url}: is {content_type}. Web pages, text, PDF and DOCX can be imported.")
    if response.getheader("Content-Encoding", "identity") != "identity":
        raise CorpusError(f"{url}: is sent compressed, though it was asked not to be. Save the page as a file.")
    return Fetched(url, kind, _body(url, response, limit_bytes, visit), response.headers.get_content_charset())


def _body(url: str, response: http.client.HTTPResponse, limit_bytes: int, visit: _Visit) -> bytes:
    raw = bytearray()
    try:
        while piece := response.read(_STEP):
            raw += piece
            if len(raw) > limit_bytes:
                raise CorpusError(f"{url}: is larger than {limit_bytes / (1 << 20):g} MB.")
    except (OSError, http.client.HTTPException) as error:
        raise visit.problem(error) from error
    if visit.late:
        raise visit.problem(TimeoutError())
    return bytes(raw)
