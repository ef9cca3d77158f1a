"""The commands: one file each.

A command reads its options, calls what is below, and prints; nothing is decided here.
"""
