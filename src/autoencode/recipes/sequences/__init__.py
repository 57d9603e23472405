"""Sequences of tokens, such as lines of text.

text_vae    a recurrent encoder, and a recurrent decoder that reads what it has written
"""
