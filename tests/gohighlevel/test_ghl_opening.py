"""What the robot's settings open."""

from __future__ import annotations

import pytest
from ghl_world import World
from pydantic import SecretStr

from robot.errors import ConfigurationError
from robot.gohighlevel import GoHighLevelClient, PrivateToken, auth_of
from robot.runtime.masking import mask
from robot.simulators.gohighlevel import CLIENT_ID, CLIENT_SECRET


def test_the_settings_open_it_and_the_robot_s_database_keeps_the_token(world: World):
    settings = world.database.settings_with(
        ghl_client_id=CLIENT_ID,
        ghl_client_secret=SecretStr(CLIENT_SECRET),
        ghl_base_url=world.api.base_url,
        ghl_authorization_code=SecretStr(world.api.tokens.authorize()),
        token_key=SecretStr("quatro cavalos atravessam o rio gelado"),
    )
    auth = auth_of(settings)
    try:
        GoHighLevelClient(auth).check()
        later = settings.model_copy(update={"ghl_authorization_code": SecretStr("")})
        assert GoHighLevelClient(auth_of(later)).check().location_id
        assert not (settings.db_file.parent / "token.key").exists()
    finally:
        assert not isinstance(auth, PrivateToken)
        auth.forget()


def test_a_private_token_comes_first(world: World):
    settings = world.database.settings_with(
        ghl_client_id=CLIENT_ID, ghl_private_token=SecretStr("pit-1234-5678"), ghl_location_id="l"
    )
    assert isinstance(auth_of(settings), PrivateToken)


def test_without_an_app_it_says_which_setting_is_empty(world: World):
    with pytest.raises(ConfigurationError, match="GHL_CLIENT_ID"):
        auth_of(world.database.settings_with(ghl_private_token=SecretStr("")))


def test_a_private_token_is_masked_wherever_it_stands():
    assert "12345678" not in mask("the token pit-12345678-abcd-ef was pasted here")
    assert "frase" not in mask("TOKEN_KEY=umafraselongaesecreta")
