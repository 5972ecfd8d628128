"""A tiny PMTiles file, written by the format's own Python package."""

import struct
import zlib

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer


def write_tiles(path, *, kind="PNG", deepest=3):
    """Write one plain coloured tile for each place of the first zooms."""
    with path.open("wb") as file:
        writer = Writer(file)
        for zoom in range(deepest + 1):
            for x in range(2**zoom):
                for y in range(2**zoom):
                    writer.write_tile(zxy_to_tileid(zoom, x, y), tile(zoom, x, y))
        bounds = {"min_lon_e7": -1800000000, "min_lat_e7": -850000000}
        bounds |= {"max_lon_e7": 1800000000, "max_lat_e7": 850000000}
        bounds |= {"center_zoom": 0, "center_lon_e7": 0, "center_lat_e7": 0}
        header = {"tile_type": TileType[kind], "tile_compression": Compression.NONE, **bounds}
        writer.finalize(header, {"name": "made for a test"})
    return path


def tile(zoom, x, y):
    """A one-colour PNG that says in its colour where it belongs, down to zoom 6."""
    row = b"\x00" + bytes((40 * zoom, 4 * x, 4 * y)) * 256
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 256, 256, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * 256)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
