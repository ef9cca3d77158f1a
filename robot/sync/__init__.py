"""The engine: windows read page by page, proven, stored, remembered; executions, planning, audit,
retrying.

It names no system: what is read, and where it goes, comes as a job (`robot.sync.job`).
"""
