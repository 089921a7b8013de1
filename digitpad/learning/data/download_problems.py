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

_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}

_NOT_NOW = {9, 10}
"""OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED."""


class RefusedError(Exception):
    """An answer that cannot be used; the text says why."""


def reason(error: Exception, address: str) -> str:
    """Why fetching an address failed, and what can be done; a phrase that ends in a full stop.

    Args:
        error: what was raised on the way.
        address: an http or https address.
    """
    if isinstance(error, RefusedError):
        return str(error)
    proxy = _proxy(address)
    if isinstance(error, HTTPError):
        error.close()
        return _answered(error.code, proxy)
    cause = error.reason if isinstance(error, URLError) and isinstance(error.reason, Exception) else error
    if tunnel := re.search(r"Tunnel connection failed: (\d+)", str(cause)):
        return _answered(407, proxy) if tunnel[1] == "407" else f"{proxy} does not let it through (HTTP {tunnel[1]})."
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _not_verified(cause)
    return f"{_connection(cause)}{f' It was asked through {proxy}; check that setting.' if proxy else ''}"


def _connection(cause: Exception) -> str:
    """Why a connection came to nothing."""
    if isinstance(cause, ssl.SSLError):
        return f"no safe connection could be made ({cause})."
    if isinstance(cause, socket.gaierror):
        return "its name could not be looked up, so there may be no network. Check the connection."
    if isinstance(cause, TimeoutError):
        return "it did not answer in time. Check the connection, or try again later."
    if isinstance(cause, ConnectionRefusedError):
        return "it refused the connection. A firewall may stand between, or its server may be down."
    if isinstance(cause, OSError) and cause.errno in _NO_ROUTE:
        return "there is no way to it, so there may be no network. Check the connection."
    if isinstance(cause, (ConnectionError, http.client.IncompleteRead)):
        return "the connection was cut off. Try again."
    return f"it could not be fetched from ({getattr(cause, 'strerror', None) or str(cause) or type(cause).__name__})."


def _answered(status: int, proxy: str) -> str:
    """What an HTTP status other than success means."""
    if status == 407:
        return (
            f"{proxy or 'the proxy'} asks for a name and a password. Put them into the environment variable "
            "https_proxy (or http_proxy), as in http://name:password@host:port, and start digitpad again."
        )
    if status in (404, 410):
        return f"it does not have the file (HTTP {status})."
    if status >= 500:
        return f"its server is out of order just now (HTTP {status}). Try again later."
    return f"its server refused (HTTP {status})."


def _not_verified(error: ssl.SSLCertVerificationError) -> str:
    said = f"its certificate could not be verified ({error.verify_message or error})."
    if error.verify_code in _NOT_NOW:
        said += " Check the computer's date and time."
    said += (
        " Behind a company's proxy, ask for the company's root certificate and add it to the system's, or name its "
        "file in the environment variable SSL_CERT_FILE."
    )
    if sys.platform == "darwin":
        said += " With Python from python.org, run 'Install Certificates.command' in its folder in Applications."
    return said


def _proxy(address: str) -> str:
    """Words for the proxy that an address is fetched through, without name and password; '' where there is none."""
    scheme, host = urlsplit(address).scheme, urlsplit(address).hostname or ""
    proxy = urllib.request.getproxies().get(scheme)
    if not proxy or urllib.request.proxy_bypass(host):
        return ""
    return f"the proxy {proxy.rpartition('://')[2].rpartition('@')[2].rstrip('/')}"
