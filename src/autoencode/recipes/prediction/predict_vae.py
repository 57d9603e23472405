"""The model that draws several plausible futures of a few frames."""

from collections.abc import Sequence

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveInt

from autoencode.errors import ArgumentError
from autoencode.likelihoods import FutureLikelihood
from autoencode.model import Autoencoder
from autoencode.nn import FutureFromCode, PastAndCode
from autoencode.nn.frame_prediction import FrameShape
from autoencode.objectives import Elbo, Objective, RecognisedCode, Warmup
from autoencode.posteriors import FeaturesAndNormalPosterior
from autoencode.recipes.parameters import Widths
from autoencode.recipes.recipe import recipe, require_image
from autoencode.settings import Settings

PREDICTION_SETTINGS = Settings(
    min_steps=3000,
    batch_size=16,
    optimizer="muon",
    learning_rate=0.01,
    schedule="linear",
    ema_decay=0.99,
)
PREDICTION_DATA = {"past": 5, "future": 10}


@recipe("predict-vae", settings=PREDICTION_SETTINGS, default_for=("frames",), data=PREDICTION_DATA)
def predict_vae(
    data_shape: Sequence[int],
    *,
    frame_channels: PositiveInt = 1,
    future_frames: PositiveInt = 10,
    widths: Widths = (96, 128, 160),
    blocks: PositiveInt = 1,
    latent_dim: PositiveInt = 8,
    decoder_blocks: NonNegativeInt = 2,
    summary_widths: Widths = (16, 32, 64, 96),
    beta: NonNegativeFloat = 1.0,
    warmup_steps: NonNegativeInt = 500,
) -> tuple[Autoencoder, Objective]:
    """Predicts the frames that come next, several plausible futures of each (autoencode predict).

    Train it on frames in order: a folder of them, clips, or an array of clips; --past and --future say how many frames
    it is given and how many it predicts. A code of a few numbers says which of the plausible futures is meant: in
    training it comes from past and future, and later from the past alone. Decoded with the features of the past it is
    the change of each future frame against the last known one.

    Args:
        data_shape: (past frames · channels, height, width).
        frame_channels: channels of a frame, 1 or 3; taken from the data.
        future_frames: how many frames are predicted; taken from the data.
        widths: channels of the feature maps at a quarter, an eighth … of the size.
        blocks: residual blocks at each size, on the way down and on the way up.
        latent_dim: numbers of the code, one code for all future frames.
        decoder_blocks: residual blocks between the code and the frames.
        summary_widths: channels of the two networks that find the code, at a half, a quarter … of the size.
        beta: weight of the KL term; above 1 futures differ less, below 1 draws need not be plausible.
        warmup_steps: training steps over which the weight of the KL term rises from 0.

    Raises:
        ArgumentError: the data are not windows of frames.

    References:
        Denton and Fergus, "Stochastic video generation with a learned prior", ICML 2018, whose code is one for each
        frame; Gao et al., "SimVP", CVPR 2022; one code for the whole: Kohl et al., NeurIPS 2018.
    """
    require_image(data_shape, "predict-vae")
    channels, height, width = data_shape
    if channels % frame_channels:
        raise ArgumentError(f"{channels} channels are no frames of {frame_channels} each: train on frames in order")
    shape = FrameShape(frame_channels, channels // frame_channels, future_frames, height, width)
    encoder = PastAndCode(shape, latent_dim=latent_dim, widths=widths, blocks=blocks, summary_widths=summary_widths)
    model = Autoencoder(
        encoder=encoder,
        posterior=FeaturesAndNormalPosterior(encoder.n_features, latent_dim, encoder.grid),
        decoder=FutureFromCode(shape, widths[0], latent_dim, decoder_blocks),
        likelihood=FutureLikelihood(data_shape, frame_channels * future_frames),
    )
    return model, RecognisedCode(Elbo(beta=Warmup(warmup_steps, beta)))
