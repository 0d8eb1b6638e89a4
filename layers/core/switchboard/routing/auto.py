"""`switchboard/auto`: the gateway chooses the model. Of those capable enough, the one that answers well for the least.

What a model can do is judged by its published benchmarks in the catalog, each as a rank among the models that have it,
and by what its makers dare to charge; what an answer costs there is the index that also orders endpoints. The fields
of `model_routing_config` are ZenMux's: https://docs.zenmux.ai/guide/advanced/model-routing
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from switchboard.catalog.model import Catalog, Model
from switchboard.chat import ChatRequest
from switchboard.errors import InvalidRequest
from switchboard.json_types import Json
from switchboard.routing.index import BALANCED, PRICE_FIRST, SPEED_FIRST
from switchboard.routing.order import Ranked
from switchboard.routing.preference_fields import refuse, table, word

NAMES = frozenset({"switchboard/auto", "zenmux/auto", "openrouter/auto"})
CONFIG = "model_routing_config"
PREFERENCES = {"balanced": (0.5, BALANCED), "performance": (0.8, SPEED_FIRST), "price": (0.0, PRICE_FIRST)}
COMPLEXITIES = {"low": -0.25, "medium": 0.0, "high": 0.25}
TASKS = ("chat", "completion", "embedding")
# The one that is chosen, and those to fall back to.
MOST_MODELS = 3


@dataclass(frozen=True, slots=True)
class Brief:
    """`floor` is the share of models that the chosen one should surpass, `second` what one is worth in US dollars."""

    floor: float
    second: float
    models: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: ChatRequest) -> "Brief":
        """Raises InvalidRequest, naming the field."""
        fields = ("available_models", "preference", "task_info", "additional_properties")
        given = table(request.gateway.get(CONFIG), CONFIG, fields)
        preference = word(given.get("preference"), f"{CONFIG}.preference", tuple(PREFERENCES))
        floor, second = PREFERENCES[preference or "balanced"]
        where = f"{CONFIG}.task_info"
        task = table(given.get("task_info"), where, ("task_type", "complexity", "additional_properties"))
        word(task.get("task_type"), f"{where}.task_type", TASKS)
        complexity = word(task.get("complexity"), f"{where}.complexity", tuple(COMPLEXITIES))
        models = _models(given.get("available_models"))
        return cls(min(1.0, max(0.0, floor + COMPLEXITIES[complexity or "medium"])), second, models)


def is_auto(name: str) -> bool:
    return name in NAMES


def pool(catalog: Catalog, request: ChatRequest) -> list[Model]:
    """The models to choose from: those the caller lists, else all that talk. Raises InvalidRequest."""
    names = Brief.of(request).models
    unknown = [name for name in names if catalog.find(name) is None]
    if unknown:
        raise InvalidRequest(f"`{CONFIG}.available_models` names `{unknown[0]}`, which is no model here.", param=CONFIG)
    listed = [model for name in names if (model := catalog.find(name))]
    return listed or [model for model in catalog.models.values() if "text" in model.output_modalities]


def chosen(groups: Sequence[Sequence[Ranked]], catalog: Catalog, request: ChatRequest) -> list[Sequence[Ranked]]:
    """The best model first; each group holds one model's endpoints, its best first."""
    brief = Brief.of(request)
    priced = [group for group in groups if group and group[0].endpoint.price.is_known]
    able = capabilities([catalog.models[group[0].endpoint.model] for group in priced])
    ranks = _ranks(able)

    def cost(group: Sequence[Ranked]) -> float:
        best = group[0]
        return best.price + (best.time + best.failures) / BALANCED * brief.second

    enough = [group for group in priced if ranks[group[0].endpoint.model] >= brief.floor]
    rest = [group for group in priced if ranks[group[0].endpoint.model] < brief.floor]
    rest.sort(key=lambda group: -ranks[group[0].endpoint.model])
    return (sorted(enough, key=cost) + rest)[:MOST_MODELS]


def capabilities(models: Sequence[Model]) -> dict[str, float]:
    """Between 0 and 1, by model: the mean of its ranks in each benchmark that it has, and in what it charges."""
    by_benchmark: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for model in models:
        for name, score in _scores(model).items():
            by_benchmark[name][model.id] = score
    by_benchmark["price"] = {model.id: _output_rate(model) for model in models}
    votes: defaultdict[str, list[float]] = defaultdict(list)
    for scores in by_benchmark.values():
        for name, rank in _ranks(scores).items():
            votes[name].append(rank)
    return {name: sum(ranks) / len(ranks) for name, ranks in votes.items()}


def _ranks(scores: Mapping[str, float]) -> dict[str, float]:
    """The share of the others that each is at least as good as; 1 for one alone."""
    last = len(scores) - 1
    return {
        name: (sum(other <= score for other in scores.values()) - 1) / last if last else 1.0
        for name, score in scores.items()
    }


def _scores(model: Model) -> dict[str, float]:
    """The best of each benchmark, whatever harness it was run in."""
    found: dict[str, float] = {}
    given = model.facts.get("benchmarks")
    for entry in given if isinstance(given, list) else []:
        score = entry.get("score") if isinstance(entry, dict) else None
        if isinstance(entry, dict) and isinstance(score, int | float):
            name = str(entry.get("name"))
            found[name] = max(float(score), found.get(name, float(score)))
    return found


def _output_rate(model: Model) -> float:
    return min((float(e.price.rates["output"]) for e in model.endpoints if e.price.is_known), default=0.0)


def _models(value: Json) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
        raise refuse(f"{CONFIG}.available_models", "a list of models")
    return tuple(map(str, value))
