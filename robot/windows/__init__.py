"""What only Windows has: the console's window, its closing, the Event Log, the Task Scheduler. No
package but ctypes.

Each module can be imported everywhere, and does nothing, or says why not, where there is no
Windows. Nothing here knows of settings, executions or databases.
"""
