from autoencode.data.images.formats import formats, suffixes


def test_plain_raster_formats_only():
    assert {"PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP", "PPM"} <= set(formats())
    assert not {"EPS", "WMF", "HDF5", "MPEG", "PDF"} & set(formats())


def test_their_endings():
    assert {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm"} <= suffixes()
    assert not {".eps", ".pdf", ".txt", ".npy", ""} & suffixes()
