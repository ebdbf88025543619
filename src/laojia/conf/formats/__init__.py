"""How dates are written into forms, per language. Browsers take and give only 2026-11-25, whatever they show."""
