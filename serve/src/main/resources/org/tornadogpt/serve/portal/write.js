import { bar, events, knob, make, percent, post, say, spoken, visible } from './common.js';

// Prompt, knobs, the distribution of the next token, streamed text, and what each token could have been.
export function write(content, site) {
  let tokens = [];
  let chosen = -1;
  let running = null;
  let asked = 0;

  const prompt = make('textarea', { id: 'prompt', rows: 3, spellcheck: 'false' });
  prompt.value = site.prompt || '';
  const temperature = knob('temperature', 'Temperature', { type: 'range', min: 0, max: 2, step: 0.05, value: 1 },
    (v) => Number(v).toFixed(2));
  const topK = knob('top-k', 'Top-k', { type: 'range', min: 0, max: 50, step: 1, value: 0 }, (v) => (v === '0' || v === 0 ? 'all' : v));
  const topP = knob('top-p', 'Top-p', { type: 'range', min: 0.05, max: 1, step: 0.05, value: 1 }, (v) => Number(v).toFixed(2));
  const minP = knob('min-p', 'Min-p', { type: 'range', min: 0, max: 1, step: 0.01, value: 0 }, (v) => Number(v).toFixed(2));
  const seed = knob('seed', 'Seed', { type: 'number', min: 0, step: 1, value: 1337 }, () => '');
  const count = knob('count', 'Tokens', { type: 'number', min: 1, max: 2000, step: 1, value: 200 }, () => '');
  const go = make('button', { type: 'button', onclick: start }, 'Write');
  const stop = make('button', { type: 'button', class: 'plain', disabled: true, onclick: () => running?.abort() }, 'Stop');
  const text = make('div', { class: 'text', id: 'text', 'aria-label': 'Text', role: 'group' });
  const next = make('div');
  const nextTitle = make('h3', {}, 'What comes next');

  content.append(
    make('h2', {}, 'Write'),
    make('p', { class: 'lead' }, 'The model writes on from your text. Click a token to see what else it could have been, and branch from there.'),
    make('div', { class: 'columns' },
      make('div', {},
        make('section', { class: 'card', 'aria-label': 'Prompt' },
          make('label', { for: 'prompt' }, 'Text to continue'), prompt,
          make('div', { class: 'actions' }, go, stop)),
        make('section', { class: 'card', 'aria-label': 'What the model wrote' }, text)),
      make('div', {},
        make('section', { class: 'card', 'aria-label': 'Knobs' },
          temperature.field, topK.field, topP.field, minP.field, make('div', { class: 'actions' }, seed.field, count.field)),
        make('section', { class: 'card', 'aria-label': 'Next token' }, nextTitle, next,
          make('p', { class: 'legend' }, make('span', { class: 'k-said' }, 'the model'),
            make('span', { class: 'k-chance' }, 'after the knobs'))))));

  function sampling() {
    return {
      temperature: temperature.value(), top_k: topK.value(), top_p: topP.value(), min_p: minP.value(),
      seed: Math.trunc(seed.value()) || 0,
    };
  }

  function upTo(index) {
    return prompt.value + tokens.slice(0, index).map((t) => t.text).join('');
  }

  async function distribution() {
    const model = site.model();
    if (!model) {
      return;
    }
    const mine = ++asked;
    const at = chosen < 0 ? tokens.length : chosen;
    try {
      const answer = await post('/portal/api/next', { model: model.name, prompt: upTo(at), ...sampling() });
      if (mine === asked) {
        draw(answer, at);
      }
    } catch (e) {
      say(e.message, true);
    }
  }

  function draw(answer, at) {
    nextTitle.textContent = chosen < 0 ? 'What comes next' : 'Instead of ' + visible(tokens[chosen].text);
    const list = make('ol', { class: 'bars', id: 'distribution' });
    for (const c of answer.candidates.slice(0, 14)) {
      const pick = make('button', {
        type: 'button', class: 'plain', title: 'Go on with this token',
        'aria-label': 'Go on with ' + spoken(c.text) + ', ' + percent(c.said) + ', after the knobs ' + percent(c.chance),
        onclick: () => branch(at, c.text),
      }, visible(c.text));
      list.append(make('li', {}, pick, bar(c.said, c.chance), make('span', { class: 'number' }, percent(c.chance))));
    }
    next.replaceChildren(list, make('p', { class: 'note' }, answer.kept + ' tokens can be chosen'));
  }

  function branch(at, other) {
    running?.abort();
    prompt.value = upTo(at) + other;
    tokens = [];
    chosen = -1;
    start();
  }

  function redraw() {
    text.replaceChildren(make('span', { class: 'prompt' }, prompt.value));
    tokens.forEach((t, i) => text.append(piece(t, i)));
  }

  // No button element: its text is a box of its own, in which a line break breaks no line.
  function piece(t, i) {
    const chance = percent(Math.exp(t.logprob));
    const token = make('span', {
      class: t.text.includes('\n') ? 'token break' : 'token', role: 'button', tabindex: 0,
      'aria-pressed': i === chosen ? 'true' : 'false', 'aria-label': spoken(t.text) + ', ' + chance, title: chance,
    }, t.text);
    token.addEventListener('click', () => choose(i));
    token.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        choose(i);
      }
    });
    return token;
  }

  function choose(i) {
    chosen = chosen === i ? -1 : i;
    for (const [j, token] of [...text.querySelectorAll('.token')].entries()) {
      token.setAttribute('aria-pressed', j === chosen ? 'true' : 'false');
    }
    distribution();
  }

  async function start() {
    const model = site.model();
    if (!model) {
      say('There is no model: upload one.', true);
      return;
    }
    running?.abort();
    const mine = new AbortController();
    running = mine;
    site.prompt = prompt.value;
    tokens = [];
    chosen = -1;
    go.disabled = true;
    stop.disabled = false;
    say('');
    redraw();
    try {
      const body = {
        model: model.name, prompt: prompt.value, stream: true, logprobs: 0,
        max_tokens: Math.max(1, Math.trunc(count.value())), ...sampling(),
      };
      const stream = events('/v1/completions', {
        method: 'POST', body: JSON.stringify(body), signal: mine.signal, headers: { 'Content-Type': 'application/json' },
      });
      for await (const data of stream) {
        if (data === '[DONE]') {
          break;
        }
        const chunk = JSON.parse(data);
        if (chunk.error) {
          throw new Error(chunk.error.message);
        }
        if (chunk.prompt_note) {
          say(chunk.prompt_note);
        }
        const scores = chunk.choices[0].logprobs;
        scores.tokens.forEach((t, i) => {
          tokens.push({ text: t, logprob: scores.token_logprobs[i] });
          text.append(piece(tokens[tokens.length - 1], tokens.length - 1));
        });
      }
    } catch (e) {
      if (e.name !== 'AbortError') {
        say(e.message, true);
      }
    }
    if (running === mine) {
      running = null;
      go.disabled = false;
      stop.disabled = true;
      distribution();
    }
  }

  let timer = 0;
  function later() {
    clearTimeout(timer);
    timer = setTimeout(distribution, 60);
  }
  for (const k of [temperature, topK, topP, minP]) {
    k.input.addEventListener('input', later);
  }
  prompt.addEventListener('input', () => {
    site.prompt = prompt.value;
    tokens = [];
    chosen = -1;
    redraw();
    later();
  });
  redraw();
  distribution();
  return () => {
    clearTimeout(timer);
    running?.abort();
  };
}
