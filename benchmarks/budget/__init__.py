"""The ledger under load: on two engines (`make engines`), and the bound it keeps (`python -m benchmarks.budget`)."""
