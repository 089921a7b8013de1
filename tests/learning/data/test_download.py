"""Downloads from a server on this machine, which answers well, badly or not at all. No test leaves the machine."""

import contextlib
import errno
import gc
import hashlib
import http.client
import os
import random
import shutil
import socket
import ssl
import subprocess
import sys
from urllib.error import URLError

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digitpad.domain.errors import CancelledError, DigitpadError, InputError
from digitpad.learning.data.download import MNIST, Download, RemoteFile, download_mnist
from digitpad.learning.data.download_problems import reason
from tests.learning.data.file_server import (
    FileServer,
    drip,
    endless,
    hang_up,
    part_of,
    part_then_silence,
    redirect,
    silence,
    status,
    whole,
)

CONTENTS = {"images.gz": random.Random(0).randbytes(200_000), "labels.gz": random.Random(1).randbytes(3_000)}
FILES = [RemoteFile(name, hashlib.md5(data).hexdigest(), len(data)) for name, data in CONTENTS.items()]
IMAGES = CONTENTS["images.gz"]
TOTAL = sum(map(len, CONTENTS.values()))


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("NO_PROXY", raising=False)


@pytest.fixture
def server():
    """Has both files at /a/ and at /b/."""
    with FileServer() as server:
        for mirror in "ab":
            for name, data in CONTENTS.items():
                server.responses[f"/{mirror}/{name}"] = whole(data)
        yield server
    gc.collect()  # a connection that was left open says so now


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "new" / "mnist"


def fetch(server, folder, mirrors="ab", progress=lambda *_: None, cancelled=lambda: False, **more):
    addresses = [f"{server.address}/{mirror}/" for mirror in mirrors]
    download_mnist(folder, progress, cancelled, Download(addresses, FILES), **more)


def input_error(server, folder, kind=DigitpadError, left=(), **more):
    """The sentence with which a download ends; nothing but the whole files named is left behind."""
    with pytest.raises(kind) as fails:
        fetch(server, folder, **more)
    assert_holds(folder, left)
    return str(fails.value)


def assert_holds(folder, names):
    assert folder.exists() == bool(names), "no empty folder is left"
    found = {path.name: path.read_bytes() for path in folder.iterdir()} if names else {}
    assert found == {name: CONTENTS[name] for name in names}


def test_the_files_come_whole_and_progress_goes_up_to_all_of_them(server, folder):
    seen = []
    fetch(server, folder, progress=lambda done, total: seen.append((done, total)))
    assert_holds(folder, CONTENTS)
    assert server.asked == ["/a/images.gz", "/a/labels.gz"]
    done = [each for each, _ in seen]
    assert (done[0], done[-1]) == (0, TOTAL)
    assert done == sorted(done)
    assert len(done) > 4
    assert {total for _, total in seen} == {TOTAL}


def test_what_is_there_and_right_is_not_fetched_again(server, folder):
    folder.mkdir(parents=True)
    (folder / "images.gz").write_bytes(IMAGES)
    seen = []
    fetch(server, folder, progress=lambda *each: seen.append(each))
    assert server.asked == ["/a/labels.gz"]
    assert seen[-1] == (3_000, 3_000)
    assert_holds(folder, CONTENTS)
    fetch(server, folder)
    assert server.asked == ["/a/labels.gz"]


def test_a_file_of_the_name_that_is_another_one_is_refused_and_stays(server, folder):
    folder.mkdir(parents=True)
    mine = folder / "labels.gz"
    mine.write_bytes(b"mine")
    with pytest.raises(InputError, match=r"labels\.gz.*checksum.*delete"):
        fetch(server, folder)
    assert mine.read_bytes() == b"mine"
    assert list(folder.iterdir()) == [mine]
    assert not server.asked


def test_a_folder_in_a_file_s_place_is_refused(server, folder):
    (folder / "labels.gz").mkdir(parents=True)
    with pytest.raises(InputError, match=r"labels\.gz is there already"):
        fetch(server, folder)
    assert not server.asked


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (part_of(IMAGES, 100_000), "cut off"),
        (part_of(IMAGES, 0), "cut off"),
        (hang_up, "cut off"),
        (whole(IMAGES[:-1]), "wrong checksum"),
        (whole(IMAGES + b"0"), "wrong checksum"),
        (whole(b"<html>Log in first</html>"), "login"),
        (whole(b""), "wrong checksum"),
        (endless, "wrong checksum"),
        (status(404), "does not have the file"),
        (status(403), "HTTP 403"),
        (status(503), "out of order"),
        (redirect("/a/images.gz"), "HTTP 302"),
        (redirect("/nowhere"), "HTTP 404"),
        (redirect("ftp://127.0.0.1/images.gz"), "begins with neither http nor https"),
        (redirect("file:///etc/hostname"), "HTTP 302"),
    ],
)
def test_a_bad_answer_is_reported_with_its_address_and_the_next_mirror_is_asked(server, folder, answer, said):
    server.responses["/a/images.gz"] = answer
    sentence = input_error(server, folder, mirrors="a")
    assert f"{server.address}/a/images.gz failed: " in sentence
    assert said in sentence
    server.asked.clear()
    seen = []
    fetch(server, folder, progress=lambda *each: seen.append(each))
    assert_holds(folder, CONTENTS)
    assert seen[-1] == (TOTAL, TOTAL)
    # The one that answered is asked first for what is left.
    assert server.asked[-2:] == ["/b/images.gz", "/b/labels.gz"]


def test_where_all_mirrors_fail_each_is_named_with_its_reason_and_whole_files_stay(server, folder):
    server.responses["/a/labels.gz"] = status(404)
    server.responses["/b/labels.gz"] = status(503)
    sentence = input_error(server, folder, left=["images.gz"])
    assert sentence.startswith("labels.gz could not be downloaded.")
    assert f"{server.address}/a/labels.gz failed: it does not have the file" in sentence
    assert f"{server.address}/b/labels.gz failed: its server is out of order" in sentence
    server.responses["/b/labels.gz"] = status(404)
    sentence = input_error(server, folder, left=["images.gz"])
    assert sentence.count("HTTP 404") == 1
    assert f"{server.address}/a/labels.gz, {server.address}/b/labels.gz failed" in sentence


def test_a_redirect_is_followed(server, folder):
    server.responses["/a/images.gz"] = redirect("/b/images.gz")
    fetch(server, folder, mirrors="a")
    assert_holds(folder, CONTENTS)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2_999), st.integers(1, 255), st.booleans())
def test_a_file_with_any_byte_changed_or_missing_is_never_written(server, folder, place, change, cut):
    labels = CONTENTS["labels.gz"]
    changed = labels[:place] + bytes([labels[place] ^ change]) + labels[place + 1 :]
    server.responses["/a/labels.gz"] = part_of(labels, place) if cut else whole(changed)
    assert ("cut off" if cut else "checksum") in input_error(server, folder, mirrors="a", left=["images.gz"])


@pytest.mark.parametrize("answer", [drip(IMAGES), part_then_silence(IMAGES, 1_000)])
def test_a_cancel_in_the_midst_of_a_file_ends_it_at_once(server, folder, answer):
    server.responses["/a/images.gz"] = answer
    received = []
    sentence = input_error(
        server,
        folder,
        CancelledError,
        progress=lambda done, _: received.append(done),
        cancelled=lambda: bool(received) and received[-1] > 0,
    )
    assert sentence == "The download was cancelled."
    assert server.asked == ["/a/images.gz"]
    assert received[-1] < len(IMAGES)


def test_a_cancel_before_the_server_says_a_word_ends_it_too(server, folder):
    server.responses["/a/images.gz"] = silence
    sentence = input_error(server, folder, CancelledError, cancelled=lambda: bool(server.asked))
    assert sentence == "The download was cancelled."
    assert server.asked == ["/a/images.gz"]


def test_a_cancel_between_two_files_keeps_the_first(server, folder):
    sentence = input_error(
        server,
        folder,
        CancelledError,
        left=["images.gz"],
        cancelled=lambda: (folder / "images.gz").exists(),
    )
    assert sentence == "The download was cancelled."
    assert server.asked[0] == "/a/images.gz"


def patiently(work):
    """Do it with more and more patience: a busy machine keeps the server that answers silent for a while too."""
    for seconds in (0.2, 2.0):
        with contextlib.suppress(DigitpadError):
            return work(seconds)
    return work(20.0)


@pytest.mark.parametrize("answer", [silence, part_then_silence(IMAGES, 1_000), drip(IMAGES)])
def test_a_server_that_is_silent_or_sends_a_byte_now_and_then_is_given_up(server, folder, answer):
    server.responses["/a/images.gz"] = answer
    assert "did not answer in time" in input_error(server, folder, mirrors="a", silence=0.2)
    patiently(lambda seconds: fetch(server, folder, silence=seconds))
    assert_holds(folder, CONTENTS)


def test_a_look_up_that_never_ends_is_given_up(server, folder, monkeypatch):
    def stuck(*arguments, **more):
        server.ending.wait()
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", stuck)
    with pytest.raises(DigitpadError, match="did not answer in time"):
        download_mnist(folder, lambda *_: None, lambda: False, Download(["http://mnist.invalid/"], FILES), 0.2)


def test_without_a_network_it_says_so(folder, monkeypatch):
    def unknown(*arguments, **more):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    source = Download(["https://mnist.invalid/", "http://mnist2.invalid/"], FILES)
    with pytest.raises(DigitpadError) as fails:
        download_mnist(folder, lambda *_: None, lambda: False, source)
    assert str(fails.value) == (
        "images.gz could not be downloaded. https://mnist.invalid/images.gz, http://mnist2.invalid/images.gz "
        "failed: its name could not be looked up, so there may be no network. Check the connection."
    )


def test_a_refused_connection_is_reported(folder):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        source = Download([f"http://127.0.0.1:{deaf.getsockname()[1]}/"], FILES)
        with pytest.raises(DigitpadError, match="refused the connection"):
            download_mnist(folder, lambda *_: None, lambda: False, source)


@pytest.mark.parametrize(("code", "said"), [(407, "asks for a name and a password"), (403, "HTTP 403")])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_refuses_is_named_without_its_password(server, folder, monkeypatch, scheme, code, said):
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv(f"{scheme}_proxy", server.address.replace("//", "//me:secret@"))
    server.responses |= dict.fromkeys(["http://mnist.invalid/images.gz", "mnist.invalid:443"], status(code))
    with pytest.raises(DigitpadError) as fails:
        download_mnist(folder, lambda *_: None, lambda: False, Download([f"{scheme}://mnist.invalid/"], FILES))
    assert len(server.asked) == 1
    assert said in str(fails.value)
    assert "secret" not in str(fails.value)
    if code == 407 or scheme == "https":
        assert f"the proxy 127.0.0.1:{server.server_port}" in str(fails.value)


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:port", "http://[", "http://127.0.0.1:0"])
def test_a_proxy_that_makes_no_sense_is_named(folder, monkeypatch, proxy):
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(DigitpadError) as fails:
        download_mnist(folder, lambda *_: None, lambda: False, Download(["http://mnist.invalid/"], FILES))
    assert f"through the proxy {proxy.removeprefix('http://')}; check that setting" in str(fails.value)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Files of a certificate for 127.0.0.1 that nobody signed, and of its key."""
    if not shutil.which("openssl"):
        pytest.skip("making a certificate takes openssl")
    folder = tmp_path_factory.mktemp("tls")
    files = ["-keyout", "key.pem", "-out", "certificate.pem"]
    names = ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *files, *names]
    subprocess.run(made, cwd=folder, check=True, capture_output=True)
    return folder / "certificate.pem", folder / "key.pem"


@pytest.fixture
def safe_server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with FileServer(context) as server:
        for name, data in CONTENTS.items():
            server.responses[f"/a/{name}"] = whole(data)
        yield server
    gc.collect()


def test_a_certificate_is_verified_and_the_one_in_ssl_cert_file_is_trusted(
    safe_server, certificate, folder, monkeypatch
):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    sentence = input_error(safe_server, folder, mirrors="a")
    assert "certificate could not be verified" in sentence
    assert "company's root certificate" in sentence
    assert "SSL_CERT_FILE" in sentence
    assert not safe_server.asked
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    fetch(safe_server, folder, mirrors="a")
    assert_holds(folder, CONTENTS)


def test_a_trusted_certificate_of_another_server_is_refused(safe_server, certificate, folder, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more, **named: real("127.0.0.1", *more, **named))
    source = Download([f"https://mnist.invalid:{safe_server.server_port}/a/"], FILES)
    with pytest.raises(DigitpadError, match="certificate could not be verified"):
        download_mnist(folder, lambda *_: None, lambda: False, source)
    assert not safe_server.asked


def test_an_ssl_cert_file_that_cannot_be_read_does_not_stop_a_plain_download(server, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    fetch(server, folder)
    assert_holds(folder, CONTENTS)


def not_verified(code, message):
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")
    error.verify_code, error.verify_message = code, message
    return URLError(error)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (not_verified(10, "certificate has expired"), "(certificate has expired). Check the computer's date"),
        (not_verified(19, "self-signed certificate in certificate chain"), "Behind a company's proxy"),
        (URLError(ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")), "no safe connection"),
        (URLError(OSError(errno.ENETUNREACH, "Network is unreachable")), "no network"),
        (URLError(OSError(errno.EHOSTUNREACH, "No route to host")), "no network"),
        (URLError(OSError(errno.EMFILE, "Too many open files")), "(Too many open files)"),
        (URLError("unknown url type: gopher"), "begins with neither http nor https"),
        (http.client.IncompleteRead(b"", 5), "cut off"),
        (http.client.RemoteDisconnected(), "cut off"),
        (http.client.BadStatusLine("SSH-2.0"), "SSH-2.0"),
        (OSError(), "OSError"),
    ],
)
def test_each_failure_has_its_words(error, said):
    sentence = str(reason(error, "https://mnist.invalid/images.gz"))
    assert said in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(("platform", "named"), [("darwin", True), ("linux", False), ("win32", False)])
def test_on_macos_the_command_that_installs_certificates_is_named(monkeypatch, platform, named):
    monkeypatch.setattr(sys, "platform", platform)
    sentence = str(
        reason(not_verified(20, "unable to get local issuer certificate"), "https://mnist.invalid/images.gz")
    )
    assert ("Install Certificates.command" in sentence) == named


def test_a_full_disk_leaves_nothing(server, folder, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert "images.gz was not written, because the disk is full" in input_error(server, folder)


def test_a_folder_that_cannot_be_made_is_reported_before_anything_is_fetched(server, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DigitpadError, match="cannot be"):
        fetch(server, tmp_path / "file" / "mnist")
    assert not server.asked


def test_mnist_s_own_files_have_mirrors_checksums_and_sizes():
    source = MNIST
    assert len(source.mirrors) >= 2
    assert all(mirror.startswith("http") and mirror.endswith("/") for mirror in source.mirrors)
    assert [file.size for file in source.files] == [9_912_422, 28_881, 1_648_877, 4_542]
    assert all(len(file.md5) == 32 for file in source.files)
