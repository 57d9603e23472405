"""Networks that name the class of each pixel of a picture of any size.

segmenter                 a U-Net, trained on pictures and their masks
probabilistic_segmenter   with a code in between, from which several plausible masks are drawn
"""
