// Uses a running `tgpt serve` through the npm package openai, unmodified, and checks what comes back.
//
//     npm install openai
//     ./tgpt serve --run runs/NAME &
//     node tools/serve/openai_client.mjs http://127.0.0.1:8080
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// The package is looked for where the script is started, not where it lies.
const require = createRequire(pathToFileURL(process.cwd() + '/'));
const { OpenAI } = require('openai');

const base = (process.argv[2] ?? 'http://127.0.0.1:8080').replace(/\/$/, '');
const client = new OpenAI({ baseURL: base + '/v1', apiKey: 'any', maxRetries: 0 });
let done = 0;

function check(what, condition) {
  if (!condition) {
    console.error('FAILED: ' + what);
    process.exit(1);
  }
  done++;
  console.log('ok   ' + what);
}

async function refused(status, code, call) {
  try {
    await call();
  } catch (e) {
    return e.status === status && e.code === code;
  }
  return false;
}

const models = (await client.models.list()).data.map((m) => m.id);
check('models are listed: ' + models.join(', '), models.length > 0);
const model = models[0];

const one = await client.completions.create({ model, prompt: 'a', max_tokens: 40, seed: 7 });
const whole = one.choices[0].text;
check('a completion', whole.length > 0 && one.usage.completion_tokens === 40);

let text = '';
for await (const chunk of await client.completions.create({ model, prompt: 'a', max_tokens: 40, seed: 7, stream: true })) {
  text += chunk.choices[0]?.text ?? '';
}
check('a stream is the same text', text === whole);

const messages = [{ role: 'user', content: 'a' }];
const chat = await client.chat.completions.create({ model, messages, max_completion_tokens: 20, seed: 3, logprobs: true });
check('a chat', chat.choices[0].message.content.length > 0 && chat.choices[0].logprobs.content.length === 20);

text = '';
const stream = await client.chat.completions.create({
  model, messages, max_completion_tokens: 20, seed: 3, stream: true, stream_options: { include_usage: true },
});
let usage = null;
for await (const chunk of stream) {
  text += chunk.choices[0]?.delta?.content ?? '';
  usage = chunk.usage ?? usage;
}
check("a chat's stream is the same text", text === chat.choices[0].message.content && usage.completion_tokens === 20);

const stop = whole.slice(5, 8);
const cut = await client.completions.create({ model, prompt: 'a', max_tokens: 40, seed: 7, stop: [stop] });
check('a stop string', cut.choices[0].text === whole.slice(0, whole.indexOf(stop)) && cut.choices[0].finish_reason === 'stop');

const aborted = await client.completions.create({ model, prompt: 'a', max_tokens: 1000, stream: true });
for await (const _ of aborted) {
  break;
}
check('a stream is left', aborted.controller.signal.aborted);
check('no such model', await refused(404, 'model_not_found', () => client.completions.create({ model: 'no', prompt: 'a' })));
check('a prompt that is too long', await refused(400, 'context_length_exceeded',
  () => client.completions.create({ model, prompt: 'a'.repeat(20000) })));
check('a field that is not supported', await refused(400, 'unsupported_parameter',
  () => client.completions.create({ model, prompt: 'a', suffix: 'b' })));
console.log(done + ' checks passed');
