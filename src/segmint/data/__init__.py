"""Reading tables of customers, and writing results."""

from segmint.data.chunks import Chunk, read_chunks
from segmint.data.columns import raw_columns
from segmint.data.dataset import Dataset
from segmint.data.examples import example_table
from segmint.data.options import ReadOptions
from segmint.data.read import read
from segmint.data.schema_file import read_schema, write_schema
from segmint.data.sparing import spare_inputs
from segmint.data.write import check_target, open_writer

__all__ = [
    "Chunk",
    "Dataset",
    "ReadOptions",
    "check_target",
    "example_table",
    "open_writer",
    "raw_columns",
    "read",
    "read_chunks",
    "read_schema",
    "spare_inputs",
    "write_schema",
]
