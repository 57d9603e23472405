"""A map of all codes: a page to look through, or a still picture."""

from autoencode.evaluation.map.content import MapContent
from autoencode.evaluation.map.page import PageFacts, write_page
from autoencode.evaluation.map.projection import project, projections
from autoencode.evaluation.map.still import still

__all__ = ["MapContent", "PageFacts", "project", "projections", "still", "write_page"]
