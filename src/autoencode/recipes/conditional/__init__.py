"""VAEs that are conditioned on a class or an image.

conditional_vae   on a class
floor_plan_vae    on an image, such as the outline of a building
m2_vae            semi-supervised: learns to classify from a few labelled examples
"""
