"""The e-mails of a flow, from its settings to an unsubscription, as 1.2.0 tells them."""

from __future__ import annotations

import pytest

from robot.atendeaqui import AuthenticationError, NotFoundError, UserProgress, ValidationError
from robot.simulators.atendeaqui import READ_ONLY_TOKEN, SLUG

BRAND = {"color": "#1F6FEB", "footer": "Minha Agenda · Rua Exemplo, 100"}


@pytest.fixture
def onboarding(client):
    client.onboarding.update_flow(
        SLUG,
        email_provider_config=12,
        email_from_name="Minha Agenda",
        email_brand=BRAND,
        email_blocks=["corpo", "dica"],
        email_dimensions=["segment"],
    )
    return client.onboarding


def approved(onboarding, *arguments, **fields):
    piece = onboarding.create_email_piece(SLUG, *arguments, **fields)
    return onboarding.approve_email_piece(SLUG, piece["id"])


def test_a_flow_keeps_each_of_its_fields_and_null_takes_one_away(onboarding):
    assert onboarding.get_flow(SLUG)["flow_config"]["email_brand"] == BRAND
    onboarding.update_flow(SLUG, email_brand=None, step_stalled_after_hours=48)
    flow = onboarding.get_flow(SLUG)
    assert "email_brand" not in flow["flow_config"]
    assert flow["flow_config"]["email_from_name"] == "Minha Agenda"
    assert flow["step_stalled_after_hours"] == 48


def test_a_rule_begins_by_simulating_and_sends_only_with_what_it_needs(onboarding):
    rule = onboarding.create_email_rule(SLUG, "flow_started", delay_minutes=30)
    assert (rule["send_mode"], rule["delay_minutes"]) == ("simulate", 30)
    with pytest.raises(ValidationError):
        onboarding.create_email_rule(SLUG, "flow_started")
    assert onboarding.update_email_rule(SLUG, rule["id"], send_mode="send")["send_mode"] == "send"
    onboarding.update_flow(SLUG, email_brand=None)
    with pytest.raises(ValidationError, match="footer"):
        onboarding.update_email_rule(SLUG, rule["id"], send_mode="send")
    onboarding.delete_email_rule(SLUG, rule["id"])
    assert onboarding.get_email_rules(SLUG) == []


def test_a_piece_has_versions_and_the_approved_one_counts_until_the_next(onboarding):
    first = approved(onboarding, "corpo", "Olá, {NOME}!", subject="Oi")
    changed = onboarding.update_email_piece(SLUG, first["id"], body="Oi, {NOME}!")
    assert changed["id"] != first["id"]
    assert (changed["version"], changed["status"]) == (2, "draft")
    again = onboarding.update_email_piece(SLUG, changed["id"], body="Bom dia, {NOME}!")
    assert again["id"] == changed["id"]  # a draft changes in place
    onboarding.approve_email_piece(SLUG, changed["id"])
    versions = onboarding.get_email_piece(SLUG, changed["id"])["versions"]
    assert [(each["version"], each["status"]) for each in versions] == [
        (1, "archived"),
        (2, "approved"),
    ]
    with pytest.raises(ValidationError):
        onboarding.delete_email_piece(SLUG, changed["id"])


def test_what_bars_an_approval_is_in_the_response(onboarding):
    piece = onboarding.create_email_piece(
        SLUG, "corpo", "{CUPOM} {BLOCO:nada}", subject="Oi", conditions={"plan": "pro"}
    )
    with pytest.raises(ValidationError, match="CUPOM") as caught:
        onboarding.approve_email_piece(SLUG, piece["id"])
    assert len(caught.value.response.json()["problems"]) == 3
    assert onboarding.get_email_piece(SLUG, piece["id"])["problems"]
    onboarding.delete_email_piece(SLUG, piece["id"])
    with pytest.raises(NotFoundError):
        onboarding.get_email_piece(SLUG, piece["id"])


def test_a_preview_takes_the_most_specific_pieces_and_leaves_empty_lines_out(onboarding):
    text = "Olá, {NOME}!\n{BLOCO:dica}\nSua empresa: {DADO:company}"
    onboarding.create_email_piece(SLUG, "corpo", text, subject="{NOME}, falta pouco")
    onboarding.create_email_piece(SLUG, "dica", "Para todos.")
    onboarding.create_email_piece(SLUG, "dica", "Clínicas!", conditions={"segment": "saude"})
    shown = onboarding.preview_email(
        SLUG, "step_stalled", name="Bia Souza", metadata={"segment": "saude"}
    )
    assert (shown["subject"], shown["body_text"]) == (
        *("Bia, falta pouco", "Olá, Bia!\nClínicas!"),
    )
    assert {piece["block"] for piece in shown["pieces"]} == {"corpo", "dica"}
    nothing = onboarding.preview_email(SLUG, "step_stalled", include_drafts=False)
    assert nothing["missing_reason"] == "no_body"


def test_pieces_are_found_by_their_conditions_and_coverage_names_what_is_missing(onboarding):
    onboarding.create_email_piece(SLUG, "dica", "Clínicas!", conditions={"segment": "saude"})
    onboarding.create_email_piece(SLUG, "dica", "Para todos.")
    (found,) = onboarding.list_email_pieces(SLUG, conditions={"segment": "saude"}, status="draft")
    assert found["body"] == "Clínicas!"
    onboarding.create_email_rule(SLUG, "step_stalled")
    assert onboarding.get_email_coverage(SLUG)["events_without_generic_body"] == ["step_stalled"]
    approved(onboarding, "corpo", "Olá!", subject="Oi")
    assert onboarding.get_email_coverage(SLUG)["events_without_generic_body"] == []


def test_the_log_its_summary_and_who_wants_no_mail(onboarding):
    rule = onboarding.create_email_rule(SLUG, "flow_started")
    onboarding.start_flow("simulated")
    onboarding.update_email_rule(SLUG, rule["id"], send_mode="send")
    onboarding.start_flow("real")
    onboarding.start_flow("tester", metadata={"is_test": True})
    users = [log["external_user_id"] for log in onboarding.list_email_logs(SLUG)]
    assert users == ["real", "simulated"]
    assert len(onboarding.list_email_logs(SLUG, status="queued", user_id="real")) == 1
    assert onboarding.list_email_logs(SLUG, created_before="2001-01-01") == []
    summary = onboarding.get_email_logs_summary(SLUG)
    assert summary["by_event_type"][0]["by_status"] == {"queued": 1, "skipped": 1}
    told = onboarding.set_email_subscription(SLUG, "real", unsubscribed=True)
    assert told["email_unsubscribed"] is True
    assert onboarding.list_email_logs(SLUG, user_id="real") == []
    people = [UserProgress.from_dict(each) for each in onboarding.list_progress(SLUG)]
    assert [each.external_user_id for each in people if each.email_unsubscribed] == ["real"]


def test_a_token_that_only_reads_may_preview_and_change_nothing(simulator, client_of):
    onboarding = client_of(simulator, api_token=READ_ONLY_TOKEN).onboarding
    assert onboarding.preview_email(SLUG, "reminder")["missing_reason"] == "no_body"
    with pytest.raises(AuthenticationError) as caught:
        onboarding.create_email_rule(SLUG, "reminder")
    assert caught.value.code == "PERMISSION_DENIED"
