"""Odd shapes that 3C Plus has sent in production, and records that no robot could store.

Each entry of `ODDITIES` changes one call in place; `make_odd` spreads them so that each of them
occurs in every day that has at least as many calls as there are entries.
"""

import random
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

Call = dict[str, Any]
Oddity = Callable[[Call], None]

DURATIONS = (
    "acw_time",
    "speaking_time",
    "speaking_with_agent_time",
    "ivr_time",
    "amd_time",
    "waiting_time",
    "calling_time",
    "billed_time",
)
BOOLEANS = (
    "has_agent",
    "recorded",
    "ended_by_agent",
    "is_dmc",
    "is_unknown",
    "is_transferred",
    "is_conversion",
    "consult_cancelled",
)
ODD_SHARE = 0.5  # of a day's calls, once every oddity has had its place

NUL_NOTE = "cliente\x00pediu retorno"
LONG_QUALIFICATION = (
    "Cliente pediu para retornar na próxima semana, depois de falar com o sócio – " * 4
)[:300]
LONG_TRANSCRIPTION = (
    "Operadora: Bom dia, com quem eu falo? 😀 Cliente: É o João, pode falar. " * 250
)
FEEDBACK = {"id": 9, "type": "qualidade", "note": 8.5, "comments": ["ótimo tom", "faltou o CNPJ"]}


def _set(**values: Any) -> Oddity:
    def change(call: Call) -> None:
        call.update(deepcopy(values))

    return change


def _agent(text: str | None) -> Oddity:
    return _set(has_agent=False, agent_id=None, agent=text)


def _qualification(text: str | None, number: int | None) -> Oddity:
    return _set(qualification=text, qualification_id=number, is_conversion=False)


def _as_text(*keys: str) -> Oddity:
    def change(call: Call) -> None:
        call.update({key: str(call[key]) for key in keys})

    return change


def _booleans(true: Any, false: Any) -> Oddity:
    def change(call: Call) -> None:
        call.update({key: true if call[key] else false for key in BOOLEANS})

    return change


def _durations(write: Callable[[int], Any]) -> Oddity:
    def change(call: Call) -> None:
        for key in DURATIONS:
            hours, minutes, seconds = call[key].split(":")
            call[key] = write(int(hours) * 3600 + int(minutes) * 60 + int(seconds))

    return change


def _billed_number(call: Call) -> None:
    call["billed_value"] = float(call["billed_value"])


def _mailing(call: Call) -> Call:
    """The call's mailing, made up when it has none, so that an oddity of the mailing is never
    lost.
    """
    if not isinstance(call["mailing_data"], dict):
        call["mailing_data"] = {
            "_id": call["id"],
            "identifier": "12345678000199",
            "campaign_id": call["campaign_id"],
            "data": {},
        }
    mailing: Call = call["mailing_data"]
    return mailing


def _in_mailing(**values: Any) -> Oddity:
    def change(call: Call) -> None:
        _mailing(call).update(deepcopy(values))

    return change


def _headers(headers: dict[str, Any]) -> Oddity:
    return _in_mailing(data=headers)


ODDITIES: tuple[Oddity, ...] = (
    _agent("-"),
    _agent(""),
    _agent(None),
    _qualification("-", None),
    _qualification("", None),
    _qualification("Não qualificada", -4),
    _qualification(None, None),
    _as_text("status_id"),
    _as_text("hangup_cause"),
    _as_text("campaign_id"),
    _set(qualification_id="1234"),
    _booleans(1, 0),
    _booleans("1", "0"),
    _durations(int),
    _durations(str),
    _billed_number,
    _set(billed_value="0,028"),
    _set(billed_value=None),
    _set(feedback=None),
    _set(feedback="Ótimo atendimento"),
    _set(feedback=FEEDBACK),
    _set(route=None),
    _set(
        route={
            "id": 7,
            "name": "Rota",
            "host": "h",
            "route": "r",
            "endpoint": "e",
            "caller_id": "1130000000",
        }
    ),
    _set(mailing_data=None),
    _set(mailing_data=[]),
    _headers({"ESTRATEGIA": "X", "RAZAO SOCIAL": "EMPRESA LTDA", "UF": "SP"}),
    _in_mailing(data=[]),
    _headers(
        {
            "Razao Social": "Padaria Três Irmãos LTDA",
            "Nome Fantasia": "Padaria Três Irmãos",
            "Receita ": "120.000,00",
        }
    ),
    _headers(
        {
            "razao_social": "AUTO PEÇAS SILVA",
            "nome_fantasia": "Auto Silva",
            "valor_conta": "99,90",
            " cidade ": "Belém",
            "Uf": "PA",
        }
    ),
    _headers(
        {
            "RAZÃO SOCIAL": "CONFECÇÕES INÊS ME",
            "Estratégia": "RENOVAÇÃO",
            "SÓCIO": "Inês Araújo",
            "Cep": "66000-000",
        }
    ),
    _headers(
        {
            "PLANO ATUAL": "Controle 10GB",
            "Qtd. Linhas": 12,
            "E-MAIL": "contato@example.com",
            "OBS": None,
            "VIP": True,
        }
    ),
    _in_mailing(identifier="12345678000199|" + "PROPOSTA-COMERCIAL-" * 6 + "FIM"),
    _in_mailing(identifier="cliente-" + "9f8e7d6c5b4a" * 15),
    _in_mailing(identifier=12345678000199),
    _in_mailing(list_id="99", company_id="10", row_position="42", on_calling=False),
    _set(qualification=LONG_QUALIFICATION),
    _set(agent="Conceição Gonçalves 🎧 João Ñandú"),
    _set(qualification_note="Falou que é ótimo 👍🏽 — voltar às 15h"),
    _set(qualification_note=NUL_NOTE),
    _set(transcription=LONG_TRANSCRIPTION, ai_evaluation_status="done"),
    _set(novo_campo_da_api={"versao": 2, "itens": [1, 2, 3]}),
    _set(list="", queue_name="", ivr_name=""),
    # Every status id, beside the ones that occur by themselves.
    *(_set(status_id=status) for status in range(1, 16)),
)


def make_odd(calls: list[Call], rng: random.Random) -> None:
    """Give odd shapes to some of one day's calls, in place: at most one oddity each, every oddity
    while calls last.
    """
    places = rng.sample(
        range(len(calls)), min(len(calls), max(len(ODDITIES), int(len(calls) * ODD_SHARE)))
    )
    for n, place in enumerate(places):
        ODDITIES[n % len(ODDITIES)](calls[place])


BROKEN = ("no id", "null id", "unreadable call_date", "bare text")


def broken_record(number: int, call_id: str, day: date, campaign: int) -> Any:
    """Make a record that cannot become a row; `number` walks through the kinds of `BROKEN`."""
    call: Call = {
        "id": call_id,
        "call_date": f"{day} 12:00:00",
        "campaign_id": campaign,
        "number": "5511999998888",
        "status_id": 7,
    }
    match BROKEN[number % len(BROKEN)]:
        case "no id":
            del call["id"]
        case "null id":
            call["id"] = None
        case "unreadable call_date":
            call["call_date"] = f"{day.day:02}/{day.month:02} meio-dia"
        case _:
            return f"Erro ao ler o registro {call_id}"
    return call
