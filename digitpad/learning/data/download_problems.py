"""Why an address could not be fetched from, in plain words."""

from __future__ import annotations

import errno
import http.client
import re
import socket
import ssl
import sys
import urllib.request
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from digitpad.domain.errors import DigitpadError, Message, joined

_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}

_NOT_NOW = {9, 10}
"""OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED."""


class RefusedError(DigitpadError):
    """An answer that cannot be used; the text says why."""


def reason(error: Exception, address: str) -> Message:
    """Why fetching an address failed, and what can be done; a phrase that ends in a full stop.

    Args:
        error: what was raised on the way.
        address: an http or https address.
    """
    if isinstance(error, RefusedError):
        return error
    proxy = _proxy(address)
    if isinstance(error, HTTPError):
        error.close()
        return _answered(error.code, proxy)
    cause = error.reason if isinstance(error, URLError) and isinstance(error.reason, Exception) else error
    if tunnel := re.search(r"Tunnel connection failed: (\d+)", str(cause)):
        if tunnel[1] == "407":
            return _answered(407, proxy)
        return Message("{proxy} does not let it through (HTTP {status}).", proxy=proxy, status=tunnel[1])
    if "unknown url type" in str(cause):
        return Message("it leads to an address that begins with neither http nor https.")
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _not_verified(cause)
    why = _connection(cause)
    said = "{why} It was asked through {proxy}; check that setting."
    return Message(said, why=why, proxy=proxy) if proxy else why


def _connection(cause: Exception) -> Message:
    """Why a connection came to nothing."""
    if isinstance(cause, ssl.SSLError):
        return Message("no safe connection could be made ({reason}).", reason=cause)
    if isinstance(cause, socket.gaierror):
        return Message("its name could not be looked up, so there may be no network. Check the connection.")
    if isinstance(cause, TimeoutError):
        return Message("it did not answer in time. Check the connection, or try again later.")
    if isinstance(cause, ConnectionRefusedError):
        return Message("it refused the connection. A firewall may stand between, or its server may be down.")
    if isinstance(cause, OSError) and cause.errno in _NO_ROUTE:
        return Message("there is no way to it, so there may be no network. Check the connection.")
    if isinstance(cause, (ConnectionError, http.client.IncompleteRead)):
        return Message("the connection was cut off. Try again.")
    known = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return Message("it could not be fetched from ({reason}).", reason=known)


def _answered(status: int, proxy: Message | None) -> Message:
    """What an HTTP status other than success means."""
    if status == 407:
        return Message(
            "{proxy} asks for a name and a password. Put them into the environment variable https_proxy (or "
            "http_proxy), as in http://name:password@host:port, and start digitpad again.",
            proxy=proxy or Message("the proxy"),
        )
    if status in (404, 410):
        said = "it does not have the file (HTTP {status})."
    elif status >= 500:
        said = "its server is out of order just now (HTTP {status}). Try again later."
    else:
        said = "its server refused (HTTP {status})."
    return Message(said, status=status)


def _not_verified(error: ssl.SSLCertVerificationError) -> Message:
    said = [Message("its certificate could not be verified ({reason}).", reason=error.verify_message or error)]
    if error.verify_code in _NOT_NOW:
        said.append(Message("Check the computer's date and time."))
    said.append(
        Message(
            "Behind a company's proxy, ask for the company's root certificate and add it to the system's, or name its "
            "file in the environment variable SSL_CERT_FILE."
        )
    )
    if sys.platform == "darwin":
        said.append(
            Message("With Python from python.org, run 'Install Certificates.command' in its folder in Applications.")
        )
    return joined(said)


def _proxy(address: str) -> Message | None:
    """The proxy that an address is fetched through, without name and password; None where there is none."""
    scheme, host = urlsplit(address).scheme, urlsplit(address).hostname or ""
    proxy = urllib.request.getproxies().get(scheme)
    if not proxy or urllib.request.proxy_bypass(host):
        return None
    return Message("the proxy {host}", host=proxy.rpartition("://")[2].rpartition("@")[2].rstrip("/"))
