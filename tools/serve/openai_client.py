#!/usr/bin/env python3
"""Uses a running `tgpt serve` through the openai package, unmodified, and checks what comes back.

    ./tgpt serve --run runs/NAME &
    python3 tools/serve/openai_client.py http://127.0.0.1:8080
"""
import sys

import openai

BASE = (sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080").rstrip("/")
client = openai.OpenAI(base_url=BASE + "/v1", api_key="any", max_retries=0)
done = 0


def check(what, condition):
    global done
    if not condition:
        sys.exit("FAILED: " + what)
    done += 1
    print("ok  ", what)


def refused(kind, code, call):
    try:
        call()
    except kind as e:
        return e.code == code
    return False


models = [m.id for m in client.models.list()]
check("models are listed: " + ", ".join(models), models)
model = models[0]
check("one model is retrieved", client.models.retrieve(model).id == model)

text = client.completions.create(model=model, prompt="a", max_tokens=40, seed=7)
whole = text.choices[0].text
check("a completion", len(whole) > 0 and text.choices[0].finish_reason == "length")
check("usage", text.usage.completion_tokens == 40 and text.usage.total_tokens == text.usage.prompt_tokens + 40)
again = client.completions.create(model=model, prompt="a", max_tokens=40, seed=7)
check("the seed decides", again.choices[0].text == whole)

stream = client.completions.create(
    model=model, prompt="a", max_tokens=40, seed=7, stream=True, stream_options={"include_usage": True})
chunks = list(stream)
check("a stream is the same text", "".join(c.choices[0].text for c in chunks if c.choices) == whole)
check("a stream's usage", chunks[-1].usage.completion_tokens == 40 and not chunks[-1].choices)

stop = whole[5:8]
cut = client.completions.create(model=model, prompt="a", max_tokens=40, seed=7, stop=stop).choices[0]
check("a stop string", cut.text == whole[: whole.index(stop)] and cut.finish_reason == "stop")
cut = "".join(c.choices[0].text for c in client.completions.create(
    model=model, prompt="a", max_tokens=40, seed=7, stop=[stop], stream=True))
check("a stop string of a stream", cut == whole[: whole.index(stop)])

several = client.completions.create(model=model, prompt=["a", "b"], n=2, max_tokens=8, seed=7)
check("arrays of prompts and n", len(several.choices) == 4 and several.choices[0].text == whole[: len(several.choices[0].text)])

scored = client.completions.create(model=model, prompt="a", max_tokens=5, logprobs=2, temperature=0)
scores = scored.choices[0].logprobs
check("logprobs", len(scores.tokens) == 5 and all(
    t in top and abs(top[t] - p) < 1e-9 for t, p, top in zip(scores.tokens, scores.token_logprobs, scores.top_logprobs)))

messages = [{"role": "system", "content": "b"}, {"role": "user", "content": "a"}]
chat = client.chat.completions.create(model=model, messages=messages, max_completion_tokens=20, seed=3, logprobs=True,
                                      top_logprobs=2)
said = chat.choices[0].message
check("a chat", said.role == "assistant" and len(said.content) > 0)
check("a chat's logprobs", len(chat.choices[0].logprobs.content) == 20
      and len(chat.choices[0].logprobs.content[0].top_logprobs) == 2)
streamed = "".join(c.choices[0].delta.content or "" for c in client.chat.completions.create(
    model=model, messages=messages, max_completion_tokens=20, seed=3, stream=True) if c.choices)
check("a chat's stream is the same text", streamed == said.content)

extra = client.completions.create(model=model, prompt="a", max_tokens=8, n=2, extra_body={"beams": 4})
check("a search with beams", len(extra.choices) == 2)
extra = client.completions.create(
    model=model, prompt="a", max_tokens=8, extra_body={"top_k": 1, "min_p": 0.1, "repetition_penalty": 1.1})
check("top_k, min_p, repetition_penalty", extra.usage.completion_tokens == 8)

check("no such model", refused(openai.NotFoundError, "model_not_found",
                               lambda: client.completions.create(model="no", prompt="a")))
check("a prompt that is too long", refused(openai.BadRequestError, "context_length_exceeded",
                                           lambda: client.completions.create(model=model, prompt="a" * 20000)))
check("a field that is not supported", refused(openai.BadRequestError, "unsupported_parameter",
                                               lambda: client.completions.create(model=model, prompt="a", echo=True)))
check("a wrong value", refused(openai.BadRequestError, "invalid_value",
                               lambda: client.completions.create(model=model, prompt="a", temperature=9)))
print(done, "checks passed with openai", openai.__version__)
