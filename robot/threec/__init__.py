"""The client of the dialer 3C Plus: what its HTTP API takes and gives. Knows no database and no normalizer."""
