"""The robot with the toy on its list."""

from __future__ import annotations

import sys

from robot import jobs
from toy.listed import TOY

jobs.JOBS = (*jobs.JOBS, TOY)  # the one line

from robot.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
