"""Code that asks a model through this gateway, in the languages that the model page shows. Pure.

Model id and address are set in as JSON strings, which are string literals in each of these languages.
"""

import json
from collections.abc import Mapping
from string import Template

from switchboard.catalog.model import Model
from switchboard.json_types import Json

_SAMPLES: Mapping[str, Template] = {
    "OpenAI-Python": Template("""\
import os
from openai import OpenAI

client = OpenAI(base_url=$base, api_key=os.environ["SWITCHBOARD_API_KEY"])
completion = client.chat.completions.create(
    model=$model,
    messages=[{"role": "user", "content": "Hello!"}],
)
print(completion.choices[0].message.content)"""),
    "Python": Template("""\
import json
import os
import urllib.request

request = urllib.request.Request(
    $base + "/chat/completions",
    data=json.dumps({"model": $model, "messages": [{"role": "user", "content": "Hello!"}]}).encode(),
    headers={
        "Authorization": "Bearer " + os.environ["SWITCHBOARD_API_KEY"],
        "Content-Type": "application/json",
    },
)
with urllib.request.urlopen(request) as reply:
    print(json.load(reply)["choices"][0]["message"]["content"])"""),
    "TypeScript": Template("""\
const reply = await fetch($base + "/chat/completions", {
  method: "POST",
  headers: {
    Authorization: `Bearer $${process.env.SWITCHBOARD_API_KEY}`,
    "Content-Type": "application/json",
  },
  body: JSON.stringify({ model: $model, messages: [{ role: "user", content: "Hello!" }] }),
});
const completion = await reply.json();
console.log(completion.choices[0].message.content);"""),
    "OpenAI-TypeScript": Template("""\
import OpenAI from "openai";

const client = new OpenAI({ baseURL: $base, apiKey: process.env.SWITCHBOARD_API_KEY });
const completion = await client.chat.completions.create({
  model: $model,
  messages: [{ role: "user", content: "Hello!" }],
});
console.log(completion.choices[0].message.content);"""),
    "cURL": Template("""\
curl $base_text/chat/completions \\
  -H "Authorization: Bearer $$SWITCHBOARD_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"model": $quoted, "messages": [{"role": "user", "content": "Hello!"}]}'"""),
    "Anthropic-Python": Template("""\
import os
from anthropic import Anthropic

client = Anthropic(base_url=$anthropic, auth_token=os.environ["SWITCHBOARD_API_KEY"])
message = client.messages.create(
    model=$model,
    max_tokens=1024,
    messages=[{"role": "user", "content": "Hello!"}],
)
print(message.content[0].text)"""),
}
_STREAMING: Mapping[str, Template] = {
    "OpenAI-Python": Template("""\
import os
from openai import OpenAI

client = OpenAI(base_url=$base, api_key=os.environ["SWITCHBOARD_API_KEY"])
stream = client.chat.completions.create(
    model=$model,
    messages=[{"role": "user", "content": "Hello!"}],
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)"""),
    "OpenAI-TypeScript": Template("""\
import OpenAI from "openai";

const client = new OpenAI({ baseURL: $base, apiKey: process.env.SWITCHBOARD_API_KEY });
const stream = await client.chat.completions.create({
  model: $model,
  messages: [{ role: "user", content: "Hello!" }],
  stream: true,
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}"""),
    "cURL": Template("""\
curl -N $base_text/chat/completions \\
  -H "Authorization: Bearer $$SWITCHBOARD_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"model": $quoted, "stream": true, "messages": [{"role": "user", "content": "Hello!"}]}'"""),
}
_EMBEDDING: Mapping[str, Template] = {
    "OpenAI-Python": Template("""\
import os
from openai import OpenAI

client = OpenAI(base_url=$base, api_key=os.environ["SWITCHBOARD_API_KEY"])
reply = client.embeddings.create(model=$model, input="Hello!")
print(len(reply.data[0].embedding))"""),
    "Python": Template("""\
import json
import os
import urllib.request

request = urllib.request.Request(
    $base + "/embeddings",
    data=json.dumps({"model": $model, "input": "Hello!"}).encode(),
    headers={
        "Authorization": "Bearer " + os.environ["SWITCHBOARD_API_KEY"],
        "Content-Type": "application/json",
    },
)
with urllib.request.urlopen(request) as reply:
    print(len(json.load(reply)["data"][0]["embedding"]))"""),
    "TypeScript": Template("""\
const reply = await fetch($base + "/embeddings", {
  method: "POST",
  headers: {
    Authorization: `Bearer $${process.env.SWITCHBOARD_API_KEY}`,
    "Content-Type": "application/json",
  },
  body: JSON.stringify({ model: $model, input: "Hello!" }),
});
console.log((await reply.json()).data[0].embedding.length);"""),
    "OpenAI-TypeScript": Template("""\
import OpenAI from "openai";

const client = new OpenAI({ baseURL: $base, apiKey: process.env.SWITCHBOARD_API_KEY });
const reply = await client.embeddings.create({ model: $model, input: "Hello!" });
console.log(reply.data[0].embedding.length);"""),
    "cURL": Template("""\
curl $base_text/embeddings \\
  -H "Authorization: Bearer $$SWITCHBOARD_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"model": $quoted, "input": "Hello!"}'"""),
}


def samples(model: Model, address: str) -> list[Json]:
    """`address` is that of the gateway, without a path of the API."""
    embeds = any(endpoint.makes_embeddings for endpoint in model.endpoints)
    return _filled(_EMBEDDING if embeds else _SAMPLES, model, address)


def streaming_samples(model: Model, address: str) -> list[Json]:
    """For a model that answers with text."""
    return _filled(_STREAMING, model, address)


def _filled(templates: Mapping[str, Template], model: Model, address: str) -> list[Json]:
    words = {
        "base": json.dumps(address + "/api/v1"),
        "base_text": address + "/api/v1",
        "anthropic": json.dumps(address + "/api/anthropic"),
        "model": json.dumps(model.id),
        "quoted": json.dumps(model.id).replace("'", r"'\''"),
    }
    return [{"language": language, "code": template.substitute(words)} for language, template in templates.items()]
