"""Words that keep somebody from being called: they are found in any writing, and told where they
protect nobody.
"""

from dataclasses import replace

import pytest
from end_to_end.support_app import App
from threec.dialer_export.conftest import ORDER, order

from robot.settings import BLOCKED_BY_DEFAULT, Settings
from robot.simulators.threec import DEMO_TOKEN

CLIENTS = (
    "codigo;nome;telefone;status\n"
    "1;Ana;11999990001;{}\n2;Bia;11999990002;acordo\n3;Caio;11999990003;ativo\n"
)


def chosen(desk, blocked=("bloqueado",), **wish):
    return [
        client.external_id for client in desk.preview(order(blocked=blocked), **wish).choice.chosen
    ]


@pytest.mark.parametrize(
    "status",
    [
        "Bloqueado\u200b",
        "BLOQUEADO.",
        "Bloque\u00adado",
        "\uff22loqueado",
        " bloqueado\xa0",
        "*Bloqueado*",
    ],
)
def test_a_blocked_status_blocks_in_any_writing(desk, status):
    desk.import_text(CLIENTS.format(status))
    assert chosen(desk) == ["2", "3"]


@pytest.mark.parametrize(
    "status",
    ["NÃO LIGAR", "Nao perturbe", "não contatar", "Falecido", "FALECIDA", "óbito", "Obito."],
)
def test_words_that_plainly_protect_block_without_a_setting(desk, status):
    desk.import_text(CLIENTS.format(status))
    assert chosen(desk, Settings().export_blocked_status) == ["2", "3"]


def test_a_blocked_word_blocks_with_and_without_accents(desk):
    desk.import_text(CLIENTS.format("NAO LIGAR"))
    assert chosen(desk, ("não ligar",)) == ["2", "3"]


@pytest.mark.parametrize(
    "written",
    ["bloqueado;acordo", "bloqueado,acordo", " bloqueado ; Acordo ;", "bloqueado\u200b;acordo"],
)
def test_a_list_of_blocked_words_is_separated_by_commas_or_semicolons(written):
    assert [
        word.lower() for word in Settings(export_blocked_status=written).export_blocked_status
    ] == [
        "bloqueado",
        "acordo",
    ]


def test_the_preview_of_the_command_blocks_both_words_of_a_list_with_a_semicolon(desk, tmp_path):
    desk.import_text(CLIENTS.format("bloqueado"))
    app = desk.app(tmp_path, EXPORT_BLOCKED_STATUS="bloqueado;acordo")
    code, told = app.run("export", "--campaign", "5", "--list", "t", "--dry-run")
    assert (code, "To be sent: 1." in told) == (0, True)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"EXPORT_BLOCKED_STATUS": ";"}, "EXPORT_BLOCKED_STATUS"),
        ({"EXPORT_LIST": "Robo {data}"}, "EXPORT_LIST"),
        ({"EXPORT_LIST": "Robo {date"}, "EXPORT_LIST"),
        ({"EXPORT_LIST": "Robo {}"}, "EXPORT_LIST"),
        ({"EXPORT_LIST": "Robo {{date}}"}, "EXPORT_LIST"),
        ({"EXPORT_LIST": "Robo {date.x}"}, "EXPORT_LIST"),
    ],
)
def test_a_setting_that_cannot_do_what_it_says_is_refused(tmp_path, settings, named):
    code, told = App(tmp_path, MANAGER_TOKEN=DEMO_TOKEN, **settings).run(
        "export", "--campaign", "5", "--dry-run"
    )
    assert (code, named in told) == (2, True)
    assert "Traceback" not in told


def test_the_option_for_a_list_takes_the_day_and_no_other_braces(desk, tmp_path):
    app = desk.app(tmp_path)
    code, told = app.run("export", "--campaign", "5", "--list", "Robo {data}", "--dry-run")
    assert (code, "--list" in told) == (2, True)
    code, told = app.run("export", "--campaign", "5", "--list", "Robo {date}", "--dry-run")
    assert (code, "list 'Robo 20" in told) == (0, True)


def test_a_blocked_word_that_no_client_ever_had_is_warned_of(desk):
    desk.import_text(CLIENTS.format("bloqueado"))
    with_a_typo = order(blocked=("bloqeado", "bloqueado"))
    (warning,) = desk.preview(with_a_typo).warnings
    assert "'bloqeado'" in warning
    assert desk.preview(order(blocked=("bloqueado",))).warnings == []


def test_a_word_that_a_client_had_once_is_not_warned_of(desk):
    desk.import_text(CLIENTS.format("bloqueado"))
    desk.export()
    desk.import_text(CLIENTS.format("ativo"))
    assert desk.preview(order(blocked=("bloqueado",))).warnings == []


def test_the_words_that_the_robot_comes_with_are_not_warned_of(desk):
    desk.import_text(CLIENTS.format("ativo"))
    assert desk.preview(order(blocked=BLOCKED_BY_DEFAULT)).warnings == []


def test_a_status_that_resembles_a_blocked_one_is_told(desk):
    desk.import_text(CLIENTS.format("Bloqueado judicial"))
    (warning,) = desk.preview(order(blocked=BLOCKED_BY_DEFAULT)).warnings
    assert "'Bloqueado judicial'" in warning
    assert "1 client(s)" in warning


@pytest.mark.parametrize(
    "wish",
    [
        {"creditor": "banco\xa0X"},
        {"creditor": "BANCO X\u200b"},
        {"ids": frozenset({"\u200b1", "2\xa0"})},
    ],
)
def test_what_is_asked_for_is_found_in_any_writing(desk, wish):
    desk.import_text(
        "id;nome;fone;credor\n1;Ana;11999990001;Banco X\n2;Bia;11999990002;Banco\u00a0X\n"
    )
    assert chosen(desk, **wish) == ["1", "2"]


@pytest.mark.parametrize("ids", ["1;2", "1,2", "\u200b1 ; 2"])
def test_ids_are_separated_by_commas_or_semicolons(desk, tmp_path, ids):
    desk.import_text(CLIENTS.format("ativo"))
    code, told = desk.app(tmp_path).run("export", "--campaign", "5", "--ids", ids, "--dry-run")
    assert (code, "To be sent: 2." in told) == (0, True)


def test_a_file_of_ids_may_hold_what_nobody_sees(desk, tmp_path):
    desk.import_text(CLIENTS.format("ativo"))
    file = tmp_path / "ids.txt"
    file.write_text("\ufeff1\u200b\n\xa02\n\u200b\n", encoding="utf-8")
    code, told = desk.app(tmp_path).run(
        "export", "--campaign", "5", "--ids-file", str(file), "--dry-run"
    )
    assert (code, "To be sent: 2." in told) == (0, True)


def test_a_list_is_found_by_its_name_in_any_writing(desk):
    desk.add_clients(2)
    desk.export(replace(ORDER, list_name="Lista do dia"), ids=frozenset({"0"}))
    desk.export(replace(ORDER, list_name=" lista\xa0do dia\u200b"), ids=frozenset({"1"}))
    assert [(each.name, len(each.items)) for each in desk.simulator.lists.all()] == [
        ("Lista do dia", 2)
    ]


def test_clients_whose_ids_differ_only_by_what_nobody_sees_are_one_and_blocked_if_one_is(desk):
    desk.import_text(CLIENTS.format("ativo"))
    names = "external_id, name, phones, status, row_hash"
    line = "'\u200b' || '1', 'Ana', '11999990001', 'bloqueado', 'x'"
    if "sqlserver" in str(type(desk.database)).lower() or desk.database.variables.get("DB_SERVER"):
        line = line.replace("||", "+").replace("'\u200b'", "NCHAR(8203)")
    repository = desk.repository()
    repository.change(
        lambda engine, _: engine.cursor().execute(f"INSERT INTO clients ({names}) SELECT {line}")
    )
    repository.close()
    assert chosen(desk) == ["2", "3"]
