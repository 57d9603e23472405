"""Masks: pictures whose values name the class of each pixel.

mask_classes   the classes of a set of masks, and how masks of them are stored
volume_masks   masks of volumes
mask_files     reads the values of one mask file
find_classes   finds the classes among the values of all masks
outlines       objects with numbers as classes: background, object, outline
"""
