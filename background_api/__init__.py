"""The background API: takes jobs, computes lists, owns the engine, the encoder and Chroma."""
