"""Pictures and charts of what a model learned: plain tensors in, a Pillow image or a matplotlib figure out."""

from autoencode.evaluation.figures.before_after import Crop, before_after, crop
from autoencode.evaluation.figures.codes import codes
from autoencode.evaluation.figures.curves import curves
from autoencode.evaluation.figures.grid import grid
from autoencode.evaluation.figures.labelled import labelled_grid
from autoencode.evaluation.figures.manifold import manifold
from autoencode.evaluation.figures.moving import animation, save_animation
from autoencode.evaluation.figures.pairs import pairs
from autoencode.evaluation.figures.profiles import profiles
from autoencode.evaluation.figures.rates import kl_bars
from autoencode.evaluation.figures.rendering import Drawing, png, svg
from autoencode.evaluation.figures.saving import save_figure
from autoencode.evaluation.figures.spoiled import View, corruption_sheet, views
from autoencode.evaluation.figures.stacked import stacked

__all__ = [
    "Crop",
    "Drawing",
    "View",
    "before_after",
    "codes",
    "crop",
    "curves",
    "grid",
    "labelled_grid",
    "manifold",
    "animation",
    "pairs",
    "png",
    "profiles",
    "kl_bars",
    "save_figure",
    "save_animation",
    "corruption_sheet",
    "stacked",
    "svg",
    "views",
]
