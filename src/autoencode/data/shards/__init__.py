"""Examples in shards: tar files of pictures and Parquet files, which may be larger than the memory."""
