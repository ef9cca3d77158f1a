"""Jobs: one module for each thing that is kept in step. A job puts a source, a normalizer and tables together."""

from robot.jobs.calls import CallsJob
from robot.jobs.job import Digest, Job

__all__ = ["CallsJob", "Digest", "Job"]
