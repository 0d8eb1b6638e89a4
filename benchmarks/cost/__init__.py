"""What a million answers cost on AWS, on paper: list prices times what an answer takes. Free tiers are left out."""
