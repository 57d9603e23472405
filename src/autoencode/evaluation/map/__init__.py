"""A map of all codes: a page to look through, or a still picture."""

from autoencode.evaluation.map.content import MapContent
from autoencode.evaluation.map.page import MapStats, write_map_page
from autoencode.evaluation.map.projection import project, projections
from autoencode.evaluation.map.still import static_map

__all__ = ["MapContent", "MapStats", "project", "projections", "static_map", "write_map_page"]
