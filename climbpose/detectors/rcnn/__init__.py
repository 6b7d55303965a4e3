"""Keypoint R-CNN, run by torch and torchvision, which are loaded only when it is asked for."""
