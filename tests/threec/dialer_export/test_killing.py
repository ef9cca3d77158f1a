"""kill -9 at any moment, then again: no contact sent twice, none forgotten."""

import random
import subprocess
import threading

import pytest

CLIENTS = 620


class Killer:
    """Kills the robot at a chosen request that carries contacts: before they are stored, after it,
    or a little later.
    """

    def __init__(self, simulator, seed):
        self.random = random.Random(seed)
        self.process: subprocess.Popen[str] | None = None
        self.countdown = 0
        self.kills = 0
        self._take = simulator.lists.take
        simulator.lists.take = self.take

    def aim(self, process):
        self.process = process
        self.countdown = self.random.randint(1, 2)
        self.moment = self.random.choice(["before", "after", "later"])

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
            self.process = None
            self.kills += 1

    def take(self, to, items):
        self.countdown -= 1
        if self.countdown == 0 and self.moment == "before":
            self.kill()
        taken = self._take(to, items)
        if self.countdown == 0 and self.moment == "after":
            self.kill()
        elif self.countdown == 0:
            threading.Timer(self.random.random() * 0.03, self.kill).start()
        return taken


ROUNDS = [
    *(("sqlite", seed) for seed in (1, 2, 3)),
    pytest.param("sqlserver", 1, marks=pytest.mark.sqlserver),
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("database", "seed"), ROUNDS, indirect=["database"])
def test_whenever_it_is_killed_every_contact_is_sent_exactly_once_in_the_end(desk, tmp_path, seed):
    desk.add_clients(CLIENTS)
    app = desk.app(tmp_path)
    desk.simulator.latency_seconds = 0.02  # seven chunks take longer than the latest kill
    killer = Killer(desk.simulator, seed)
    for _ in range(12):
        process = app.start("export", "--campaign", "5", "--yes", "--list", "Lista")
        killer.aim(process)
        app.finish(process)
        killer.process = None
        assert len(set(desk.received())) == len(desk.received()), "sent twice"
        # nobody else has touched the list
        code, told = app.run("export", "resolve", "--min-age", "0", "--as", "total")
        assert code == 0, told
        assert sum(desk.statuses().values()) == CLIENTS, "forgotten"
        if desk.statuses() == {"sent": CLIENTS}:
            break
    assert killer.kills >= 2
    assert sorted(desk.received(), key=int) == [str(n) for n in range(CLIENTS)]
    assert [each.name for each in desk.simulator.lists.all()] == ["Lista"]
    (interrupted,) = desk.rows(
        "SELECT COUNT(*) FROM execution_logs WHERE status = 'FAILED' AND exit_code = 130"
    )[0]
    assert 1 <= interrupted <= killer.kills  # a late kill may find the history written
