"""A study as one HTML page: the answer first, the doubt beside it, the evidence below."""

from segmint.report.html import render, write_report
from segmint.report.summary import summarize

__all__ = ["render", "summarize", "write_report"]
