import asyncio

import orjson
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.secret import Secret
from switchboard.settings import Settings
from switchboard.storage.keys import KeyStore
from switchboard.storage.usage import generation_of

from tests.examples import KEY, KEY_TEXT, body, catalog, ended, endpoint, model, said
from tests.fakes import Answered, FakeClock, FakeDatabase, FakeTelemetry, FakeTransport, SteadyChance, ask, streamed


def test_the_parts_together_answer_a_request() -> None:
    async def load(_: str) -> Secret:
        return Secret("sk-1")

    async def run() -> Answered:
        await KeyStore(database, "K").add(KEY)
        app = chat_gateway(
            Surroundings(
                settings=Settings(keys_table="K", usage_table="U", uptime_table="R"),
                catalog=catalog(model(endpoint())),
                database=database,
                load_provider_key=load,
                transport=transport,
                telemetry=FakeTelemetry(),
                clock=FakeClock(),
                chance=SteadyChance(),
            )
        )
        request = orjson.dumps(body(stream=True))
        return await ask(app, "POST", "/v1/chat/completions", request, authorization=f"Bearer {KEY_TEXT}")

    database, transport = FakeDatabase(), FakeTransport([streamed(said("Hello"), ended())])
    answered = asyncio.run(run())
    assert answered.body.endswith(b"data: [DONE]\n\n")
    assert transport.requests[0].headers["authorization"] == "Bearer sk-1"
    (item,) = database.tables["U"].values()
    assert generation_of(item).endpoint == "lab/one@acme"
