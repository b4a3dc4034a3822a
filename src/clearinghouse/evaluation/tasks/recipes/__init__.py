"""Validated recipes as tasks: what is embedded, who has to agree, and how the recipe's own signals judge."""
