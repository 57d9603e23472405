"""VAEs that reweight or split the KL, so that latent dimensions stand for separate factors of variation.

beta_vae       a weight β on the KL
capacity_vae   the KL is held at a target that rises during training
beta_tc_vae    a weight on the total correlation, estimated from the batch
factor_vae     a weight on the total correlation, estimated by a critic
dip_vae        a penalty on the covariance of the codes
"""
