"""`simulator`: the built-in 3C Plus, for trying the robot without a token."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from robot.commands.context import Context
from robot.errors import ConfigurationError, ExitCode
from robot.period import now
from robot.runtime.signals import stop_on_signals
from robot.settings import IsolatedSettings
from robot.settings.check import load
from robot.simulators.threec import (
    AGENTE,
    DEMO_TOKEN,
    ENDED,
    GESTOR,
    SUPERVISOR,
    Fault,
    Simulator,
    load_faults,
    make_calls,
)


def cli(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 = any free port.")] = 0,
    days: Annotated[
        int, typer.Option(min=1, max=3650, help="Days that have calls, up to yesterday.")
    ] = 30,
    per_day: Annotated[int, typer.Option(min=1, max=1_000_000, help="Calls a day.")] = 2000,
    latency_ms: Annotated[
        int, typer.Option(min=0, max=60_000, help="Wait before each answer.")
    ] = 0,
    odd: Annotated[
        bool, typer.Option(help="With every odd shape that was seen in production.")
    ] = True,
    faults: Annotated[
        Path | None, typer.Option(help="A TOML file of faults to suffer: see docs/faults.toml.")
    ] = None,
    personal_tokens: Annotated[
        bool, typer.Option(help="Take tokens that do not begin with 3cs_, too.")
    ] = True,
) -> None:
    """The built-in 3C Plus by itself, on a loopback port."""
    raise typer.Exit(
        run_simulator(
            context.obj,
            port=port,
            days=days,
            per_day=per_day,
            latency_ms=latency_ms,
            odd=odd,
            faults=faults,
            personal_tokens=personal_tokens,
        )
    )


def run_simulator(
    context: Context,
    *,
    port: int,
    days: int,
    per_day: int,
    latency_ms: int,
    odd: bool,
    faults: Path | None = None,
    personal_tokens: bool = True,
) -> ExitCode:
    """Serve until stopped.

    Raises ConfigurationError for a port that is taken, and for faults that cannot be read.
    """
    suffered = _read_faults(faults)
    today = now(_zone(context)).date()
    calls = make_calls(
        [today - timedelta(days=back) for back in range(days, 0, -1)], per_day, odd=odd
    )
    stop = stop_on_signals()
    try:
        server = Simulator(
            calls,
            port=port,
            latency_seconds=latency_ms / 1000,
            faults=suffered,
            personal_ended=not personal_tokens,
        )
        server.start()
    except OSError as error:
        raise ConfigurationError(
            f"Port {port} cannot be used: {error.strerror}.", "Choose another --port."
        ) from None
    try:
        context.out.print(
            f"BASE_URL={server.url}\nMANAGER_TOKEN={GESTOR.text}", markup=False, soft_wrap=True
        )
        personal = "" if personal_tokens else " (refused)"
        context.out.print(
            f"Other tokens: {DEMO_TOKEN}, a personal one{personal}", markup=False, soft_wrap=True
        )
        for token in (SUPERVISOR, AGENTE, ENDED):
            told = "expired" if token.ended else token.role
            context.out.print(f"              {token.text}, {told}", markup=False, soft_wrap=True)
        context.out.print(f"{len(calls):,} calls of {days} day(s). Ctrl+C ends it.")
        if suffered:
            context.out.print(
                f"{len(suffered)} fault(s) of {faults} are waiting.", markup=False, soft_wrap=True
            )
        context.out.file.flush()
        while not stop.wait(0.5):
            pass
    finally:
        server.stop()
    return ExitCode.SUCCESS


def _zone(context: Context) -> ZoneInfo:
    """TIMEZONE: the robot's yesterday must be the simulator's.

    Its default where no settings can be read.
    """
    try:
        return load(context.env_file)[0].timezone
    except ConfigurationError:
        return IsolatedSettings().timezone


def _read_faults(path: Path | None) -> list[Fault]:
    if path is None:
        return []
    try:
        return load_faults(path)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}.", "Check the path after --faults."
        ) from None
    except ValueError as error:
        raise ConfigurationError(f"{error}.", "docs/faults.toml shows every key.") from None
