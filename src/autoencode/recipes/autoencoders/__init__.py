"""Autoencoders without a prior, from the plain one to sparse, contractive, denoising and regularised ones.

undercomplete_ae   a code smaller than the example: the basic autoencoder
conv_ae            the same of convolutions, for images
linear_ae          one linear layer each way: principal component analysis
denoising_ae       input corrupted, output clean
fashion_denoise    a tutorial's convolutional denoiser for Fashion-MNIST
document_denoise   a tutorial's convolutional denoiser for dirty scans
contractive_ae     a penalty on the encoder's Jacobian
sparse_ae          an L1 or KL penalty on the activations of a large code
topk_ae            only the k largest activations of a large code are kept
rae                a regularised decoder, and a prior fitted to the codes after training
"""
