"""API 3C Robot: the entry point. See robot/cli.py."""

import os
import signal
import sys

if __name__ == "__main__":
    before = signal.signal(signal.SIGINT, lambda *_: os._exit(130))  # Ctrl+C while the modules load: nothing is open yet
    from robot.cli import main

    signal.signal(signal.SIGINT, before)
    sys.exit(main())
