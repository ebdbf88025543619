"""The dispatch seam: a pure problem in, a plan out. No framework, no clock, no chance.

problem: what is asked and who could come · check: the hard rules, once · explain: what speaks for a team ·
assign: the cheapest plan that breaks no rule.
"""
