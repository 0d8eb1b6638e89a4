"""The model catalog: facts about models, providers and their offers. Pure data, compiled from TOML at build time."""

from switchboard.catalog.load import load_catalog
from switchboard.catalog.model import Catalog, DataPolicy, Endpoint, Model, Price, PriceTier, Provider

__all__ = ["Catalog", "DataPolicy", "Endpoint", "Model", "Price", "PriceTier", "Provider", "load_catalog"]
