"""The job `dialer_export`: who is to be sent to the dialer, the sending, and settling what became
of lost answers.

Every contact's state is committed before and after the request that carries it: never twice, never
lost.
"""
