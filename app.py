"""API 3C Robot: the entry point. See robot/cli.py."""

import os
import signal
import sys

if __name__ == "__main__":
    for number in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # while the modules load, nothing is open yet; main has its own handlers
        signal.signal(number, lambda *_: os._exit(130))
    from robot.cli import main

    sys.exit(main())
