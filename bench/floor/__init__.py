"""The bare framework: a Django project with nothing but four views over one table and its journal."""
