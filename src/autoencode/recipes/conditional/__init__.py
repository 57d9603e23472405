"""VAEs that know a class, attributes or an image.

conditional_vae   on a class
floor_plan_vae    on an image, such as the outline of a building
attribute_vae     a block of the code for each attribute
m2_vae            semi-supervised: learns to classify from a few labelled examples
"""
