"""Networks that take a context besides their input: a class or an image.

conditional   on a vector, which is concatenated to features or codes
channels      on an image, which is concatenated along the channels
"""
