"""What runs on a schedule: Lambda calls it every minute, the local server every few seconds."""
