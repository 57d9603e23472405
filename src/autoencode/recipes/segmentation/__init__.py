"""Networks that name the class of each pixel of a picture of any size.

segmenter   a U-Net, trained on pictures and their masks
"""
