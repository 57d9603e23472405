"""Networks that predict the frames that come next.

predict_vae   several plausible futures of a few past frames
"""
