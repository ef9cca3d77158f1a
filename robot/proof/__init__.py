"""The tester that ships: what the robot promises, tried against the built-in simulator, on whatever machine it stands.

middle of its work and resumes it. `python app.py prove` prints them; tests/proof runs the same table. Nothing here touches
the operator's database.
"""

from robot.proof.bench import Outcome, run_case
from robot.proof.cases import Case, all_cases

__all__ = ["Case", "Outcome", "all_cases", "run_case"]
