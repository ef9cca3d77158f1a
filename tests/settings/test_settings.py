import pytest

from robot.errors import ConfigurationError, ExitCode
from robot.runtime.masking import mask
from robot.settings import IsolatedSettings, Settings, home
from robot.settings.check import load

TOKEN = "a-token-of-the-manager"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def env(tmp_path):
    def write(text: str | bytes):
        path = tmp_path / ".env"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def problems(path, systems=("threec",)):
    with pytest.raises(ConfigurationError) as caught:
        load(path, systems)
    assert caught.value.exit_code is ExitCode.CONFIGURATION
    return list(caught.value.problems)


def read(path):
    return load(path)[0]


# -- reading


def test_the_specs_example_is_read_as_it_stands(env):
    settings = read(
        env(
            """
            # Configurações da API 3C
            MANAGER_TOKEN="abcdef"
            BASE_URL="http://app.3c.fluxoti.com.br/api/v1/calls" # URL base da API
            PER_PAGE=100 # Número de registros por página na consulta da API
            DB_SERVER="10.0.0.5,1433"
            DB_DATABASE="Discador"
            DB_USERNAME="robo"
            DB_PASSWORD="a#b c"
            DB_DRIVER="ODBC Driver 17 for SQL Server"
            LOG_LEVEL="INFO" # Nível de log
            EXECUTION_MODE="manual" # ou "manual"
            CRON_SCHEDULE="0 2 * * *" # Expressão CRON
            MANUAL_START_DATE="2023-01-01 00:00:00"
            MANUAL_END_DATE="2023-01-01 23:59:59"
            MANUAL_CAMPAIGN_IDS="5,6"
            """
        )
    )
    assert settings.per_page == 100
    assert settings.db_password.get_secret_value() == "a#b c"
    assert settings.db_server == "10.0.0.5,1433"
    assert settings.manual_campaign_ids == (5, 6)
    assert settings.execution_mode == "manual"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_accents_bom_and_crlf_are_met_and_read(env, encoding):
    settings = read(
        env(f"# configuração\r\nMANAGER_TOKEN={TOKEN}\r\nLOG_DIR='relatórios'\r\n".encode(encoding))
    )
    assert settings.manager_token.get_secret_value() == TOKEN
    assert settings.log_dir.name == "relatórios"


def test_a_backslash_between_double_quotes_stays_one(env):
    settings = read(
        env(
            f'MANAGER_TOKEN={TOKEN}\nDB_SERVER="srv\\robot"\nDB_DATABASE=x\nDB_TRUSTED_CONNECTION=sim\nLOG_DIR="C:\\new\\table"\n'
        )
    )
    assert settings.db_server == "srv\\robot"
    assert str(settings.log_dir).endswith("C:\\new\\table")


def test_a_dollar_sign_in_a_password_is_no_variable(env):
    settings = read(
        env(
            f"MANAGER_TOKEN={TOKEN}\nDB_SERVER=x\nDB_DATABASE=x\nDB_USERNAME=x\nDB_PASSWORD='a${{HOME}}b'\n"
        )
    )
    assert settings.db_password.get_secret_value() == "a${HOME}b"


def test_the_environment_wins_over_the_file(env, monkeypatch):
    monkeypatch.setenv("PER_PAGE", "7")
    assert read(env(f"MANAGER_TOKEN={TOKEN}\nPER_PAGE=500\n")).per_page == 7


def test_an_empty_value_is_the_default(env):
    assert (
        read(env(f"MANAGER_TOKEN={TOKEN}\nPER_PAGE=\nDB_SERVER=''\nMANUAL_START_DATE=\n")).per_page
        == 100
    )


def test_relative_paths_belong_to_the_robots_folder_and_not_to_the_current_one(
    env, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    settings = read(env(f"MANAGER_TOKEN={TOKEN}\nDB_FILE=data/x.db\n"))
    assert settings.db_file == home() / "data/x.db"
    assert settings.log_dir == home() / "logs"


@pytest.mark.parametrize(
    "url",
    ["https://a.3c.plus/api/v1/calls", "https://a.3c.plus/api/v1", "https://a.3c.plus/api/v1/"],
)
def test_the_base_url_may_end_in_calls_or_not(url):
    settings = IsolatedSettings(base_url=url)
    assert settings.calls_url == "https://a.3c.plus/api/v1/calls"
    assert settings.api_root == "https://a.3c.plus/api/v1"


def test_a_pasted_bearer_prefix_is_taken_off(env):
    assert read(env(f"MANAGER_TOKEN='Bearer {TOKEN}'\n")).manager_token.get_secret_value() == TOKEN


# -- what is wrong


def test_everything_that_is_wrong_is_told_at_once_one_line_each(env):
    told = problems(
        env(
            "PER_PAGE=0\nTIMEZONE=Mars/Base\nCRON_SCHEDULE='0 99 * *"
            " *'\nBASE_URL=ftp://x\nLOOKBACK_DAYS=two\n"
        )
    )
    assert [line.partition(":")[0] for line in told] == [
        "MANAGER_TOKEN",
        "BASE_URL",
        "PER_PAGE",
        "CRON_SCHEDULE",
        "TIMEZONE",
        "LOOKBACK_DAYS",
    ]
    assert "PER_PAGE: read '0'; expected a whole number from 1 to 1000" in told
    assert any("hour field '99'" in line for line in told)


@pytest.mark.parametrize(
    "line",
    [
        "PER_PAGE=1001",
        "PER_PAGE=1.5",
        "EXECUTION_MODE=daily",
        "LOG_LEVEL=LOUD",
        "API_AUTH=cookie",
        "CAMPAIGN_PARAMETER=campaign",
        "CAMPAIGN_IDS=5,six",
        "MANUAL_CAMPAIGN_IDS=-5",
        "CAMPAIGN_IDS=,",
        "CAMPAIGN_IDS=1_0",
        "MANUAL_START_DATE=0226-11-22\nMANUAL_END_DATE=2026-11-22",
        "DB_ENCRYPT=maybe",
        "DB_TRUSTED_CONNECTION=perhaps",
        "API_TIMEOUT_SECONDS=0",
        "BASE_URL=https://user:pw@host/calls",
        "BASE_URL=https://host/calls?api_token=x",
        "BASE_URL=https://host:99999/calls",
        "BASE_URL=app.3c.plus",
        "BASE_URL='http://a b/calls'",
        "BASE_URL=http://a..b/calls",
        f"BASE_URL=http://{'a' * 64}/calls",
        "BASE_URL=http://host:0/calls",
    ],
)
def test_a_bad_value_is_told_with_its_name_and_what_is_expected(env, line):
    (told,) = problems(env(f"MANAGER_TOKEN={TOKEN}\n{line}\n"))
    name = line.partition("=")[0]
    assert told.startswith(f"{name}: read ")
    assert "; expected " in told


@pytest.mark.parametrize("line", ["MANAGER_TOKEN='two words'", "MANAGER_TOKEN=tóken-with-accent"])
def test_a_secrets_value_is_never_told(env, line):
    (told,) = problems(env(f"{line}\n"))
    assert line.partition("=")[2].strip("'") not in told
    assert "secret" in told


HIDDEN_TOKEN = "Zx9Qabc7Wq2Lm5Rt8Yp1"


@pytest.mark.parametrize("ending", ["", "==", "\n# a comment"])
def test_a_token_on_a_line_of_its_own_is_never_told(env, ending):
    told = "\n".join(problems(env(f"MANAGER_TOKEN=\n{HIDDEN_TOKEN}{ending}\n")))
    assert HIDDEN_TOKEN.lower() not in told.lower()
    assert ending == "==" or ".env, line 2: has no =" in told


def test_a_setting_without_its_value_is_told_by_its_name(env):
    assert problems(env(f"MANAGER_TOKEN={TOKEN}\nPERPAGE\n")) == [
        ".env, line 2: PER_PAGE has no value; expected PER_PAGE=value"
    ]


@pytest.mark.parametrize(
    "address",
    [
        "https://user:{}@host/calls",
        "https://{}@host/calls",
        "https://:{}@host/calls",
        "https://user:x/{}@host/calls",
        "https://user:1/{}@host/calls",
        "https://user:x@{}@host/calls",
        "https://user:x?{}@host/calls",
        "https://host/calls?key={}",
        "https://host/calls#{}",
        "host/calls?token={}",
        "user:{}@host",
    ],
)
@pytest.mark.parametrize("name", ["BASE_URL", "THREEC_BASE_URL"])
def test_a_secret_in_an_address_is_never_told(env, name, address):
    (told,) = problems(env(f"MANAGER_TOKEN={TOKEN}\n{name}='{address.format(HIDDEN_TOKEN)}'\n"))
    assert told.startswith(f"{name}: read ")
    assert HIDDEN_TOKEN not in told
    assert "host" in told


def test_a_secret_in_another_settings_place_is_never_told(env):
    told = "\n".join(problems(env(f"MANAGER_TOKEN={TOKEN}\nPER_PAGE={TOKEN}\n")))
    assert TOKEN not in mask(told)


def test_one_date_without_the_other_is_an_error(env):
    assert problems(env(f"MANAGER_TOKEN={TOKEN}\nMANUAL_END_DATE=2026-09-15\n")) == [
        "MANUAL_START_DATE: is empty, though MANUAL_END_DATE is set; expected both or neither"
    ]


def test_an_end_before_the_start_is_an_error(env):
    (told,) = problems(
        env(f"MANAGER_TOKEN={TOKEN}\nMANUAL_START_DATE=2026-09-15\nMANUAL_END_DATE=14/09/2026\n")
    )
    assert told.startswith("MANUAL_END_DATE: read 2026-09-14 23:59:59, before MANUAL_START_DATE")


def test_a_server_without_database_and_login_names_all_three(env):
    told = problems(env(f"MANAGER_TOKEN={TOKEN}\nDB_SERVER=host\n"))
    assert [line.partition(":")[0] for line in told] == [
        "DB_DATABASE",
        "DB_USERNAME",
        "DB_PASSWORD",
    ]


def test_blanks_around_a_zone_are_nothing(env):
    assert str(load(env(f"MANAGER_TOKEN={TOKEN}\nTIMEZONE=' UTC '\n"))[0].timezone) == "UTC"


@pytest.mark.parametrize("name", ["DB_DATABASE", "DB_USERNAME", "DB_PASSWORD"])
def test_a_half_of_a_servers_settings_is_no_reason_to_take_the_file(env, name):
    (told,) = problems(env(f"MANAGER_TOKEN={TOKEN}\n{name}=x\n"))
    assert told.startswith(f"DB_SERVER: is empty, though {name} is set")


def test_the_examples_texts_are_not_taken_for_values(env):
    (told,) = problems(env("MANAGER_TOKEN=SEU_TOKEN_DA_API_3C\n"))
    assert "still holds the example's text" in told


def test_a_line_that_cannot_be_read_is_named_by_number(env):
    told = problems(env(f"MANAGER_TOKEN={TOKEN}\n\nDB_PASSWORD='half\n"))
    assert told == [".env, line 3: cannot be read; expected NAME=value, with balanced quotes"]


def test_a_missing_token_matters_only_where_one_is_needed(env):
    path = env("PER_PAGE=10\n")
    assert problems(path)[0].startswith("MANAGER_TOKEN: is empty")
    assert load(path)[0].per_page == 10


def test_a_file_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"which does not exist: copy \.env\.example"):
        load(tmp_path / ".env", ["threec"])


# -- warnings


def test_a_misspelt_name_is_told_with_the_right_one(env):
    _, warnings = load(env(f"MANAGER_TOKEN={TOKEN}\nPERPAGE=10\nSOMETHING_ELSE=1\nDB_HOST=sql01\n"))
    assert warnings == [
        "PERPAGE is no setting of the robot and was ignored. Did you mean PER_PAGE?",
        "DB_HOST is no setting of the robot and was ignored.",
    ]


def test_a_misspelt_name_is_told_beside_what_is_wrong(env):
    told = problems(
        env(f"MANAGER_TOKEN={TOKEN}\nPER_PAG=5\nPER_PAGE=none\nDB_HOST=x\nSOMETHING=else\n")
    )
    assert len(told) == 3
    assert told[0].startswith("PER_PAGE: read 'none'")
    assert told[1] == "PER_PAG is no setting of the robot and was ignored. Did you mean PER_PAGE?"
    assert told[2].startswith("DB_HOST is no setting of the robot and was ignored.")


def test_what_is_wrong_is_counted_without_the_names_that_nobody_knows(env):
    with pytest.raises(ConfigurationError, match=r"^1 wrong setting\(s\)\."):
        load(env(f"MANAGER_TOKEN={TOKEN}\nPER_PAG=5\nPER_PAGE=none\n"))


@pytest.mark.parametrize("name", ["MANUAL_START_DATE", "MANUAL_END_DATE", "TOKEN_EXPIRES"])
@pytest.mark.parametrize("value", ["2026-02-30", "yesterday", "0226-11-22"])
def test_a_wrong_date_is_told_once_and_so_are_the_forms_of_a_date(env, name, value):
    other = {"MANUAL_START_DATE": "MANUAL_END_DATE", "MANUAL_END_DATE": "MANUAL_START_DATE"}.get(
        name, "PER_PAGE"
    )
    right = "5" if other == "PER_PAGE" else "2026-03-01"
    (told,) = problems(env(f"MANAGER_TOKEN={TOKEN}\n{name}={value}\n{other}={right}\n"))
    assert told.startswith(f"{name}: read {value!r}, which is ")
    assert told.count(value) == 1
    assert told.count("DD/MM/YYYY") == 1


@pytest.mark.parametrize(
    "entry",
    [
        "10.0.0.0/99",
        "10.0.0/8",
        "http://intranet",
        "fe80::/200",
        "10.0.0.256",
        "10.0.0.256:8080",
        "10.1.2",
        "a/b",
        "[fe80::]/10",
    ],
)
def test_an_entry_of_no_proxy_that_can_match_nothing_is_told_by_itself(env, entry):
    (told,) = problems(env(f"MANAGER_TOKEN={TOKEN}\nNO_PROXY=localhost, {entry} ,.company.local\n"))
    assert told.startswith("NO_PROXY: read ")
    assert f"({entry!r} is no " in told


@pytest.mark.parametrize(
    "value",
    [
        *(
            "*",
            "localhost,127.0.0.1",
            ".company.local;10.0.0.0/8",
            "10.0.0.1/8",
            "::1 fe80::/10",
            "[::1]",
        ),
        *("<local>", "10.*", "10.0.0.1:8080", "host:8080", "1and1.example", ""),
    ],
)
def test_what_other_programs_write_into_no_proxy_is_taken(env, value):
    assert read(env(f"MANAGER_TOKEN={TOKEN}\nNO_PROXY={value}\n")).no_proxy == value


def test_a_setting_that_is_set_twice_is_warned_of_and_the_last_one_counts(env):
    text = f"MANAGER_TOKEN={TOKEN}\nPER_PAGE=10\nLOG_LEVEL=INFO\nper_page=20\nLOG_LEVEL=INFO\n"
    settings, warnings = load(env(text))
    assert settings.per_page == 20
    assert warnings == [
        ".env, line 4: PER_PAGE is set a second time. This line counts, the one before does not."
    ]


@pytest.mark.parametrize(
    ("line", "read", "warned"),
    [
        ("abc #def", "abc", True),
        ("a'b # \"def", "a'b", True),
        ("abc#def", "abc#def", False),
        ("'abc #def'", "abc #def", False),
        ('"abc #def" # the password', "abc #def", False),
        ('"abc"#def', "abc", True),
        (" #def", "", True),
        (" # defined by whom?", "", False),
    ],
)
def test_a_password_that_ends_at_a_comment_is_warned_of_without_showing_it(env, line, read, warned):
    settings, warnings = load(
        env(f"MANAGER_TOKEN={TOKEN}\nPER_PAGE=10 # of the page\nTHREEC_PASSWORD={line}\n")
    )
    assert settings.threec_password.get_secret_value() == read
    assert [told.partition(":")[0] for told in warnings] == [".env, line 3"] * warned
    assert "def" not in "".join(warnings)


@pytest.mark.parametrize(
    ("line", "warned"),
    [
        ("EXPORT_LIST=Lista #5", True),
        ("DB_FILE=data/robo #2.db", True),
        ("EXPORT_LIST=Lista # of the month", False),
        ("EXPORT_LIST='Lista #5'", False),
        ("PER_PAGE=100 #of the page", False),
    ],
)
def test_a_text_that_a_number_sign_cuts_is_warned_of(env, line, warned):
    _, warnings = load(env(f"MANAGER_TOKEN={TOKEN}\n{line}\n"))
    assert [told.partition(":")[0] for told in warnings] == [".env, line 2"] * warned


@pytest.mark.parametrize(
    "name", [".env.txt", "env.txt", ".ENV.TXT", "env", ".env.env", ".env - Copia.txt", ".env (2)"]
)
def test_a_file_that_looks_like_a_mis_saved_env_is_told(env, tmp_path, name):
    path = env(f"MANAGER_TOKEN={TOKEN}\n")
    (tmp_path / name).write_text("MANAGER_TOKEN=another\n")
    (told,) = load(path)[1]
    assert told.startswith(f"{tmp_path / name} stands beside .env and is not read")
    path.unlink()
    with pytest.raises(ConfigurationError) as refused:
        load(path, ["threec"])
    assert f"{name} stands there; rename it to .env" in str(refused.value.hint)


def test_other_files_beside_the_env_are_no_mis_saved_ones(env, tmp_path):
    for name in (".env.example", ".env.production", "environment.txt", "robot.env"):
        (tmp_path / name).write_text("")
    (tmp_path / "env").mkdir()  # a virtual environment
    assert load(env(f"MANAGER_TOKEN={TOKEN}\n"))[1] == []


def test_a_token_in_clear_text_is_warned_of_except_on_loopback(env):
    _, warnings = load(
        env(f"MANAGER_TOKEN={TOKEN}\nBASE_URL=http://app.3c.fluxoti.com.br/api/v1/calls\n")
    )
    assert "clear text" in warnings[0]
    assert load(env(f"MANAGER_TOKEN={TOKEN}\nBASE_URL=http://127.0.0.1:8000/calls\n"))[1] == []


def test_a_setting_of_which_the_environment_has_another_value_is_told(env, monkeypatch):
    """A program with settings of these names may have set them for the whole computer."""
    monkeypatch.setenv("DB_FILE", "other.db")
    monkeypatch.setenv("per_page", "7")
    monkeypatch.setenv("LOG_LEVEL", "INFO")
    monkeypatch.setenv("CAMPAIGN_IDS", "")
    monkeypatch.setenv("TIMEZONE", "UTC")
    text = (
        f"MANAGER_TOKEN={TOKEN}\nDB_FILE=data/x.db\nPER_PAGE=8\nLOG_LEVEL=' INFO"
        " '\nCAMPAIGN_IDS=7\nLOG_DIR=\n"
    )
    settings, warnings = load(env(text))
    assert (settings.db_file, settings.per_page, settings.campaign_ids) == (
        home() / "other.db",
        7,
        (7,),
    )
    assert warnings == [
        f"{name} comes from the environment, not from .env." for name in ("DB_FILE", "PER_PAGE")
    ]


def test_a_secret_of_the_environment_is_told_by_its_name_alone(env, monkeypatch):
    monkeypatch.setenv("MANAGER_TOKEN", HIDDEN_TOKEN)
    _, warnings = load(env(f"MANAGER_TOKEN={TOKEN}\n"))
    assert warnings == ["MANAGER_TOKEN comes from the environment, not from .env."]


def test_a_wrong_setting_that_comes_from_the_environment_is_told_as_such(env, monkeypatch):
    monkeypatch.setenv("DB_DATABASE", "laravel")
    monkeypatch.setenv("DB_PASSWORD", HIDDEN_TOKEN)
    monkeypatch.setenv("LOG_MAX_MB", "10")
    with pytest.raises(ConfigurationError) as caught:
        load(env(f"MANAGER_TOKEN={TOKEN}\nPER_PAGE=0\n"))
    assert caught.value.hint.endswith("From the environment comes: DB_DATABASE, DB_PASSWORD.")
    assert HIDDEN_TOKEN not in str(caught.value)
