"""A page with a compressed file of photographs and what decodes it."""

from autoencode.views.album.page import AlbumContent, album_page, write_album

__all__ = ["AlbumContent", "album_page", "write_album"]
