"""Quantisers: finite sets of vectors, one of which stands for each position of a code.

quantiser                     the base class
codebook                      codewords that are running means
residual_vector_quantiser     one or several codebooks in sequence
finite_scalar_quantiser       rounding, without a codebook
"""
