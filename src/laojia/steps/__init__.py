"""The five steps. Data flows menu → order → dispatch → serve → review; imports point the other way."""
