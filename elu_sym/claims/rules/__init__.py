"""Rules for what no proof is about: runs of experiments, and thresholds that were measured."""
