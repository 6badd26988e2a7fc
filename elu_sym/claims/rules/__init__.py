"""Rules for what no proof is about: runs of experiments, measured thresholds, long iterations."""
