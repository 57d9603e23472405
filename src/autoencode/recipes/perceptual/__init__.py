"""VAEs whose reconstructions are compared by the feature maps of a network, for sharper images.

perceptual_vae   features of a network that learns beside the VAE, or of a pretrained VGG
vae_gan          features of a GAN's discriminator
"""
