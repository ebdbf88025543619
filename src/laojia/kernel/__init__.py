"""Small tools without tables: errors, clock, codes, crypto, paging, environment."""
