"""An invented web application for harbour offices."""
