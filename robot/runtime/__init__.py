"""The process: logs and masking, signals, threads, the program's own files and name.

Knows nothing of calls or settings.
"""
