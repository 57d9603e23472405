import base64
import io

import numpy as np
from PIL import Image

from autoencode.views.report.embedding import data_uri, size


def shown(picture):
    kind, content = data_uri(picture).split(";base64,")
    return kind, Image.open(io.BytesIO(base64.b64decode(content)))


def test_small_pictures_keep_clean_edges():
    pixels = np.arange(300 * 200, dtype=np.uint32).reshape(300, 200).astype(np.uint8)
    kind, picture = shown(Image.fromarray(pixels))
    assert kind == "data:image/png"
    assert (np.array(picture) == pixels.repeat(6, axis=0).repeat(6, axis=1)).all()


def test_photographs_are_shrunk_and_compressed():
    noise = np.random.default_rng(0).integers(0, 256, (2000, 600, 4), np.uint8)
    photograph = Image.fromarray(noise)
    kind, picture = shown(photograph)
    assert kind == "data:image/webp"
    assert picture.size == size(photograph) == (540, 1800)
