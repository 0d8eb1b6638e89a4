"""What a request uses and costs: records, estimates and exact prices. Pure arithmetic."""
