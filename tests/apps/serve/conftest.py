"""The chain of tests/chain.py as fixtures."""

from tests.chain import accepted, begin, offered

__all__ = ["accepted", "begin", "offered"]
