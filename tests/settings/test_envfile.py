"""What stands between quotes in `.env` is what the operator typed."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.settings.envfile import read

BACKSLASH = "\\"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("envfile") / ".env"


def values(file, text):
    file.write_bytes(text.encode())
    return dict(read(file).values)


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize(
    "sign",
    [*string.ascii_letters, *string.digits, BACKSLASH, "'", '"', "$", "{", "#", "x41", "u0041"],
)
def test_a_backslash_between_quotes_stays_before_whatever_follows_it(file, quote, sign):
    typed = f"{BACKSLASH}{sign}ab{BACKSLASH}{sign}cd"
    assert values(file, f"DB_PASSWORD={quote}{typed}{quote}\nPER_PAGE=5\n") == {
        "DB_PASSWORD": typed,
        "PER_PAGE": "5",
    }


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize(
    "path",
    [
        r"\\servidor\robo\robot.db",
        r"\\servidor\robo" + BACKSLASH,
        r"C:\new\table" + BACKSLASH,
        BACKSLASH * 2,
    ],
)
@pytest.mark.parametrize("behind", ["", "  ", " # the share's folder"])
def test_the_path_of_a_share_is_the_shares_and_the_next_line_is_read_too(file, quote, path, behind):
    text = f"LOG_DIR={quote}{path}{quote}{behind}\r\nDB_PASSWORD={quote}x{quote}\r\n"
    assert values(file, text) == {"LOG_DIR": path, "DB_PASSWORD": "x"}


@pytest.mark.parametrize("line", ['A="b', "A='b", 'A="b"c', 'A="b" c # d', "A='b'c'", 'A="'])
def test_quotes_without_their_match_are_told_and_cost_no_other_line(file, line):
    file.write_text(f'X="1"\n{line}\nY="2"\n')
    found = read(file)
    assert dict(found.values) == {"X": "1", "Y": "2"}
    assert found.problems == (
        ".env, line 2: cannot be read; expected NAME=value, with balanced quotes",
    )


@pytest.mark.parametrize(
    "line",
    [
        "export A='b' # c",
        "'A' = \"b\"#c",
        "  A=b # c",
        "A=  'b'",
        "\ta = b",
        'export A="b"',
        "A='b'\u00a0",
    ],
)
def test_the_forms_of_a_line_that_dotenv_knows_are_read_as_before(file, line):
    assert values(file, f"# A=x\n\n{line}\n") == {"A": "b"}


@given(
    typed=st.text(st.characters(codec="utf-8", exclude_characters="'\r\n\0"), max_size=20).filter(
        lambda text: not text.endswith(BACKSLASH)
    )
)
def test_any_value_between_quotes_comes_as_it_was_typed(file, typed):
    assert values(file, f"A=1\nDB_PASSWORD='{typed}'\nB=2\n") == {
        "A": "1",
        "DB_PASSWORD": typed,
        "B": "2",
    }
