"""Platforms' exports, as they were downloaded, to activities. Nothing is judged here, and nothing unpacked to disk."""

from socialclass.exports.archive import Archive, open_archive
from socialclass.exports.items import Unreadable
from socialclass.exports.table import EXPORT_FORMATS, EXPORTS, Export, export_named, recognise

__all__ = [
    "EXPORTS",
    "EXPORT_FORMATS",
    "Archive",
    "Export",
    "Unreadable",
    "export_named",
    "open_archive",
    "recognise",
]
