"""`client.onboarding`: flows, who is in them, and their e-mails.

Repeated by themselves after a fault are the reads, and of the writes `start_flow`,
`complete_step`, `skip_step` and `update_metadata`: a second time sets what the first one set. All
others are sent once.
"""

from __future__ import annotations

from robot.atendeaqui.onboarding.emails import EmailCalls
from robot.atendeaqui.onboarding.flows import FlowCalls
from robot.atendeaqui.onboarding.progress import ProgressCalls


class OnboardingModule(ProgressCalls, FlowCalls, EmailCalls):
    """All calls of onboarding. Every method raises the errors of `AtendeAquiError`."""
