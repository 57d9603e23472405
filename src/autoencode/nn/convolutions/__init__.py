"""Convolutions for images, and the networks made of them.

sizes              how strides change the size of an image
conv               3×3 convolution, also with max-pooling; Glorot initialisation
transposed_conv    convolutions for decoders
overlap_add        patches of an image and their sum, for transposed convolutions
fused_sequential   layers in sequence, with ReLU fused into convolutions
residual_blocks    with group normalisation and without
unet               U-Net
"""
