"""VAEs with continuous codes that are not normal.

hyperspherical_vae   directions: points on the unit sphere
dirichlet_vae        proportions that sum to 1
interval_vae         numbers between 0 and 1 (beta)
gamma_vae            positive numbers
"""
