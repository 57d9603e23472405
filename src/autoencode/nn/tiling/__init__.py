"""Networks applied to images of any size, piece by piece.

receptive_field   how a network declares the radius of its receptive field
tiling            networks of finite receptive field, in tiles: exact
windows           networks of one fixed size, in blended windows
patches           pieces of an image, reflected at its edges
"""
