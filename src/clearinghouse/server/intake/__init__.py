"""Reports: received, stored, read; receipts, violations, attachments, purges."""
