"""The way to the web: which proxy, and whose certificates."""

from __future__ import annotations

import ssl
import sys

import pytest
import trustme
from alerts.watching_receivers import HttpReceiver, MailReceiver
from raw_server import answers, raw_server, response
from relays import proxy, relay
from support import fast_transport

from robot.alerts import Report, Watcher, healthcheck, mail
from robot.errors import ExitCode
from robot.http import ApiUnavailable, CannotAsk, Network
from robot.http import roots as roots_module
from robot.http.failures import HINT_PROXY_LOGIN
from robot.http.network import is_excepted
from robot.http.roots import Roots
from robot.runtime import masking
from robot.runtime.masking import mask
from robot.settings import IsolatedSettings

GOOD = response("200 OK")
API = "http://api.invalid/api/v1/calls"
VARIABLES = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "SSL_CERT_FILE",
)


@pytest.fixture(autouse=True)
def nothing_in_the_environment(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def certificates(authority, tmp_path):
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return str(file)


@pytest.fixture
def context(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "api.invalid").configure_cert(context)
    return context


def network(**settings):
    return Network.of(IsolatedSettings(**settings))


def get(address, network=None, **values):
    transport = fast_transport(network=network, max_attempts=1, **values)
    try:
        return transport.get(address).body
    finally:
        transport.close()


# -- proxies


@pytest.mark.parametrize("name", ["http_proxy", "all_proxy"])
@pytest.mark.parametrize("form", ["http://127.0.0.1:{}", "127.0.0.1:{}", "HTTP://127.0.0.1:{}/"])
def test_requests_go_through_the_proxy_that_is_set(name, form):
    with answers(GOOD) as server:
        assert get(API, network(**{name: form.format(server.port)})) == {"data": []}
        assert server.heads[0].startswith(f"GET {API} ")


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_without_settings_the_environments_proxy_counts(monkeypatch, name):
    with answers(GOOD) as server:
        monkeypatch.setenv(name, f"http://127.0.0.1:{server.port}")
        assert get(API) == {"data": []}
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert get(server.url) == {"data": []}
        assert [head.split(" ")[1] for head in server.heads] == [API, "/api/v1/calls"]


def test_a_proxy_is_told_the_login_in_its_address():
    with answers(GOOD) as api, raw_server(proxy(api.url, login="ana:p@ss:word")) as server:
        address = f"http://ana:p%40ss%3Aword@127.0.0.1:{server.port}"
        assert get(API, network(http_proxy=address)) == {"data": []}


def test_an_encrypted_address_goes_through_the_proxys_tunnel(context, certificates):
    with answers(GOOD) as api, raw_server(relay(api.url, context)) as secured:
        with raw_server(proxy(secured.url, login="ana:secret")) as server:
            way = {
                "https_proxy": f"http://ana:secret@127.0.0.1:{server.port}",
                "requests_ca_bundle": certificates,
            }
            assert get("https://api.invalid/calls", network(**way)) == {"data": []}
            assert server.heads[0].startswith("CONNECT api.invalid:443 ")
            assert "Authorization: Bearer" not in server.heads[0]
        assert "Proxy-Authorization" not in secured.heads[0]


@pytest.mark.parametrize("address", [API, "https://api.invalid/calls"])
@pytest.mark.parametrize("login", ["", "ana:wrong@"])
def test_a_proxy_that_wants_a_login_is_named(address, login):
    with answers(GOOD) as api, raw_server(proxy(api.url, login="ana:right")) as server:
        with pytest.raises(CannotAsk, match=r"the proxy wants a login \(HTTP 407\)") as caught:
            get(address, network(all_proxy=f"http://{login}127.0.0.1:{server.port}"))
        assert len(server.heads) == 1
    assert "Write user, a colon, password and an @ before" in caught.value.hint
    assert caught.value.exit_code is ExitCode.CONFIGURATION
    assert "wrong" not in str(caught.value)


def test_a_proxy_that_does_not_let_us_pass_is_told_by_its_status():
    refused = r"the proxy does not let us pass \(HTTP 503\)"
    with (
        answers(response("503 Service Unavailable", b"")) as server,
        pytest.raises(ApiUnavailable, match=refused),
    ):
        get("https://api.invalid/calls", network(https_proxy=f"http://127.0.0.1:{server.port}"))


@pytest.mark.parametrize(
    ("no_proxy", "host", "excepted"),
    [
        ("", "api.example", False),
        ("*", "api.example", True),
        ("api.example", "api.example", True),
        ("API.Example", "api.example", True),
        (".example", "api.example", True),
        ("example", "api.example", True),
        ("*.example", "api.example", True),
        ("a.example, api.example", "api.example", True),
        ("a.example;api.example", "api.example", True),
        ("ample", "api.example", False),
        ("api.example.com", "api.example", False),
        ("api.example:443", "api.example", True),
        ("api.example:80", "api.example", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2", "10.1.2.3", False),
        ("::1", "::1", True),
        ("[::1]", "::1", True),
        ("2001:db8::/32", "2001:db8::7", True),
        ("10.0.0.0/8", "ten.example", False),
        ("10.0.0.0/99, api.example", "api.example", True),
    ],
)
def test_no_proxy_names_hosts_as_other_programs_read_it(no_proxy, host, excepted):
    assert is_excepted(no_proxy, host, 443) is excepted


def test_the_password_of_a_proxy_is_a_secret():
    settings = IsolatedSettings(https_proxy="http://ana:p%40ss-word-1@proxy:3128")
    assert "p@ss-word-1" in settings.secrets
    masking.register(*settings.secrets)
    assert masking.mask("x p@ss-word-1 p%40ss-word-1 y") == "x *** *** y"
    way = Network.of(settings).way_to("https://api.example/calls")
    assert "through the proxy http://***@proxy:3128 (HTTPS_PROXY)" in way


# -- certificates


@pytest.mark.parametrize("name", ["requests_ca_bundle", "ssl_cert_file"])
def test_the_certificates_of_a_file_are_trusted_and_they_alone(
    context, certificates, authority, tmp_path, name
):
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    with answers(GOOD) as api, raw_server(relay(api.url, context)) as server:
        address = server.url.replace("http:", "https:")
        assert get(address, network(**{name: certificates})) == {"data": []}
        for untrusting in (network(), network(**{name: str(other)})):
            with pytest.raises(
                ApiUnavailable, match="the certificate or the encryption is refused"
            ):
                get(address, untrusting)
        assert len(server.heads) == 1


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_environments_certificates_count_too(context, certificates, monkeypatch, name):
    monkeypatch.setenv(name, certificates)
    with answers(GOOD) as api, raw_server(relay(api.url, context)) as server:
        assert get(server.url.replace("http:", "https:")) == {"data": []}


def test_a_setting_wins_over_the_variable_of_another_program(certificates, monkeypatch, tmp_path):
    monkeypatch.setenv("CURL_CA_BUNDLE", str(tmp_path / "of-curl.pem"))
    for name in ("requests_ca_bundle", "ssl_cert_file"):
        assert network(**{name: certificates}).roots == Roots(certificates, name.upper())
    assert network().roots.setting == "CURL_CA_BUNDLE"


def test_a_certificate_for_another_name_is_refused(authority, certificates):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.example").configure_cert(context)
    way, refused = (
        network(requests_ca_bundle=certificates),
        "the certificate or the encryption is refused",
    )
    with (
        answers(GOOD) as api,
        raw_server(relay(api.url, context)) as server,
        pytest.raises(ApiUnavailable, match=refused),
    ):
        get(server.url.replace("http:", "https:"), way)


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_without_certificates_is_told_by_its_setting(tmp_path, content):
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CannotAsk, match=rf"cannot be read: .*{file.name}.*Check SSL_CERT_FILE"):
        get("https://127.0.0.1:9/calls", network(ssl_cert_file=str(file)))


def test_the_systems_own_judgement_is_asked_on_windows_and_by_each_thread_for_itself(monkeypatch):
    """truststore locks its context while a connection is made: a slow server would keep the other
    threads waiting.
    """
    monkeypatch.setattr(roots_module, "_ASKS_THE_SYSTEM", True)
    roots = Roots()
    mine = roots.context()
    assert type(mine).__module__.startswith("truststore")
    assert roots.context() is mine
    others = []
    thread = roots_module.threading.Thread(target=lambda: others.append(roots.context()))
    thread.start()
    thread.join()
    assert others[0] is not mine


def test_what_the_system_trusts_is_trusted_where_it_is_asked_itself(
    monkeypatch, context, certificates
):
    monkeypatch.setattr(roots_module, "_ASKS_THE_SYSTEM", True)
    with answers(GOOD) as api, raw_server(relay(api.url, context)) as server:
        address = server.url.replace("http:", "https:")
        with pytest.raises(ApiUnavailable, match="the certificate or the encryption is refused"):
            get(address, Network())
        # what this system trusts; no setting of Network() here
        monkeypatch.setenv("SSL_CERT_FILE", certificates)
        assert get(address, Network()) == {"data": []}


# -- those who are told of executions go the same way

REPORT = Report("calls", "failed", "calls FAILED", "The API is down.")


def test_a_health_check_goes_through_the_proxy():
    with HttpReceiver() as receiver, raw_server(proxy(receiver.url)) as server:
        address = receiver.url.replace("127.0.0.1", "health.invalid")
        with pytest.raises(OSError, match="no computer of this name"):
            healthcheck.ping(address, "", "x", network())
        settings = IsolatedSettings(
            healthcheck_url=address, http_proxy=f"http://127.0.0.1:{server.port}"
        )
        watcher = Watcher.from_settings(settings)
        assert watcher.ping is not None
        watcher.ping("", "x")
        assert server.heads[0].startswith("POST http://health.invalid")
        assert receiver.paths == ["/a-secret-path"]


def test_a_mail_server_is_vouched_for_by_the_same_certificates(context, certificates):
    with MailReceiver(context, starttls=True) as receiver:
        roots = network(requests_ca_bundle=certificates).roots
        server = mail.MailServer("127.0.0.1", receiver.port, "starttls", roots=roots)
        mail.send(server, "robot@example.com", ("ana@example.com",), REPORT)
    assert len(receiver.messages) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there the system may have a proxy")
def test_nothing_set_is_no_proxy():
    assert network().proxy_for(API) == ""
    assert (
        network()
        .way_to("https://api.example")
        .startswith("without a proxy, trusting the certificates of this system")
    )


def test_what_to_do_about_a_proxys_login_is_whole_after_masking():
    assert mask(HINT_PROXY_LOGIN) == HINT_PROXY_LOGIN
