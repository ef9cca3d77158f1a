"""Whatever the API answers, in whatever order: the stored token is the newest, or its loss is
told.
"""

from __future__ import annotations

import pytest
from ghl_world import MovingClock
from hypothesis import given, settings
from hypothesis import strategies as st

from robot.accounts import file_store
from robot.errors import RobotError
from robot.gohighlevel import GoHighLevelAuth, LocationInactive, TokenLost
from robot.simulators.faults import Fault
from robot.simulators.gohighlevel import (
    CLIENT_ID,
    CLIENT_SECRET,
    LOCATION,
    GoHighLevelSimulator,
)

FAULTS = ("", "status_429", "status_500", "html_200", "reset_before", "status_500_after")
STEPS = st.tuples(
    st.sampled_from((*FAULTS, "paused", "no refresh token")),
    st.integers(1, 3),  # how often the fault happens
    st.booleans(),  # whether another process asks
)


@settings(max_examples=15)  # each starts a server and writes a database file
@given(st.lists(STEPS, min_size=1, max_size=6))
def test_the_stored_token_is_the_newest_or_its_loss_is_told(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, bool]]
):
    clock = MovingClock()
    file = tmp_path_factory.mktemp("ghl") / "robot.db"
    with GoHighLevelSimulator(clock=clock) as api:

        def process(code: str = "") -> GoHighLevelAuth:
            return GoHighLevelAuth(
                CLIENT_ID,
                CLIENT_SECRET,
                "",
                code,
                user_type="",
                location_id="",
                api_version="",
                base_url=api.base_url,
                store=file_store(file, "gohighlevel", CLIENT_ID, clock=clock),
                clock=clock,
            )

        def stored_refresh() -> str:
            found = file_store(file, "gohighlevel", CLIENT_ID).read().tokens
            assert found is not None
            return found.refresh_token

        auths = [process(api.tokens.authorize()), process()]
        for auth in auths:
            auth.credentials()
        for kind, times, other in steps:
            clock.advance(days=1)
            if kind in FAULTS[1:]:
                api.use_faults([Fault(kind, path="/oauth/token", times=times)])
            api.tokens.gives_refresh_token = kind != "no refresh token"
            if kind == "paused":
                api.tokens.paused.add(LOCATION)
            try:
                auths[other].credentials()
            except TokenLost:
                assert not api.tokens.renews(stored_refresh())
                assert auths[other].standing().lost
                api.use_faults([])
                api.tokens.gives_refresh_token = True
                auths = [process(api.tokens.authorize()), process()]
                for auth in auths:  # at once: a code serves for a few minutes
                    auth.credentials()
            except LocationInactive:
                assert kind == "paused"
            except RobotError:
                assert kind in FAULTS[1:]
            api.tokens.paused.clear()
            api.use_faults([])
            api.tokens.gives_refresh_token = True
        clock.advance(days=1)
        for auth in auths:
            try:
                token = auth.credentials().headers["Authorization"].removeprefix("Bearer ")
            except TokenLost:
                assert not api.tokens.renews(stored_refresh())
                assert auth.standing().lost
            else:
                assert api.tokens.location_of(token) == LOCATION
                assert api.tokens.renews(stored_refresh())
