"""Downloading MNIST: from one mirror after the other, each file checked before it is written.

Measured against: pooch 1.9, which brings requests and five packages more, asks one address, and can be cancelled only
from within its progress, so not while a name is looked up or a server is silent; and torchvision's downloader, which
has neither a time limit nor a cancel, and whose import takes seconds.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import logging
import os
import queue
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import truststore

from digitpad import __version__
from digitpad.domain.errors import CancelledError, DigitpadError, InputError, Message, joined
from digitpad.learning.data.download_problems import RefusedError, reason
from digitpad.storage.io import read_file, write_atomically

_log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Gets the bytes that have come so far and those that will in all."""

SILENCE_SECONDS = 10.0
"""How long a server may keep silent before the next mirror is asked."""

SLOWEST = 5_000
"""Bytes a second, over a whole file, below which a server is given up: MNIST takes 40 minutes at that rate."""

_FAILURES = (OSError, http.client.HTTPException, ValueError)
"""What fetching from an address may raise; a ValueError where the setting of a proxy makes no sense."""


class RemoteFile(NamedTuple):
    """A file to download: its name, its MD5 sum in hexadecimal digits, and its bytes."""

    name: str
    md5: str
    size: int


class Download(NamedTuple):
    """What to download: mirrors, addresses that end in '/', in the order in which they are asked, and the files."""

    mirrors: Sequence[str]
    files: Sequence[RemoteFile]


MNIST = Download(
    ["https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"],
    [
        RemoteFile("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873", 9_912_422),
        RemoteFile("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432", 28_881),
        RemoteFile("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3", 1_648_877),
        RemoteFile("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c", 4_542),
    ],
)
"""Mirrors and MD5 sums as in torchvision.datasets.MNIST (torchvision 0.29), bytes as the second mirror states them."""


def download_mnist(
    folder: Path,
    progress: Progress,
    cancelled: Callable[[], bool],
    source: Download = MNIST,
    silence: float = SILENCE_SECONDS,
) -> None:
    """Fetch MNIST's four files; those that are there already stay, and only whole and right ones are written.

    Args:
        folder: where they go, still gzipped; made where it does not exist, and not left behind empty.
        progress: called in this thread; goes back to a file's start where a mirror fails in its midst.
        cancelled: called in this thread some ten times a second; True ends the download at once.
        source: mirrors and files.
        silence: seconds after which a server that sends nothing, or less than `SLOWEST`, is given up.

    Raises:
        CancelledError: it was cancelled; files that were complete by then stay.
        InputError: a file of one of the names is there already, and is not MNIST's.
        DigitpadError: every mirror failed, and the sentence says why; or the folder cannot be written to.
    """
    mirrors, files = source
    missing = [file for file in files if not _is_there(folder, file)]
    try:  # first, since a folder that cannot be made is to be told before anything is fetched
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        text = "The folder {folder} cannot be made ({reason})."
        raise DigitpadError(text, folder=folder, reason=error.strerror) from error
    mirrors, total, done = list(mirrors), sum(file.size for file in missing), 0
    try:
        for file in missing:

            def report(received: int, before: int = done) -> None:
                progress(before + received, total)

            data, mirror = _from_any(mirrors, file, report, cancelled, silence)
            write_atomically(folder / file.name, data)
            _log.info("downloaded %s%s to %s", mirror, file.name, folder)
            done += file.size
            mirrors.sort(key=mirror.__ne__)  # the one that answered is asked first from now on
    finally:
        with contextlib.suppress(OSError):  # it holds something
            folder.rmdir()


def _is_there(folder: Path, file: RemoteFile) -> bool:
    path = folder / file.name
    if not os.path.lexists(path):
        return False
    with contextlib.suppress(InputError):
        if _md5(read_file(path, file.size)) == file.md5:
            return True
    raise InputError(
        "{path} is there already, but is not MNIST's file (wrong checksum). Move it away or delete it, and download "
        "again.",
        path=path,
    )


def _from_any(
    mirrors: Sequence[str],
    file: RemoteFile,
    report: Callable[[int], None],
    cancelled: Callable[[], bool],
    silence: float,
) -> tuple[bytes, str]:
    """A file's content, and the first mirror that gave it."""
    failures: dict[str, tuple[Message, list[str]]] = {}
    for mirror in mirrors:
        address = mirror + file.name
        report(0)
        try:
            return _fetched(address, file, report, cancelled, silence), mirror
        except (RefusedError, *_FAILURES) as error:
            _log.warning("download of %s failed: %r", address, error)
            why = reason(error, address)
            failures.setdefault(str(why), (why, []))[1].append(address)
    said = [
        Message("{addresses} failed: {why}", addresses=", ".join(those), why=why) for why, those in failures.values()
    ]
    raise DigitpadError("{file} could not be downloaded. {why}", file=file.name, why=joined(said))


def _fetched(
    address: str, file: RemoteFile, report: Callable[[int], None], cancelled: Callable[[], bool], silence: float
) -> bytes:
    """A file's content from one address.

    It is received in a thread of its own, since neither the look-up of a name nor a connection that is tried at one of
    a server's addresses after the other can be cancelled. That thread ends by itself, soon after nobody waits for it.
    """
    parts: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()
    given_up = threading.Event()
    thread = threading.Thread(target=_receive, args=(address, silence, parts, given_up), name="download", daemon=True)
    thread.start()
    data = bytearray()
    started = heard = time.monotonic()
    try:
        while len(data) <= file.size:
            if cancelled():
                raise CancelledError("The download was cancelled.")
            if time.monotonic() > min(heard, started + len(data) / SLOWEST) + silence:
                raise TimeoutError
            with contextlib.suppress(queue.Empty):
                part = parts.get(timeout=0.1)
                if isinstance(part, Exception):
                    raise part
                if not part:
                    break
                heard = time.monotonic()
                data += part
                report(min(len(data), file.size))
    finally:
        given_up.set()
        thread.join(0.5)  # long enough for one that is not stuck
    if _md5(data) != file.md5:
        raise RefusedError(
            "what it sent is not MNIST's file (wrong checksum). A network that wants a login first may have answered."
        )
    return bytes(data)


def _receive(
    address: str, silence: float, parts: queue.SimpleQueue[bytes | Exception], given_up: threading.Event
) -> None:
    """Put the parts that an address sends into a queue, and after these b"" or the exception."""
    try:
        with _opener().open(address, timeout=silence) as response:
            while not given_up.is_set() and (part := response.read1(1 << 16)):
                parts.put(part)
            parts.put(ConnectionResetError() if response.length else b"")  # where it said that more would come
    except _FAILURES as error:
        parts.put(error)
    except Exception as error:  # noqa: BLE001 (a server may answer anything)
        _log.exception("download of %s", address)
        parts.put(ValueError(repr(error)))


def _opener() -> urllib.request.OpenerDirector:
    """Opens HTTP addresses alone, through the system's proxy where it has one; certificates must be verified."""
    # It asks the system, which knows a company's own certificate; ssl alone looks for files.
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    named = os.environ.get("SSL_CERT_FILE")
    if named:  # asking the system alone passes it over on macOS and Windows
        with contextlib.suppress(OSError):
            context.load_verify_locations(named)
    opener = urllib.request.OpenerDirector()  # build_opener's would follow a server to FTP and local files
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=context),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    opener.addheaders = [("User-Agent", f"digitpad/{__version__}")]
    return opener


def _md5(data: bytes | bytearray) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
