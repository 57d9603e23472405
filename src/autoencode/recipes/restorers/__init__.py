"""Fully convolutional networks that restore images and video of any size.

restorer              trained on clean images that are corrupted, or on pairs
self_restorer         trained on noisy images alone
video_restorer        the same as restorer for video, from several frames
video_self_restorer   trained on a noisy video alone
"""
