"""What one may ask of the robot: plain functions and loops that know no console.

The faces (`commands`) show it.
"""
