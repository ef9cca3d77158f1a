"""Simulators of the outside systems: real HTTP, invented data, faults on demand. One folder a
system.

The listener and the table of faults are shared by all. Standard library only, and nothing from the
rest of `robot`: whatever a simulator shared with the robot, they would get wrong together.
"""
