import { make, percent, post, say, svg, visible } from './common.js';

// One prompt's way through the model: embeddings, attention of each head, norms of the stream, the logit lens.
export function pipeline(content, site) {
  const prompt = make('textarea', { id: 'prompt', rows: 2, spellcheck: 'false' });
  prompt.value = site.prompt || 'the way of a text';
  const go = make('button', { type: 'submit' }, 'Look inside');
  const result = make('div');
  const form = make('form', { class: 'card' }, make('label', { for: 'prompt' }, 'Text'), prompt,
    make('div', { class: 'actions' }, go));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    look();
  });
  content.append(make('h2', {}, 'Pipeline'),
    make('p', { class: 'lead' }, 'What happens to a text on its way through the layers: who looks at whom, how the residual stream grows, and what the model would say if it ended early.'),
    form, result);

  async function look() {
    const model = site.model();
    if (!model) {
      say('There is no model: upload one.', true);
      return;
    }
    site.prompt = prompt.value;
    go.disabled = true;
    try {
      draw(await post('/portal/api/inspect', { model: model.name, prompt: prompt.value }));
      say('');
    } catch (e) {
      result.replaceChildren();
      say(e.message, true);
    }
    go.disabled = false;
  }

  function draw(seen) {
    const names = seen.tokens.map(visible);
    result.replaceChildren();
    if (seen.leftOut > 0) {
      result.append(make('p', { class: 'note' }, 'Only the last ' + names.length + ' tokens are shown.'));
    }
    result.append(attentionCard(seen, names), normsCard(seen, names), lensCard(seen, names));
  }

  function attentionCard(seen, names) {
    const layer = make('select', { id: 'layer' }, ...seen.layers.map((_, l) => make('option', { value: l }, 'Layer ' + (l + 1))));
    const heads = make('div', { class: 'heads' });
    const readout = make('p', { class: 'readout', id: 'readout', 'aria-live': 'polite' },
      'Point at a cell, or move through a matrix with the arrow keys: a row is a token, its columns are what it looks at.');
    const show = () => heads.replaceChildren(...Array.from({ length: seen.heads }, (_, h) =>
      matrix(seen.layers[Number(layer.value)].attention, h, names, readout)));
    layer.addEventListener('change', show);
    show();
    return make('section', { class: 'card', 'aria-label': 'Attention' }, make('h3', {}, 'Attention'),
      make('label', { for: 'layer' }, 'Layer '), layer, readout, heads);
  }

  function matrix(attention, h, names, readout) {
    const n = names.length;
    const scale = Math.max(2, Math.ceil(160 / n));
    const canvas = make('canvas', {
      width: n * scale, height: n * scale, tabindex: 0, role: 'img',
      'aria-label': 'Head ' + (h + 1) + ': attention of ' + n + ' tokens; arrow keys read single values',
    });
    const g = canvas.getContext('2d');
    const colour = getComputedStyle(document.documentElement).getPropertyValue('--cell');
    const at = (t, s) => attention[(h * n + t) * n + s];
    let cell = [n - 1, 0];
    const paint = (marked) => {
      g.clearRect(0, 0, n * scale, n * scale);
      for (let t = 0; t < n; t++) {
        for (let s = 0; s <= t; s++) {
          g.fillStyle = 'rgba(' + colour + ',' + Math.sqrt(at(t, s)) + ')';
          g.fillRect(s * scale, t * scale, scale, scale);
        }
      }
      if (marked) {
        g.strokeStyle = 'rgb(200,60,20)';
        g.lineWidth = 2;
        g.strokeRect(cell[1] * scale, cell[0] * scale, scale, scale);
      }
    };
    const read = () => {
      paint(true);
      const [t, s] = cell;
      readout.replaceChildren('Head ' + (h + 1) + ': ', make('code', {}, names[t]), ' (' + (t + 1) + ') looks at ',
        make('code', {}, names[s]), ' (' + (s + 1) + ') with ' + percent(at(t, s)));
    };
    canvas.addEventListener('pointermove', (event) => {
      const box = canvas.getBoundingClientRect();
      const s = Math.min(n - 1, Math.max(0, Math.floor((event.clientX - box.left) / box.width * n)));
      const t = Math.min(n - 1, Math.max(0, Math.floor((event.clientY - box.top) / box.height * n)));
      if (s <= t) {
        cell = [t, s];
        read();
      }
    });
    canvas.addEventListener('pointerleave', () => paint(false));
    canvas.addEventListener('keydown', (event) => {
      const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (move) {
        event.preventDefault();
        const t = Math.min(n - 1, Math.max(0, cell[0] + move[0]));
        cell = [t, Math.min(t, Math.max(0, cell[1] + move[1]))];
        read();
      }
    });
    paint(false);
    return make('figure', {}, canvas, make('figcaption', {}, 'Head ' + (h + 1)));
  }

  function normsCard(seen, names) {
    const rows = [['Embedding', seen.embedding]];
    seen.layers.forEach((l, i) => rows.push(['Layer ' + (i + 1) + ' attention', l.afterAttention], ['Layer ' + (i + 1) + ' MLP', l.afterMlp]));
    const largest = Math.max(...rows.flatMap((r) => r[1]));
    const table = make('table', { 'aria-label': 'Norms' },
      make('thead', {}, make('tr', {}, make('td'), ...names.map((n) => make('th', { scope: 'col' }, n)))),
      make('tbody', {}, ...rows.map(([name, values]) => make('tr', {}, make('th', { scope: 'row' }, name),
        ...values.map((v) => make('td', {}, v.toFixed(v < 10 ? 1 : 0), gauge(v / largest)))))));
    return make('section', { class: 'card', 'aria-label': 'Residual stream' }, make('h3', {}, 'Residual stream'),
      make('p', { class: 'note' }, 'Its length after each part.'),
      make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Norms, scrolls sideways' }, table));
  }

  function gauge(share) {
    return svg('svg', { viewBox: '0 0 30 4', width: 30, height: 4, 'aria-hidden': 'true' },
      svg('rect', { class: 'said', x: 0, y: 0, height: 4, width: (30 * share).toFixed(1) }));
  }

  function lensCard(seen, names) {
    const rows = seen.lens.map((positions, l) => [l === 0 ? 'Embedding' : 'Layer ' + l, positions]).reverse();
    const table = make('table', { id: 'lens', 'aria-label': 'Logit lens' },
      make('thead', {}, make('tr', {}, make('td'), ...names.map((n) => make('th', { scope: 'col' }, n)))),
      make('tbody', {}, ...rows.map(([name, positions]) => make('tr', {}, make('th', { scope: 'row' }, name),
        ...positions.map((top) => {
          const cell = make('td', { title: top.map((c) => visible(c.text) + ' ' + percent(c.said)).join('\n') },
            visible(top[0].text), gauge(top[0].said));
          return cell;
        })))));
    return make('section', { class: 'card', 'aria-label': 'Logit lens' }, make('h3', {}, 'Logit lens'),
      make('p', { class: 'note' }, 'The likeliest next token after each token, if the model ended there. The top row is what it really says.'),
      make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Logit lens, scrolls sideways' }, table));
  }

  look();
}
