"""The pages, one module each; every one draws what its named queries give."""
