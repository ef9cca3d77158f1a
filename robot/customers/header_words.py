"""The words of headers: what people in Brazilian collections write above their columns.

A header is understood only when all of its words are known: one word more, `CPF do avalista`, and
it is somebody else's. `meaning_of` says what a header means, and how sure that is.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from robot.cells.words import canonical

# Headers that are whole words of their own, in any writing: without blanks, accents and a number at
# their end.
_WHOLE = {
    "external_id": "externalid id codigo cod codcliente codigocliente idcliente clientid"
    " identificador chave contrato matricula",
    "name": (
        "nome name cliente nomecliente nomecompleto razaosocial devedor nomedevedor nomedocliente"
    ),
    "cpf": "cpf cnpj cpfcnpj cnpjcpf documento doc cpfoucnpj",
    "phones": "telefone telefones fone fones celular celulares tel phone phones whatsapp"
    " telefoneresidencial"
    " telefonecomercial telefonecelular telefonefixo",
    "ddd": "ddd",
    "email": "email mail emails correioeletronico",
    "creditor": "credor creditor cedente carteira",
    "open_amount": "valor valoremaberto saldo saldodevedor saldoemaberto valordivida divida"
    " openamount valortotal"
    " valoratualizado valorconta valordebito",
    "address": "endereco address logradouro rua complemento bairro cidade cep enderecocompleto",
    "uf": "uf estado ufcliente",
    "notes": "observacao observacoes obs notas notes anotacoes",
    "status": "status situacao statuscliente",
}
_COLUMN_OF = {whole: column for column, wholes in _WHOLE.items() for whole in wholes.split()}
# Whole words that give way to a plainer one: of `Cliente` and `Nome` the name is the latter.
_WEAK = {
    "cliente": 1,
    "devedor": 1,
    "valor": 1,
    "estado": 1,
    "carteira": 1,
    "documento": 2,
    "doc": 2,
    "valortotal": 2,
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SHORT = {
    short: word
    for word, shorts in {
        "nome": "nm name",
        "codigo": "cd cod cdg",
        "valor": "vl vlr vr val vlt amount montante",
        "situacao": "sit situac",
        "status": "sts stat",
        "telefone": "tel tels telef fone fones fon phone phones telefones telephone",
        "celular": "cel cels celul celulares mobile movel cellphone",
        "whatsapp": "whats wpp wapp zap whatsap",
        "cliente": "cli client customer clientes",
        "devedor": "dev debtor",
        "contrato": "ctr ctt contr cto contract",
        "numero": "num nr nro number nos",
        "documento": "doc docto docs",
        "saldo": "sld balance",
        "endereco": "end ender address",
        "data": "dt dta date",
        "quantidade": "qt qtd qtde",
        "tipo": "tp type",
        "descricao": "ds dsc desc descr",
        "residencial": "resid res",
        "comercial": "coml trab trabalho",
        "email": "mails emails mail",
        "matricula": "matric mat registration",
        "id": "identificacao identificador ident identifier",
        "atualizado": "atualiz atu atualizada",
        "aberto": "aberta",
        "vencido": "vencida",
        "observacao": "observacoes obs notas notes anotacoes comentario comentarios",
        "cidade": "cidades municipio city mun",
        "rua": "logradouro log logr avenida",
    }.items()
    for short in shorts.split()
}
_NOISE = _words(
    "a o as os e ou do da de dos das d no na em n para por p c com the of and or to numero"
    " descricao se houver opcional obrigatorio campo coluna"
)
_PERSON = _words(
    "cliente devedor titular sacado mutuario consumidor contribuinte pessoa fisica juridica"
    " financiado responsavel comprador aluno associado cooperado tomador"
)
_OTHERS = _words(
    "mae pai avalista avalistas fiador fiadores conjuge esposa esposo marido referencia ref recado"
    " parente"
    " familiar vizinho vendedor operador atendente agente cobrador consultor gerente advogado"
    " assessoria"
    " escritorio loja filial agencia empregador empresa fornecedor representante socio testemunha"
    " terceiro"
    " terceiros usuario supervisor produto banco barras boleto nota fiscal pedido campanha lote"
    " remessa"
    " convenio plano servico pais ibge coobrigado garantidor negociador emissor portador sac ura"
    " credora"
)
_ATTRIBUTES = _words(
    "data tipo quantidade operadora score ranking rank ordem validade valido valida hora horario"
    " flag indice origem fonte marca ultimo ultima percentual taxa link url arquivo prioridade nota"
    " confirmado verificado tentativas tentativa resultado ramal"
)
_PHONES = _words("telefone celular whatsapp")
_STATUSES = _words("status situacao situation")
_STATUS_OF = _PERSON | _words(
    "contrato divida conta titulo cadastro atual cobranca carteira debito geral gerais final codigo"
)
_PROTECTING = re.compile(
    r"\b(bloque|block|restri|blacklist|inativ|procon|optout|opt out|lista"
    r" negra|ativo\b|active\b|do not call|dnc\b"
    r"|nao (\w+ )?(ligar|contat|perturb|cham|cobrar|acionar|discar))"
)
_PAID = _words(
    "parcela parcelas pago paga pagamento desconto entrada multa juros honorarios proposta minimo"
    " minima"
    " prestacao comissao custas taxa limite credito renda salario bem acordo boleto fatura iof"
    " tarifa percentual vista avista seguro encargos amortizado recebido quitado"
)
_OWED = _words(
    "aberto atualizado atual devedor divida debito saldo vencido devido cobranca devida due"
)


@dataclass(frozen=True)
class Meaning:
    """What a header means: our column, or None. `strength` 1 to 3: a stronger one goes first.

    `likely`: what it may well be although it is not understood ("status", "phones").
    """

    column: str | None
    strength: int = 0
    likely: str = ""


def simple(header: str) -> str:
    """A header without case, accents, blanks and signs: `E-mail ` → `email`."""
    plain = (
        unicodedata.normalize("NFKD", canonical(header)).encode("ascii", "ignore").decode().lower()
    )
    return re.sub(r"[^a-z0-9]", "", plain)


@cache
def words_of(header: str) -> tuple[str, ...]:
    """The words, short ones written out: `NR_TELEFONE1` → numero, telefone, 1."""
    text = re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])", " ", canonical(header))
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    found = re.findall(
        r"[a-z]+|[0-9]+", plain.replace("e-mail", "email").replace("whats app", "whatsapp")
    )
    if found and found[0] == "st":
        found[0] = "status"
    return tuple(_SHORT.get(word, word) for word in found)


@cache
def meaning_of(header: str) -> Meaning:
    """What a header means by its words."""
    whole = simple(header)
    known = whole if whole in _COLUMN_OF else whole.rstrip("0123456789")
    if known in _COLUMN_OF:
        return Meaning(_COLUMN_OF[known], _WEAK.get(known, 3))
    words = words_of(header)
    if _PROTECTING.search(" ".join(words)):
        return Meaning(None, likely="status")
    said = frozenset(word for word in words if word not in _NOISE and not word.isdigit())
    if not said:
        return Meaning(None)
    return _read(words, said)


def _unless(unknown: object, column: str, strength: int) -> Meaning:
    """The meaning, unless a word of the header is unknown."""
    return Meaning(None) if unknown else Meaning(column, strength)


def _read(words: tuple[str, ...], said: frozenset[str]) -> Meaning:
    if said & _STATUSES:
        rest = said - _STATUSES - _STATUS_OF
        dated = bool(said & {"data", "hora"})
        return Meaning(None, likely="" if dated else "status") if rest else Meaning("status", 2)
    foreign = said & (_OTHERS | _ATTRIBUTES)
    if said & _PHONES:
        return (
            Meaning(None, likely="phones") if foreign or "email" in said else Meaning("phones", 2)
        )
    if "ddd" in said:
        return Meaning("ddd", 2)
    if foreign:
        return Meaning(None)
    if said & {"observacao", "historico"}:
        return _unless(said - {"observacao", "historico"} - _PERSON - _STATUS_OF, "notes", 2)
    return _read_others(words, said)


def _read_others(words: tuple[str, ...], said: frozenset[str]) -> Meaning:
    first = next(word for word in words if word in said)
    if said & {"cpf", "cnpj", "documento"}:
        rest = (
            said
            - _PERSON
            - {"cpf", "cnpj", "documento", "principal", "mf", "completo", "federal", "id"}
        )
        return _unless(rest, "cpf", 2 if said & {"cpf", "cnpj"} else 1)
    if "email" in said:
        return Meaning("email", 2)
    if said & {"credor", "cedente", "carteira", "creditor", "cessionario"}:
        rest = said - {
            "credor",
            "cedente",
            "carteira",
            "creditor",
            "cessionario",
            "nome",
            "razao",
            "social",
            "atual",
        }
        return _unless(rest, "creditor", 2 if said & {"credor", "creditor"} else 1)
    if said & {"saldo", "valor", "divida", "debito"} or ("total" in said and said & _OWED):
        return _amount(said)
    keys = {"codigo", "id", "chave", "matricula", "contrato", "external", "key"}
    if said & keys or ("numero" in words and said & {"cliente", "devedor"}):
        rest = (
            said
            - keys
            - _PERSON
            - {"externo", "interno", "sistema", "cadastro", "unico", "unica", "crm"}
        )
        return _unless(rest or first == "nome", "external_id", 2)
    if said & {"nome", "razao"} or said <= _PERSON:
        rest = said - _PERSON - {"nome", "completo", "principal", "full"}
        understood = not rest or rest == {"razao", "social"}
        return _unless(not understood, "name", 2 if said & {"nome", "razao"} else 1)
    if said & {"uf", "estado"}:
        rest = (
            said
            - _PERSON
            - {"uf", "estado", "sigla", "sg", "residencia", "residencial", "endereco", "federativa"}
        )
        return _unless(rest - {"unidade"}, "uf", 2 if "uf" in said else 1)
    places = {"endereco", "rua", "bairro", "cidade", "cep", "complemento"}
    if said & places:
        rest = (
            said
            - places
            - _PERSON
            - {"residencial", "comercial", "completo", "cobranca", "residencia", "principal"}
        )
        return _unless(rest, "address", 2)
    return Meaning(None)


def _amount(said: frozenset[str]) -> Meaning:
    if said & _PAID:
        return Meaning(None)
    known = {
        "valor",
        "saldo",
        "divida",
        "debito",
        "total",
        "conta",
        "contrato",
        "titulo",
        "real",
        "reais",
        "r",
        "rs",
    }
    first_value = {"principal", "original", "nominal", "face", "bruto"}
    if said - known - _OWED - first_value - _PERSON:
        return Meaning(None)
    if said & first_value or not said & _OWED:
        return Meaning("open_amount", 1)
    return Meaning("open_amount", 3 if said & {"atualizado", "aberto", "atual"} else 2)
