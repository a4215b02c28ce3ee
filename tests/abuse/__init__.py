"""What strangers send and what people are talked into configuring: corpora of abuse, one parametrised test each."""
