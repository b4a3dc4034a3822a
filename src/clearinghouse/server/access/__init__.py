"""Who may see and do what: one place, compiled into querysets."""
