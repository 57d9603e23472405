"""VAEs with better approximate inference: tighter bounds and richer posteriors.

iwae                  importance-weighted bound
dreg_iwae             the same bound with a gradient of lower variance
full_covariance_vae   normal posterior with a full covariance
iaf_vae               posterior transformed by a normalizing flow
"""
