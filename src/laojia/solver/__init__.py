"""The dispatch seam: a pure problem in, a plan out."""
