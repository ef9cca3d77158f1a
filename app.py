"""API 3C Robot: the entry point. See robot/cli.py."""

import sys

from robot.cli import main

if __name__ == "__main__":
    sys.exit(main())
