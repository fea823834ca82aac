"""Data: simulated ones with their true mixture, real ones, and tables of a reader's own."""
