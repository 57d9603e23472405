"""Variational autoencoders with normal posteriors and a standard normal prior.

dense_vae      one hidden layer on each side, a two-dimensional code: the first tutorial
deep_vae       several hidden layers; good results within seconds
conv_vae       residual convolutions for images of any size: the default for images
map_vae        maps of symbols such as game rooms, from some hundred of them
fashion_vae    a tutorial's convolutional VAE for Fashion-MNIST
cyclical_vae   the weight of the KL rises several times (cyclical annealing)
"""
