"""Reading tables of customers, and writing results."""

from segmint.data.columns import raw_columns
from segmint.data.dataset import Dataset
from segmint.data.examples import example_table
from segmint.data.options import ReadOptions
from segmint.data.read import read
from segmint.data.schema_file import read_schema, write_schema

__all__ = ["Dataset", "ReadOptions", "example_table", "raw_columns", "read", "read_schema", "write_schema"]
