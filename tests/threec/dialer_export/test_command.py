"""The commands as the operator meets them: a process, a `.env`, a CSV, a simulator."""

import pytest

from robot.simulators.threec import DEMO_TOKEN, Fault

PEOPLE = [
    ("João da Silva", "529.982.247-25", "(11) 99999-8888"),
    ("Maria Souza", "", "21 98888-7777"),
]
FILE = "Código;Nome;CPF;Telefone;Valor\n" + "".join(
    f"{n};{name};{cpf};{phone};1.150,00\n" for n, (name, cpf, phone) in enumerate(PEOPLE, 1)
)
PERSONAL = [
    "João da Silva",
    "Maria Souza",
    "52998224725",
    "529.982.247-25",
    "11999998888",
    "99999-8888",
    "21988887777",
]


@pytest.fixture
def app(desk, tmp_path):
    (tmp_path / "carteira.csv").write_text(FILE, "cp1252")
    app = desk.app(tmp_path)
    code, told = app.run("clients", "import", str(tmp_path / "carteira.csv"))
    assert code == 0, told
    yield app
    logs = "".join(path.read_text("utf-8") for path in (tmp_path / "logs").glob("*.log"))
    for shown in (
        "".join(app.outputs),
        logs,
    ):  # whatever a test did: nobody can be recognised or called by it
        assert not [value for value in PERSONAL if value in shown]
        assert DEMO_TOKEN not in shown
        assert "Traceback" not in "".join(app.outputs)


def test_a_dry_run_shows_the_preview_and_sends_nothing(app, desk):
    code, told = app.run("export", "--campaign", "5", "--dry-run")
    assert code == 0
    assert "To be sent: 2" in told
    assert "João d." in told
    assert "********88" in told
    assert desk.simulator.requests == []


def test_without_a_terminal_nothing_is_sent_unless_told_so(app, desk):
    code, told = app.run("export", "--campaign", "5")
    assert (code, "--yes" in told) == (2, True)
    assert desk.simulator.requests == []


def test_yes_sends_and_says_what_became_of_it(app, desk):
    code, told = app.run(
        "export", "--campaign", "5", "--yes", "--list", "Minha lista", "--weight", "3", "--ids", "2"
    )
    assert code == 0, told
    (made,) = desk.simulator.lists.all()
    assert (made.name, made.weight, [item["identifier"] for item in made.items]) == (
        "Minha lista",
        3,
        ["2"],
    )
    assert "COMPLETED_SUCCESS" in told


def test_an_unknown_outcome_exits_with_3_and_is_settled_by_resolve(app, desk):
    desk.simulator.use_faults([Fault("status_500_after", path="/mailing_sync.json")])
    code, told = app.run("export", "--campaign", "5", "--yes")
    assert (code, "export resolve" in told) == (3, True)
    code, told = app.run("export", "resolve")
    assert (code, "ask again later" in told) == (3, True)
    code, told = app.run("export", "resolve", "--min-age", "0")
    assert code == 0, told
    assert desk.statuses() == {"sent": 2}


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ([], "--campaign"),
        (["--campaign", "5", "--min-amount", "dez"], "--min-amount"),
        (["--campaign", "5", "--not-called-since", "ontem"], "--not-called-since"),
        (["--campaign", "5", "--ids-file", "/nada.txt"], "--ids-file"),
        (["--campaign", "5", "--limit", "0"], "--limit"),
        (["--campaign", "5", "--ids-file", "/"], "Is a directory)"),
        (["--campaign", "5", "--min-amount", "-5"], "--min-amount"),
        (["--campaign", "5", "--uf", "XX"], "--uf"),
        (["--campaign", "5", "--list", "x" * 201], "--list"),
        (["--campaign", "99999999999999999999"], "--campaign"),
        (["--campaign", "5", "--yes", "--ids", ""], "--ids: is empty"),
        (["--campaign", "5", "--yes", "--ids", " , ,"], "--ids: is empty"),
        (["--campaign", "5", "--yes", "--uf", " "], "--uf: is empty"),
        (["--campaign", "5", "--yes", "--creditor", ""], "--creditor: is empty"),
        (["resolve", "--export", "99999999999999999999"], "--export"),
        (["resolve", "--min-age", "99999999999999999999"], "--min-age"),
        (["resolve", "--export", "77"], "There is no export 77"),
    ],
)
def test_a_wrong_option_is_named_and_exits_with_2(app, desk, options, named):
    code, told = app.run("export", *options)
    assert (code, named in told) == (2, True)
    assert desk.sendings() == 0


def test_ids_may_come_from_a_file(app, desk, tmp_path):
    (tmp_path / "ids.txt").write_text("1\n\n2\n", "utf-8")
    app.run("export", "--campaign", "5", "--yes", "--ids-file", str(tmp_path / "ids.txt"))
    assert desk.received() == ["1", "2"]


def test_a_file_that_is_no_list_is_told(app, tmp_path):
    code, told = app.run("clients", "import", str(tmp_path / "nada.csv"))
    assert (code, "does not exist" in told) == (2, True)


def test_a_list_whose_name_is_blank_gets_the_usual_one(app, desk):
    code, told = app.run("export", "--campaign", "5", "--yes", "--list", "  ")
    assert code == 0, told
    assert [each.name[:13] for each in desk.simulator.lists.all()] == ["API 3C Robot "]


def test_a_folder_is_told_as_one(app, tmp_path):
    code, told = app.run("clients", "import", str(tmp_path))
    assert (code, "is a folder" in told) == (2, True)


def test_a_file_that_begins_with_a_client_is_told_without_showing_the_client(app, tmp_path):
    (tmp_path / "clients.csv").write_text("1;João da Silva;11999998888\n", "utf-8")
    code, told = app.run("clients", "import", str(tmp_path / "clients.csv"))
    assert (code, "holds a client, not the headers" in told) == (2, True)


@pytest.mark.parametrize(
    ("later", "expected", "told_of"),
    [
        ("504;Nome 504;11987650504;10", (2, 0), "the quote that opens in line 6 is never closed"),
        (
            '504;"Nome 504";11987650504;10',
            (3, 1500),
            "499 more line(s) of the file stand inside rejected ones",
        ),
    ],
)
def test_an_unbalanced_quote_never_loses_lines_silently(
    app, desk, tmp_path, later, expected, told_of
):
    lines = [f"{n};Nome {n};119{87650000 + n};10,00" for n in range(1, 2001)]
    lines[4], lines[503] = '5;"Nome 5;11987650005;10,00', later
    (tmp_path / "quote.csv").write_text("\n".join(["Código;Nome;Fone;Valor", *lines]), "cp1252")
    code, told = app.run("clients", "import", str(tmp_path / "quote.csv"))
    (stored,) = desk.rows("SELECT COUNT(*) FROM clients WHERE name LIKE 'Nome %'")
    assert (code, *stored) == expected
    assert told_of in " ".join(told.split())


def test_two_columns_for_the_key_are_named(app, desk, tmp_path):
    (tmp_path / "two.csv").write_text("Código;Nome;CODIGO\n1;Ana;2\n", "cp1252")
    code, told = app.run("clients", "import", str(tmp_path / "two.csv"))
    assert (code, "column 1 (Código) and column 3 (CODIGO)" in " ".join(told.split())) == (2, True)
    assert desk.rows("SELECT COUNT(*) FROM clients") == [(2,)]


def test_a_query_that_the_database_refuses_is_named(desk, tmp_path):
    (tmp_path / "q.sql").write_text("SELECT nada FROM lugar_nenhum", "utf-8")
    app = desk.app(tmp_path, CLIENTS_QUERY_FILE=tmp_path / "q.sql")
    code, told = app.run("export", "--campaign", "5", "--dry-run")
    assert (code, "CLIENTS_QUERY_FILE q.sql:" in told, "Traceback" in told) == (1, True, False)


@pytest.mark.parametrize(
    ("text", "sign"), [(None, "FAILED"), ("DELETE FROM clients", "FAILED"), ("SELECT 1", "ok    ")]
)
def test_check_tells_whether_the_query_is_there_and_only_reads(desk, tmp_path, text, sign):
    if text:
        (tmp_path / "q.sql").write_text(text, "utf-8")
    _code, told = desk.app(tmp_path, CLIENTS_QUERY_FILE=tmp_path / "q.sql").run("check")
    assert f"{sign} Clients: " in told


def test_the_companys_own_table_is_read_by_a_query(desk, tmp_path):
    (tmp_path / "q.sql").write_text(
        "SELECT 'x9' AS codigo, 'Ana Lima' AS nome, '11977776666' AS telefone", "utf-8"
    )
    app = desk.app(tmp_path, CLIENTS_QUERY_FILE=tmp_path / "q.sql")
    code, told = app.run("export", "--campaign", "5", "--yes")
    assert code == 0, told
    assert desk.received() == ["x9"]
