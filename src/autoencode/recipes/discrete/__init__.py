"""Models with discrete codes.

vq_vae            vector quantisation: one codeword at each position
residual_vq_vae   sums of codewords from several codebooks
fsq_vae           finite scalar quantisation: rounded numbers, no codebook
categorical_vae   categorical variables (Gumbel-softmax)
bernoulli_vae     bits (binary Concrete)
"""
