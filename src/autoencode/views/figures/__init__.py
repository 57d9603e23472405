"""Pictures and charts of what a model learned: plain tensors in, a Pillow image or a matplotlib figure out."""

from autoencode.views.figures.animation import animation, save_animation
from autoencode.views.figures.before_after import Crop, before_after, crop
from autoencode.views.figures.bit_map import bit_map
from autoencode.views.figures.codes import codes
from autoencode.views.figures.comparison import Comparison, comparison
from autoencode.views.figures.corruption_sheet import View, corruption_sheet, views
from autoencode.views.figures.curves import curves
from autoencode.views.figures.futures import above_each_other, futures
from autoencode.views.figures.grid import grid
from autoencode.views.figures.heat_map import HeatMapPair, heat_map, heat_map_sheet
from autoencode.views.figures.kl_bars import kl_bars
from autoencode.views.figures.labelled_grid import labelled_grid
from autoencode.views.figures.manifold import manifold
from autoencode.views.figures.overlay import overlay, overlays
from autoencode.views.figures.pairs import pairs
from autoencode.views.figures.profiles import profiles
from autoencode.views.figures.rendering import Drawing, png, svg
from autoencode.views.figures.saving import save_figure
from autoencode.views.figures.stacked import stacked
from autoencode.views.figures.table_columns import table_columns

__all__ = [
    "Comparison",
    "Crop",
    "Drawing",
    "HeatMapPair",
    "View",
    "before_after",
    "bit_map",
    "codes",
    "comparison",
    "crop",
    "curves",
    "above_each_other",
    "futures",
    "grid",
    "heat_map",
    "heat_map_sheet",
    "labelled_grid",
    "manifold",
    "animation",
    "overlay",
    "overlays",
    "pairs",
    "png",
    "profiles",
    "kl_bars",
    "save_figure",
    "save_animation",
    "corruption_sheet",
    "stacked",
    "svg",
    "table_columns",
    "views",
]
