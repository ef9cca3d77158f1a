"""`clients import --preview`: what would be stored, and nothing is."""

from robot.customers.columns import parse_maps

TEXT = (
    "codigo;Nome do Devedor;CPF;Fone (celular);Saldo Devedor;Situação do contrato;Vendedor\n"
    "1;Ana Maria;52998224725;11999990001;150,00;ativo;Rui\n"
    "2;Bia;;11999990002;20,00;bloqueado;\n"
    "3;Caio;;123;;ativo;\n"
)


def test_a_preview_writes_nothing(portfolio):
    portfolio.take("codigo;nome;fone\n1;Ana;11999990001\n")
    before = portfolio.query("SELECT * FROM clients")
    result = portfolio.preview(TEXT, maps=parse_maps(["Vendedor=extra"]))
    counts = result.ending.counts
    assert (counts.inserted, counts.updated, result.ending.failed, result.ending.total) == (
        1,
        1,
        1,
        3,
    )
    assert portfolio.query("SELECT * FROM clients") == before
    assert portfolio.executions() == 1
    assert portfolio.query("SELECT COUNT(*) FROM rejected_records") == [(0,)]
    assert portfolio.query("SELECT COUNT(*) FROM robot_state") == [(0,)]


def test_a_preview_shows_the_columns_a_masked_sample_the_counts_and_the_reasons(portfolio):
    code, told = portfolio.app().run("clients", "import", str(portfolio.write(TEXT)), "--preview")
    assert code == 0
    rows = [
        [cell.strip() for cell in line.split("│")[1:-1]]
        for line in told.splitlines()
        if "│" in line
    ]
    assert ["Nome do Devedor", "name"] in rows
    assert ["Fone (celular)", "phones"] in rows
    assert ["Situação do contrato", "status"] in rows
    assert ["Vendedor", "kept in extra"] in rows
    assert ["New customers", "2"] in rows
    assert ["To be rejected", "1"] in rows
    assert "1 x no phone that can be dialled" in told
    assert "11999990001" not in told
    assert "52998224725" not in told
    assert "Ana Maria" not in told


def test_a_preview_shows_what_an_import_would_ask(portfolio):
    portfolio.take("codigo;nome;fone\n001;Ana;11999990001\n")
    code, told = portfolio.app().run("clients", "import", str(portfolio.write(TEXT)), "--preview")
    assert (code, "1 (line 2) and 001" in " ".join(told.split())) == (0, True)
    assert portfolio.keys() == ["001"]


def test_a_sample_is_five_lines_at_most(portfolio):
    lines = [f"{key};C{key};119{70000000 + key}" for key in range(3000)]
    result = portfolio.preview("\n".join(["codigo;nome;fone", *lines]))
    assert [row.cells[0] for row in result.sample] == ["0", "1", "2", "3", "4"]
    assert result.ending.counts.inserted == 3000
