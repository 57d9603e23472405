"""Work on many shards: one function from a shard to a shard, alone, in a pool of processes, or by Ray."""
