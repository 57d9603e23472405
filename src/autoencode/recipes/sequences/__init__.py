"""Sequences of tokens, such as lines of text and tunes, and of chords.

text_vae       a recurrent encoder, and a recurrent decoder that reads what it has written
music_vae      the same for short tunes, with a plan for each step
deep_markov    a code for each step of music in chords, which depends on the one before
"""
