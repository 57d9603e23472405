"""Models in which the codes of all examples together are matched to the prior, in place of each posterior.

wae              by the maximum mean discrepancy (MMD)
info_vae         by the MMD, with a part of the KL kept
adversarial_ae   by a critic
"""
