import { knob, make, post, say, svg, visible } from './common.js';

// Greedy, beams and sampling from one prompt, side by side as a tree with log probabilities.
export function beams(content, site) {
  const prompt = make('textarea', { id: 'prompt', rows: 2, spellcheck: 'false' });
  prompt.value = site.prompt || 'the ';
  const width = knob('width', 'Beams', { type: 'range', min: 1, max: 8, step: 1, value: 3 });
  const length = knob('length', 'Tokens', { type: 'range', min: 2, max: 24, step: 1, value: 10 });
  const samples = knob('samples', 'Samples', { type: 'range', min: 1, max: 6, step: 1, value: 3 });
  const go = make('button', { type: 'submit' }, 'Compare');
  const result = make('div');
  const form = make('form', { class: 'card' }, make('label', { for: 'prompt' }, 'Text'), prompt,
    make('div', { class: 'even' }, width.field, length.field, samples.field), make('div', { class: 'actions' }, go));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    compare();
  });
  content.append(make('h2', {}, 'Beam lab'),
    make('p', { class: 'lead' }, 'Taking the likeliest token each time does not lead to the likeliest text. A search that keeps several texts finds better ones; sampling finds livelier ones.'),
    form, result);

  async function compare() {
    const model = site.model();
    if (!model) {
      say('There is no model: upload one.', true);
      return;
    }
    site.prompt = prompt.value;
    go.disabled = true;
    const tokens = length.value();
    const complete = (more) => post('/v1/completions', { model: model.name, prompt: prompt.value, max_tokens: tokens, logprobs: 0, ...more });
    try {
      const [found, greedy, sampled] = await Promise.all([
        post('/portal/api/beams', { model: model.name, prompt: prompt.value, tokens, beams: width.value() }),
        complete({ temperature: 0 }),
        complete({ temperature: 1, seed: 1, n: samples.value() }),
      ]);
      draw(found, greedy.choices, sampled.choices);
      say('');
    } catch (e) {
      result.replaceChildren();
      say(e.message, true);
    }
    go.disabled = false;
  }

  const total = (choice) => choice.logprobs.token_logprobs.reduce((a, b) => a + b, 0);

  function draw(found, greedy, sampled) {
    const list = (title, entries) => make('section', { class: 'card', 'aria-label': title }, make('h3', {}, title),
      ...entries.map(([text, sum]) => make('div', { class: 'result' },
        make('p', { class: 'note' }, 'log probability ' + sum.toFixed(2)), make('code', { class: 'text' }, visible(text)))));
    result.replaceChildren(
      make('div', { class: 'even' },
        list('Greedy', greedy.map((c) => [c.text, total(c)])),
        list('Beams', found.texts.map((t) => [t.text, t.logProbability])),
        list('Sampling', sampled.map((c) => [c.text, total(c)]))),
      make('section', { class: 'card', 'aria-label': 'Tree of the search' }, make('h3', {}, 'Tree of the search'),
        make('p', { class: 'note' }, 'Every token that was kept at some step, with its log probability; the way to the best text is marked.'),
        make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Tree, scrolls sideways' }, tree(found))));
  }

  function tree(found) {
    const best = new Set();
    for (let n = found.texts[0]?.node ?? -1; n >= 0; n = found.nodes[n].parent) {
      best.add(n);
    }
    const children = new Map();
    const depth = [];
    for (const node of found.nodes) {
      depth[node.number] = node.parent < 0 ? 0 : depth[node.parent] + 1;
      children.set(node.parent, [...(children.get(node.parent) ?? []), node.number]);
    }
    const row = [];
    let rows = 0;
    const place = (n) => {
      const below = children.get(n) ?? [];
      if (below.length === 0) {
        row[n] = rows++;
      } else {
        below.forEach(place);
        row[n] = below.reduce((sum, c) => sum + row[c], 0) / below.length;
      }
    };
    (children.get(-1) ?? []).forEach(place);
    const x = (n) => 10 + depth[n] * 64;
    const y = (n) => 14 + row[n] * 34;
    const wide = 70 + Math.max(0, ...depth) * 64;
    const picture = svg('svg', { class: 'tree', width: wide, height: rows * 34 + 10, role: 'img', 'aria-label': 'Tree of ' + found.nodes.length + ' tokens' });
    for (const node of found.nodes) {
      if (node.parent >= 0) {
        const [x0, y0, x1, y1] = [x(node.parent) + 40, y(node.parent), x(node.number), y(node.number)];
        picture.append(svg('path', { class: best.has(node.number) ? 'best' : '', d: `M${x0} ${y0}C${x0 + 12} ${y0} ${x1 - 12} ${y1} ${x1} ${y1}` }));
      }
    }
    for (const node of found.nodes) {
      picture.append(
        svg('rect', { class: best.has(node.number) ? 'best' : '', x: x(node.number), y: y(node.number) - 13, width: 40, height: 27, rx: 4 }),
        svg('text', { x: x(node.number) + 20, y: y(node.number) - 2, 'text-anchor': 'middle' }, visible(node.text)),
        svg('text', { class: 'small', x: x(node.number) + 20, y: y(node.number) + 11, 'text-anchor': 'middle' }, node.logProbability.toFixed(2)));
    }
    return picture;
  }

  compare();
}
