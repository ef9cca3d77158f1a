import pytest

from robot.runtime import masking
from robot.runtime.masking import mask


@pytest.fixture(autouse=True)
def _no_secrets_of_other_tests(monkeypatch):
    monkeypatch.setattr(masking, "_secrets", set())


@pytest.mark.parametrize(
    "text",
    [
        "GET https://app.3c.plus/api/v1/calls?api_token=s3cretS3cret&page=1",
        "Authorization: Bearer s3cretS3cret",
        "DRIVER={x};UID=sa;PWD={s3cretS3cret;}}more};Encrypt=yes",
        'PWD="s3cretS3cret"',
        '{"password": "s3cretS3cret", "user": "x"}',
        "{'api_token': 's3cretS3cret'}",
        "token 3cs_s3cretS3cret",
        "https://user:s3cretS3cret@host/calls",
        "proxy http://s3cretS3cret@10.0.0.1:3128 refused",
        "https://host/calls?page=1&token=s3cretS3cret",
        '{"api_key": "s3cretS3cret"}',
        "{'secret': 's3cretS3cret', 'credential': 's3cretS3cret'}",
    ],
)
def test_secrets_are_hidden_wherever_they_stand(text):
    hidden = mask(text)
    assert "s3cretS3cret" not in hidden
    assert "***" in hidden


def test_a_registered_secret_is_hidden_in_every_spelling():
    masking.register("p@ss/word}1")
    assert mask("p@ss/word}1 p%40ss%2Fword%7D1 p@ss/word}}1") == "*** *** ***"


SECRET = "s3cretS3cret"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{SECRET}-and-more_9", "***"),
        (f"before{SECRET}", "***"),
        (f"eyJhbGci.{SECRET}.c2lnbmF0dXJl", "eyJhbGci.***"),
        (f"{SECRET}.eyJzdWIi.c2lnbmF0dXJl, refused", "***, refused"),
        (f"{SECRET}abc+def==", "***"),
        (f"{SECRET}%2Fmore%3D", "***"),
        (f"token ends here: {SECRET}. Next", "token ends here: ***. Next"),
        (
            f"https://host/path/{SECRET}more/end?x={SECRET}more&page=2",
            "https://host/path/***/end?x=***&page=2",
        ),
        (f'{{"a": "{SECRET}more", "page": 2}}', '{"a": "***", "page": 2}'),
        (f"{SECRET}=1", "***=1"),
        (f"{SECRET} {SECRET}more", "*** ***"),
    ],
)
def test_the_rest_of_a_longer_token_is_hidden_with_the_part_that_is_known(text, shown):
    masking.register(SECRET)
    assert mask(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a token like 3cs_abc-1.def~2.gh==, refused", "a token like ***, refused"),
        ("?api=3cs_abc%2Bd+e&page=2", "?api=***&page=2"),
        ("it ends with 3cs_abc. Next", "it ends with ***. Next"),
        ("a token begins with 3cs_.", "a token begins with 3cs_."),
    ],
)
def test_a_service_token_that_nobody_registered_is_hidden_as_a_whole(text, shown):
    assert mask(text) == shown


def test_of_two_secrets_the_longer_one_is_hidden_first():
    masking.register(SECRET, f"{SECRET}/more of it")
    assert mask(f"<{SECRET}/more of it> <{SECRET}>") == "<***> <***>"


def test_a_long_text_around_a_secret_takes_no_time():
    masking.register(SECRET)
    assert mask("x" * 200_000 + SECRET + "x" * 200_000) == "***"
    assert mask(f"{'x' * 200_000} {SECRET}").endswith(" ***")


@pytest.mark.parametrize(
    "text",
    [
        "5511999998888",
        "11999998888",
        "+5511999998888",
        "(11) 99999-8888",
        "123.456.789-09",
        "12.345.678/0001-95",
        "12345678909",
        "11 99999-8888",
        "11 99999 8888",
        "11 9 9999-8888",
        "11.99999.8888",
        "11-3333-4444",
        "(11)999998888",
        "(011) 99999-8888",
        "(0xx11) 99999-8888",
        "55 11 99999 8888",
        "+55 (11) 99999-8888",
        "+55 11 99999–8888",
        "55-11-99999-8888",
        "005511999998888",
        "99999-8888",
        "9 9999-8888",
        "tel:5511999998888",
        "tel5511999998888",
        "id_5511999998888",
        "fone.5511999998888",
        "cpf:12345678909",
        "cpf12345678909",
        "123 456 789 09",
        "123456789-09",
        "123.456.789/09",
        "123.456.789.09",
        "12.345.678/000195",
        "cnpj_12.345.678/0001-95",
    ],
)
def test_phone_numbers_and_cpf_are_masked_but_for_their_end(text):
    hidden = mask(f"the number {text} called")
    assert text not in hidden
    assert "*" in hidden
    assert hidden.endswith(f"{text[-2:]} called")


@pytest.mark.parametrize("sign", [":", "/", "_", "-", ",", ";", ".", "|", "=", '"', "'", "]", "\n"])
@pytest.mark.parametrize(
    "number", ["5511999998888", "11 99999-8888", "123.456.789-09", "12345678909"]
)
def test_a_number_is_masked_whatever_stands_beside_it(number, sign):
    for text in (
        f"{sign}{number}",
        f"{number}{sign}",
        f"{sign}{number}{sign}",
        f"a{sign}{number}{sign}a",
    ):
        assert number not in mask(text)
        assert mask(text).startswith(text.partition(number)[0])


@pytest.mark.parametrize(
    "text",
    [
        "68766059ca163b357203b901",
        "2026-09-15 10:00:00",
        "2026-09-15T10:00:00-03:00",
        "1,998 of 2,000 records received",
        "MANAGER_TOKEN: is empty; expected the manager's token",
        "http://127.0.0.1:43567/api/v1/calls",
        "2026-09-15 10:00:00 INFO     [12] robot.sync.execution: 1000 of 2000",
        "2026-09-15 1000 2000",
        "15/09/2026 1000 records, 15-09-2026 1000 records, 15.09.2026 1000 records",
        "2026-09-14 22:00:00–2026-09-15 23:59:59",
        "20260915-100000",
        "20260915 100000",
        "192.168.100.25, 10.0.0.5,1433, 192.168.100.251:1433",
        "page 12 of 1998, 123456789 bytes, 4096 MB",
        "12,345,678 rows; 100 200 300; 1.234.567.890",
        "550e8400-e29b-41d4-a716-446655440000",
        "0.12345678901 s",
        "[08S01] (10054), [42000] (18456), SQL Server 16.0.4175.1, ODBC 17.10.6.1",
        "id 202611210000000000000001",
    ],
)
def test_what_the_operator_needs_stays_readable(text):
    assert mask(text) == text


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://h:80/v1/people/%2B5511987654321/?a=1", "http://h:80/v1/people/(**) *****-**21/"),
        ("http://h/v1/progress/%2811%29%2098765-4321/", "http://h/v1/progress/(**) *****-**21/"),
        ("http://h/v1/progress/ana%40exemplo.com.br/start/", "http://h/v1/progress/***/start/"),
        ("http://h/v1/progress/ana@exemplo.com.br/", "http://h/v1/progress/***/"),
        ("http://h/v1/clients/a%2Fb/", "http://h/v1/clients/a%2Fb/"),
        ("http://h/v1/clients/abc-123/?page=1", "http://h/v1/clients/abc-123/"),
        ("http://user:pw@h/v1/clients/", "http://***@h/v1/clients/"),
        ("http://h/a%0A2026 ERROR", "http://h/a%0A2026 ERROR"),
        ("nowhere", "nowhere"),
    ],
)
def test_an_address_shows_nobody_in_its_path(address, shown):
    assert masking.mask_path(address) == shown
