"""A map of all codes: an interactive page, or a picture."""

from autoencode.views.map.content import MapContent
from autoencode.views.map.page import MapStats, write_map_page
from autoencode.views.map.projection import project, projections
from autoencode.views.map.static_map import static_map

__all__ = ["MapContent", "MapStats", "project", "projections", "static_map", "write_map_page"]
