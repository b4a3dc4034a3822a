"""An assessment: what was run under a plan, what it showed, and what the rule says of it."""
