"""Headers are understood by their words, all of them, or not at all."""

import pytest

from robot.customers.header_words import meaning_of
from robot.customers.headers import EXTRA, IGNORE, layout

UNDERSTOOD = {
    "external_id": "Nº Contrato|Número do Cliente|CD_CLIENTE|Cod. Cliente|Num_Contrato|ID"
    " Externo|Cód. Devedor|external id"
    "|Identificador do cliente|Matrícula do aluno|CODIGO|Contrato nº|NR_CONTRATO|id_cliente|Código"
    " do contrato",
    "name": "Nome do Devedor|NM_CLIENTE|Razão Social/Nome|NOME COMPLETO|nomeCliente|Customer"
    " Name|Devedor|Nome do sacado"
    "|Nome / Razão Social do cliente|Nome titular",
    "cpf": (
        "CPF do Cliente|NR_CPF_CNPJ|CPF/CNPJ do Devedor|CNPJ|Doc. do cliente|CPF ou"
        " CNPJ|CPF_DEVEDOR|cpf (titular)"
    ),
    "phones": "Telefone 1 (celular)|DDD/Fone|NR_TELEFONE|Telefone Principal|Telefone"
    " Secundario|Tel. Res.|Tel Cel"
    "|Fone cel 2|Celular (WhatsApp)|TelefoneCliente|Mobile Phone|Phone"
    " Number|TEL_COM|DDD+Celular|Telefone de contato|FONE1"
    "|Melhor telefone"
    "|Telefone\u200b 1",
    "open_amount": "Saldo Devedor Atualizado|VL_SALDO|Vlr. em Aberto (R$)|Total Devido|Dívida"
    " Atualizada|Valor do Débito"
    "|Saldo total|ValorAtualizado|R$ Saldo|Montante|Valor Original|Valor da dívida|Total em aberto",
    "status": (
        "Situação do contrato|Status atual|DS_SITUACAO|Status do"
        " Cliente|Situacao|ST_CLIENTE|Situação da cobrança"
    ),
    "creditor": "Nome do Credor|Credor atual|Carteira|Nome da carteira|Cedente",
    "email": "E-mail do cliente|EMAIL 1|e-mail|Correio eletrônico",
    "uf": "SG_UF|UF Residência|Estado|UF do cliente",
    "address": "Endereço Residencial|CEP|Bairro do cliente|Logradouro|Cidade|Endereço completo",
    "notes": "Observação do Cliente|Obs.|Observações gerais|Histórico",
}

FOREIGN = (
    "Nome da Mãe|CPF do Avalista|Nome do vendedor|Data de Nascimento|Valor da Parcela|Valor"
    " pago|Código do Produto"
    "|Estado Civil|Data da situação|Cliente desde|Tipo de telefone|Código do Credor|Número|Dias em"
    " atraso"
    "|Data do contrato|Conta contrato|Telefone do avalista|Telefone Recado|CPF da mãe|E-mail do"
    " vendedor"
    "|Cidade da loja|Valor do acordo|Código de barras|Status da ligação|Situação"
    " Cadastral|Bloqueado|Não ligar"
    "|Operadora do celular"
)
PROTECTING = (
    "Bloqueado?|BLOQUEIO|Não Ligar|nao perturbe|Status Telefone|Situação"
    " Cadastral|Restrição|Blacklist|Ativo"
    "|Do not call|Opt-out|Lista negra|Contrato inativo|Não pode ligar|PROCON"
)


@pytest.mark.parametrize(
    ("column", "header"), [(c, each) for c, all_ in UNDERSTOOD.items() for each in all_.split("|")]
)
def test_a_header_is_understood_by_its_words(column, header):
    assert meaning_of(header).column == column


@pytest.mark.parametrize("header", FOREIGN.split("|"))
def test_what_belongs_to_somebody_or_something_else_is_not_taken(header):
    assert meaning_of(header).column is None


@pytest.mark.parametrize("header", PROTECTING.split("|"))
def test_a_header_that_may_protect_somebody_is_likely_a_status(header):
    assert meaning_of(header).likely == "status"


def test_of_two_columns_the_one_that_says_more_is_taken_and_the_other_is_told():
    found = layout(
        [
            "id",
            "Cliente",
            "Nome do Cliente",
            "Valor",
            "Saldo Devedor Atualizado",
            "Valor da Parcela",
        ]
    )
    assert found.columns == ("external_id", None, "name", None, "open_amount", None)
    assert found.ambiguous == ()
    assert found.passed_over == (
        "Cliente (name is Nome do Cliente)",
        "Valor (open_amount is Saldo Devedor Atualizado)",
    )


@pytest.mark.parametrize(
    "headers",
    [
        "id|nome|Nome",
        "id|nome|status|Situação do contrato",
        "id|nome|Valor Original|Valor Principal",
        "id|nome|CPF do cliente|CPF do devedor",
        "Código do cliente|Nome|Nº Contrato",
        "id|nome|Credor atual|Nome do credor",
    ],
)
def test_two_columns_of_which_neither_says_more_are_never_one_silently(headers):
    assert len(layout(headers.split("|")).ambiguous) == 1


def test_a_column_for_people_and_one_for_companies_are_one():
    found = layout(["id", "nome", "CPF", "CNPJ"])
    assert (found.columns[2:], found.ambiguous) == (("cpf", "cpf"), ())


@pytest.mark.parametrize(
    ("headers", "areas"),
    [
        ("DDD|Telefone", [None, 0]),
        ("DDD1|Fone1|DDD2|Fone2", [None, 0, None, 2]),
        ("DDD Celular|Celular|DDD Res|Tel Residencial", [None, 0, None, 2]),
        ("DDD 1|Telefone 1 (celular)|Telefone 2", [None, 0, None]),
        ("DDD|Telefone 1|Celular", [None, 0, 0]),
        ("DDD/Fone|Celular", [None, None]),
        ("DDD_TEL_1|TEL_1", [None, 0]),
        ("DDD|TEL. CELULAR|DDD 2|FONE RES.", [None, 0, None, 2]),
        ("DDD A|Celular|DDD B|Fone Comercial", [None, 0, None, 2]),
    ],
)
def test_a_column_of_area_codes_belongs_to_its_phones(headers, areas):
    found = layout(["id", "nome", *headers.split("|")])
    assert [None if area is None else area - 2 for area in found.areas[2:]] == areas


def test_area_codes_of_nobody_knows_which_phone_are_asked_about():
    headers = ["id", "nome", "DDD", "Celular", "Fone Res.", "DDD 2"]
    assert layout(headers).ambiguous == ("ddd: column 6 (DDD 2), of no phone",)
    assert layout(headers, {"DDD 2": EXTRA}).ambiguous == ()


def test_area_codes_of_no_phone_are_kept_aside_where_every_phone_has_its_own():
    found = layout(["id", "nome", "DDD 1", "Fone 1", "UF", "DDD da agencia"])
    assert (found.ambiguous, found.unknown) == ((), ("DDD da agencia",))


def test_what_the_operator_says_of_a_column_counts_more_than_its_words():
    headers = ["Ref", "Quem", "Nome", "Bloqueado", "Fone recado"]
    said = {
        "ref": "external_id",
        "QUEM": "name",
        "Nome": EXTRA,
        "Bloqueado": "status",
        "Fone recado": IGNORE,
    }
    found = layout(headers, said)
    assert found.columns == ("external_id", "name", None, "status", None)
    assert (found.unknown, found.ignored, found.suspects) == (("Nome",), {4}, {})
