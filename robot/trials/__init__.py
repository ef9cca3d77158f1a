"""The tester that ships: what the robot promises, tried against the built-in simulator, on whatever
machine it stands.

`cases` is the table of faults, `bench` runs one of them and judges what came of it, `killing` kills
a real process in the middle of its work and resumes it. `python app.py prove` prints them;
tests/proof runs the same table. Nothing here touches the operator's database.
"""

from robot.trials.bench import Outcome, run_case
from robot.trials.cases import Case, all_cases
from robot.trials.killing import KillRound, kill_rounds

__all__ = ["Case", "KillRound", "Outcome", "all_cases", "kill_rounds", "run_case"]
