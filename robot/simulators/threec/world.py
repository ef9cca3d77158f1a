"""The demo's world: calls of an invented contact centre, the same ones every time they are asked
for.
"""

import random
from collections.abc import Sequence
from datetime import date
from typing import Any

from robot.simulators.threec import vocabulary as words
from robot.simulators.threec.oddities import broken_record, make_odd

Call = dict[str, Any]

EPOCH = date(1970, 1, 1)
# São Paulo is three hours behind UTC, with no clock change since 2019
UTC_OFFSET_SECONDS = 3 * 3600
AGENT_SHARE = 0.34  # of the calls between 9h and 18h
AGENT_SHARE_OFF_HOURS = 0.05
MAILING_SHARE = 0.9
COMPANY_ID = 10

CLOCK = tuple(f"{s // 3600:02}:{s % 3600 // 60:02}:{s % 60:02}" for s in range(7200))
HOURS_DRAWN = tuple(hour for hour, weight in enumerate(words.HOURS) for _ in range(weight))


def make_calls(
    days: Sequence[date],
    per_day: int,
    *,
    seed: int = 3,
    campaigns: Sequence[int] = (5, 6, 7),
    odd: bool = True,
    broken: int = 0,
) -> list[Any]:
    """Make `per_day` calls for each of `days`, as the API sends them, sorted by call_date and id.

    The same arguments give the same list; a day's calls do not depend on which other days were
    asked for. A day named twice counts once. With `odd`, every odd shape seen in production occurs
    in each day that has 100 calls or more.

    `broken` adds that many records a day that cannot become rows (see `oddities.BROKEN`). They
    stand right after a call of their day, which is how the simulator knows when to serve a record
    that has no date of its own; one kind of them is a bare text, hence `Any` for the element.
    """
    calls: list[Any] = []
    for day in sorted(set(days)):
        calls += _make_day(day, per_day, seed, tuple(campaigns), odd, broken)
    return calls


def campaign_name(campaign: int) -> str:
    """Name of a campaign, as calls and `GET /campaigns` give it."""
    return f"{words.CAMPAIGN_NAMES[campaign % len(words.CAMPAIGN_NAMES)]} {campaign}"


def _make_day(
    day: date, per_day: int, seed: int, campaigns: tuple[int, ...], odd: bool, broken: int
) -> list[Any]:
    rng = random.Random(f"{seed} {day} {per_day} {campaigns}")  # noqa: S311 - a repeatable world, not a secret
    seconds = sorted(
        HOURS_DRAWN[int(rng.random() * len(HOURS_DRAWN))] * 3600 + int(rng.random() * 3600)
        for _ in range(per_day)
    )
    if odd and per_day >= 2:
        seconds[0], seconds[-1] = 0, 86399  # the two edges of the day
    machine = f"{rng.getrandbits(40):010x}"
    midnight = (day - EPOCH).days * 86400 + UTC_OFFSET_SECONDS
    # An id is a MongoDB ObjectId: time, machine, counter. Sorted times and counters make sorted
    # ids.
    calls: list[Any] = [
        _make_call(
            rng, f"{midnight + second:08x}{machine}{n:06x}", day.isoformat(), second, campaigns
        )
        for n, second in enumerate(seconds)
    ]
    if odd:
        make_odd(calls, rng)
    for n in range(broken):
        place = rng.randrange(len(calls)) + 1 if calls else 0
        calls.insert(
            place,
            broken_record(
                n, f"{midnight:08x}{machine}{per_day + n:06x}", day, campaigns[n % len(campaigns)]
            ),
        )
    return calls


def _make_call(
    rng: random.Random, call_id: str, day: str, second: int, campaigns: tuple[int, ...]
) -> Call:
    draw = rng.random
    clock = f"{second // 3600:02}:{second % 3600 // 60:02}:{second % 60:02}"
    campaign = campaigns[int(draw() * len(campaigns))]
    mode = words.MODES[int(draw() * len(words.MODES))]
    place = words.PLACES[int(draw() * len(words.PLACES))]
    mobile = draw() < 0.8
    digits = int(draw() * 10_000_000)
    number = (
        f"55{place.ddd}9{8 + digits % 2}{digits:07}" if mobile else f"55{place.ddd}3{digits:07}"
    )
    with_agent = draw() < (AGENT_SHARE if 9 * 3600 <= second < 18 * 3600 else AGENT_SHARE_OFF_HOURS)
    status = _status(draw(), with_agent)
    waiting = int(draw() * 20) if with_agent or status == words.ABANDONED else 0
    talked = int(15 + draw() * draw() * 900) if with_agent else 0
    speaking = talked + waiting if with_agent else waiting
    # billed by 6 seconds, 30 at least
    billed = 0 if speaking == 0 else max(30, -(-speaking // 6) * 6)
    agent_id, agent = words.AGENTS[int(draw() * len(words.AGENTS))] if with_agent else (None, "-")
    qualification = (
        words.QUALIFICATIONS[int(draw() * draw() * len(words.QUALIFICATIONS))]
        if with_agent
        else None
    )
    hang_ups = words.HANG_UPS.get(status, (words.NORMAL,))
    hang_up = hang_ups[int(draw() * len(hang_ups))]
    inbound = mode == "receptive"
    ivr = mode == "ura"
    list_number = int(draw() * len(words.LIST_NAMES))
    return {
        "id": call_id,
        "list": None if inbound else f"{words.LIST_NAMES[list_number]} {day[5:7]}-{day[:4]}",
        "number": number,
        "call_date": f"{day} {clock}",
        "call_date_rfc3339": f"{day}T{clock}-03:00",
        "campaign_id": campaign,
        "campaign": campaign_name(campaign),
        "queue_id": 30 + campaign if inbound else None,
        "queue_name": f"Fila {campaign}" if inbound else None,
        "ring_group_id": None,
        "ring_group_name": None,
        "ivr_name": "URA Principal" if ivr else None,
        "receptive_name": "Central 0800" if inbound else None,
        "receptive_phone": "08007771234" if inbound else None,
        "receptive_did": "1130001234" if inbound else None,
        "has_agent": with_agent,
        "agent_id": agent_id,
        "agent": agent,
        "acw_time": CLOCK[int(draw() * 40) + 2] if with_agent else "00:00:00",
        "speaking_time": CLOCK[speaking],
        "speaking_with_agent_time": CLOCK[talked],
        "ivr_time": CLOCK[int(draw() * 50) + 5] if ivr else "00:00:00",
        "ivr_after_call_time": "00:00:00",
        "amd_time": CLOCK[int(draw() * 4)],
        "waiting_time": CLOCK[waiting],
        "calling_time": CLOCK[int(draw() * 35) + 1],
        "route": {
            "id": 7 + campaign % 2,
            "name": f"Rota {7 + campaign % 2}",
            "host": f"sip{campaign % 2}.example.net",
            "route": "r",
            "endpoint": f"trunk-{7 + campaign % 2}",
            "caller_id": f"{place.ddd}30000000",
        },
        "billed_time": CLOCK[billed],
        "billed_value": f"{billed * 0.1 / 60:.3f}",
        "qualification": qualification.name if qualification else "-",
        "qualification_id": qualification.id if qualification else None,
        "behavior": qualification.behavior if qualification else None,
        "readable_behavior_text": qualification.behavior_text if qualification else None,
        "phone_type": "mobile" if mobile else "landline",
        "recording": f"https://app.3c.plus/api/v1/calls/{call_id}/recording"
        if with_agent
        else None,
        "recording_amd": None,
        "status_id": status,
        "readable_status_text": words.STATUSES[status],
        "readable_amd_status_text": "Humano"
        if with_agent
        else ("Máquina" if status in words.VOICEMAIL else None),
        "mode": mode,
        "hangup_cause": hang_up.cause,
        "sip_cause": hang_up.sip,
        "readable_hangup_cause_text": hang_up.text,
        "feedback": None,
        "recorded": with_agent,
        "ended_by_agent": with_agent and draw() < 0.5,
        "qualification_note": "",
        "sid": f"{day.replace('-', '')}{clock.replace(':', '')}{call_id[-6:]}",
        "is_dmc": qualification is not None and qualification.id != 1237,
        "is_unknown": qualification is not None and qualification.id == 1237,
        "is_transferred": status == words.TRANSFERRED,
        "is_consult": status == words.CONSULTED,
        "is_transfer": status == words.TRANSFERRED,
        "is_conversion": qualification is not None and qualification.is_conversion,
        "consult_cancelled": False,
        "recording_transfer": None,
        "recording_consult": None,
        "recording_after_consult_cancel": None,
        "ivr_digit_pressed": str(int(draw() * 10)) if ivr else None,
        "record_name": None,
        "transcription": None,
        "ai_evaluation_status": None,
        "mailing_data": _make_mailing(rng, call_id, campaign, number, place, list_number)
        if draw() < MAILING_SHARE and not inbound
        else None,
    }


def _status(drawn: float, with_agent: bool) -> int:
    if not with_agent:
        return words.WITHOUT_AGENT[int(drawn * len(words.WITHOUT_AGENT))]
    return (
        words.FINISHED if drawn < 0.95 else words.TRANSFERRED if drawn < 0.98 else words.CONSULTED
    )


def _make_mailing(
    rng: random.Random,
    call_id: str,
    campaign: int,
    number: str,
    place: words.Place,
    list_number: int,
) -> Call:
    draw = rng.random
    surname = words.SURNAMES[int(draw() * len(words.SURNAMES))]
    trade = words.TRADES[int(draw() * len(words.TRADES))]
    kind = words.COMPANY_KINDS[int(draw() * len(words.COMPANY_KINDS))]
    row = int(draw() * 20_000)
    cents = int(draw() * 250_000)
    return {
        "_id": f"{call_id[:8]}ffff{call_id[12:]}",
        "identifier": f"{10_000_000 + int(draw() * 80_000_000)}0001{row % 90 + 10}",
        "campaign_id": campaign,
        "company_id": COMPANY_ID,
        "list_id": campaign * 100 + list_number,
        "uf": place.uf,
        "phone": number,
        "dialed_phone": 1,
        "dialed_identifier": 1 + row % 3,
        "on_calling": 0,
        "column_position": 1 + row % 2,
        "row_position": row,
        "data": {
            "ESTRATEGIA": words.STRATEGIES[row % len(words.STRATEGIES)],
            "RAZAO SOCIAL": f"{surname} {trade} {kind}".upper(),
            "NOME FANTASIA": f"{trade} {surname}",
            "VALOR CONTA": f"{cents // 100},{cents % 100:02}",
            "CIDADE": place.city,
            "CEP": f"{place.cep}{row % 1000:03}-{cents % 1000:03}",
            "UF": place.uf,
            "SOCIO": f"{words.FIRST_NAMES[cents % len(words.FIRST_NAMES)]} {surname}",
        },
    }
