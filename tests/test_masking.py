import pytest

from robot import masking
from robot.masking import mask


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
    ],
)
def test_secrets_are_hidden_wherever_they_stand(text):
    hidden = mask(text)
    assert "s3cretS3cret" not in hidden
    assert "***" in hidden


def test_a_registered_secret_is_hidden_in_every_spelling():
    masking.register("p@ss/word}1")
    assert mask("p@ss/word}1 p%40ss%2Fword%7D1 p@ss/word}}1") == "*** *** ***"


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
    ],
)
def test_phone_numbers_and_cpf_are_masked_but_for_their_end(text):
    hidden = mask(f"the number {text} called")
    assert text not in hidden
    assert "*" in hidden
    assert hidden.endswith(f"{text[-2:]} called")


@pytest.mark.parametrize(
    "text",
    [
        "68766059ca163b357203b901",
        "2026-09-15 10:00:00",
        "2026-09-15T10:00:00-03:00",
        "1,998 of 2,000 records received",
        "MANAGER_TOKEN: is empty; expected the manager's token",
        "http://127.0.0.1:43567/api/v1/calls",
    ],
)
def test_what_the_operator_needs_stays_readable(text):
    assert mask(text) == text
