"""The words the demo's world is made of: people, places, companies, outcomes.

Status ids and modes are those seen in production; campaigns, qualifications, routes and every name
are made up.
"""

from typing import NamedTuple

STATUSES = {
    1: "Discando",
    2: "Atendida",
    3: "Conectada",
    4: "Encerrada",
    5: "Não atendida",
    6: "Abandonada",
    7: "Finalizada",
    8: "Falha",
    9: "Caixa postal pós",
    10: "Consulta",
    11: "Consulta em andamento",
    12: "Consulta encerrada",
    13: "Transferência",
    14: "Fora de horário",
    15: "Caixa postal pré",
}
UNANSWERED, ABANDONED, FINISHED, FAILED = 5, 6, 7, 8
VOICEMAIL_AFTER, CONSULTED, TRANSFERRED, OUT_OF_HOURS, VOICEMAIL_BEFORE = 9, 12, 13, 14, 15
VOICEMAIL = (VOICEMAIL_AFTER, VOICEMAIL_BEFORE)

# Statuses of calls that no agent took, as often as they should come.
WITHOUT_AGENT = (
    (UNANSWERED,) * 9
    + (FAILED,) * 4
    + (VOICEMAIL_BEFORE,) * 4
    + (ABANDONED,) * 2
    + (VOICEMAIL_AFTER, OUT_OF_HOURS)
)

MODES = ("dialer",) * 16 + ("manual",) * 2 + ("receptive", "ura")


class HangUp(NamedTuple):
    """Why a call ended: the Q.850 cause, its text and the SIP answer beside it."""

    cause: int
    text: str
    sip: str


NORMAL = HangUp(16, "Normal clearing", "BYE / 200")
HANG_UPS = {
    UNANSWERED: (
        HangUp(19, "No answer", "CANCEL / 487"),
        HangUp(17, "User busy", "BUSY / 486"),
        HangUp(21, "Call rejected", "DECLINE / 603"),
    ),
    FAILED: (
        HangUp(1, "Unallocated number", "NOT FOUND / 404"),
        HangUp(34, "No circuit available", "UNAVAILABLE / 503"),
    ),
}


class Qualification(NamedTuple):
    """What an agent says a call came to."""

    id: int
    name: str
    is_conversion: bool
    behavior: str
    behavior_text: str


QUALIFICATIONS = (
    Qualification(1230, "Venda realizada", True, "finish", "Finalizar"),
    Qualification(1231, "Proposta enviada", True, "schedule", "Agendar"),
    Qualification(1234, "Sem interesse", False, "repeat", "Repetir"),
    Qualification(1235, "Ligar mais tarde", False, "schedule", "Agendar"),
    Qualification(1236, "Não é o responsável", False, "repeat", "Repetir"),
    Qualification(1237, "Número errado", False, "finish", "Finalizar"),
    Qualification(1238, "Caiu a ligação", False, "repeat", "Repetir"),
    Qualification(1239, "Já é cliente", False, "finish", "Finalizar"),
)

CAMPAIGN_NAMES = (
    "Telefonia Empresas",
    "Energia Livre",
    "Retenção",
    "Cobrança Amigável",
    "Recuperação de Carrinho",
    "Pós-venda",
)
LIST_NAMES = (
    "Prospecção SP",
    "Base fria",
    "Indicações",
    "Reativação",
    "Feira do Empreendedor",
    "CNPJ novos",
)
STRATEGIES = ("CONTA ALTA", "PORTABILIDADE", "RENOVAÇÃO", "MIGRAÇÃO PRÉ-PÓS", "NOVA LINHA")

FIRST_NAMES = (
    "Ana", "Antônio", "Beatriz", "Bruno", "Camila", "Carlos", "Cláudia", "Débora", "Eduardo",
    "Fábio",
    "Fernanda", "Gabriel", "Helena", "Iara", "Inês", "João", "José", "Júlia", "Larissa", "Lúcia",
    "Luís",
    "Marcos", "Maria", "Mônica", "Otávio", "Patrícia", "Renato", "Simone", "Thaís", "Vinícius",
)  # fmt: skip
SURNAMES = (
    "Almeida", "Araújo", "Barbosa", "Cardoso", "Conceição", "Costa", "Ferreira", "Gonçalves",
    "Lima",
    "Magalhães", "Melo", "Moreira", "Nascimento", "Oliveira", "Pereira", "Ribeiro", "Santos",
    "Silva",
    "Souza", "Teixeira",
)  # fmt: skip
AGENTS = tuple((101 + n, f"{FIRST_NAMES[n]} {SURNAMES[n * 7 % len(SURNAMES)]}") for n in range(24))

TRADES = (
    "Comércio de Alimentos", "Auto Peças", "Materiais de Construção", "Padaria", "Transportes",
    "Confecções",
    "Informática", "Farmácia", "Contabilidade", "Clínica Odontológica", "Móveis Planejados",
    "Papelaria",
)  # fmt: skip
COMPANY_KINDS = ("LTDA", "LTDA ME", "EIRELI", "S/A", "EPP")


class Place(NamedTuple):
    """A city with the numbers that belong to it: telephone area code and the first two digits of
    its postal codes.
    """

    city: str
    uf: str
    ddd: int
    cep: str


PLACES = (
    Place("São Paulo", "SP", 11, "01"),
    Place("São José dos Campos", "SP", 12, "12"),
    Place("Ribeirão Preto", "SP", 16, "14"),
    Place("Rio de Janeiro", "RJ", 21, "20"),
    Place("Vitória", "ES", 27, "29"),
    Place("Belo Horizonte", "MG", 31, "30"),
    Place("Curitiba", "PR", 41, "80"),
    Place("Florianópolis", "SC", 48, "88"),
    Place("Porto Alegre", "RS", 51, "90"),
    Place("Brasília", "DF", 61, "70"),
    Place("Goiânia", "GO", 62, "74"),
    Place("Salvador", "BA", 71, "40"),
    Place("Recife", "PE", 81, "50"),
    Place("Fortaleza", "CE", 85, "60"),
    Place("Belém", "PA", 91, "66"),
    Place("São Luís", "MA", 98, "65"),
)

# How many calls of a day fall in each hour, 0 to 23: the dialer runs from 8 to 21, the rest is
# inbound and IVR.
HOURS = (1, 1, 1, 1, 1, 1, 2, 4, 30, 70, 85, 80, 50, 65, 85, 85, 75, 60, 30, 20, 10, 3, 2, 1)
