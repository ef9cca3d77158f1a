"""Runs first inside the executable: the time zones are one archive there, not six hundred files to
unpack at each start.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(sys._MEIPASS) / "tzdata.zip"))  # type: ignore[attr-defined]  # noqa: SLF001 - PyInstaller's own name
