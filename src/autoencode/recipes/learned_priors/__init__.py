"""VAEs whose prior is learned.

mixture_vae      mixture of normals, whose components are clusters
vamp_vae         VampPrior: mixture of the posteriors of learned pseudo-inputs
flow_prior_vae   normalizing flow
ladder_vae       several levels of latents
two_stage_vae    a second VAE, trained on the codes of the first
"""
