"""Translucent marks that several pictures share: found by comparing the pictures, then taken off each.

integration     an image from its gradients
agreement       where the gradients of many pictures agree
shared_mark     opacity and colour of the mark, and its removal
mark_remover    for files: pictures of one size are compared
"""

from autoencode.cleaning.marks.mark_remover import MarkRemover
from autoencode.cleaning.marks.shared_mark import SharedMark, find_shared_mark

__all__ = ["MarkRemover", "SharedMark", "find_shared_mark"]
