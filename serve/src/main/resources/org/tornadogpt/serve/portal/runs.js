import { ask, events, knob, make, say, svg } from './common.js';

const COLOURS = 6;

// The runs in the folder, their curves live, compared. One stream tells of all of them: a browser keeps six connections
// to a server, and a stream for each run would take the last one.
export function runs(content) {
  const list = make('ul', { class: 'runs' });
  const charts = make('div');
  const together = make('div');
  const rows = new Map();
  const watched = new Map();
  const left = new AbortController();
  content.append(make('h2', {}, 'Runs'),
    make('p', { class: 'lead' }, 'Losses of the runs in the folder, drawn on while they train.'),
    make('div', { class: 'columns' }, make('div', {}, together, charts),
      make('section', { class: 'card first', 'aria-label': 'Runs in the folder' }, make('h3', {}, 'In the folder'), list)));

  async function follow() {
    for (let first = true; !left.signal.aborted; first = false) {
      try {
        for await (const data of events('/portal/api/live', { signal: left.signal })) {
          await update(JSON.parse(data).runs, first);
          first = false;
        }
        throw new Error('The server has gone.');
      } catch (e) {
        if (left.signal.aborted || (e.status && e.status !== 503)) {
          if (!left.signal.aborted) {
            say(e.message, true);
          }
          return;
        }
        say(e.message + ' It is asked again.', true);
        await new Promise((done) => setTimeout(done, 2000));
      }
    }
  }

  async function update(found, first) {
    say('');
    const names = new Set(found.map((run) => run.name));
    for (const [name, row] of rows) {
      if (!names.has(name)) {
        forget(name);
        row.remove();
        rows.delete(name);
        say(name + ' is not in the folder any more.');
      }
    }
    for (const run of [...found].reverse().filter((r) => !rows.has(r.name))) {
      const box = make('input', { type: 'checkbox' });
      box.checked = first && run === found[0];
      box.addEventListener('change', () => {
        if (box.checked) {
          watch(run.name);
          refresh(run.name, '');
        } else {
          forget(run.name);
        }
      });
      rows.set(run.name, make('li', {}, make('label', {}, box, run.name)));
      list.prepend(rows.get(run.name));
      if (box.checked) {
        watch(run.name);
      }
    }
    list.querySelector('.note')?.remove();
    if (rows.size === 0) {
      list.append(make('li', { class: 'note' }, 'There are none yet: tgpt train makes one.'));
    }
    await Promise.all(found.filter((run) => watched.has(run.name)).map((run) => refresh(run.name, run.changed + ' ' + run.size)));
  }

  function watch(name) {
    const used = new Set([...watched.values()].map((state) => state.colour));
    let colour = 0;
    while (used.has(colour)) {
      colour++;
    }
    const card = make('section', { class: 'card', 'aria-label': 'Run ' + name }, make('h3', {}, name));
    watched.set(name, { card, colour, stamp: null, run: null });
    charts.append(card);
  }

  async function refresh(name, stamp) {
    const state = watched.get(name);
    if (state.stamp === stamp) {
      return;
    }
    try {
      const run = await ask('/portal/api/runs/' + encodeURIComponent(name), { signal: left.signal });
      state.stamp = stamp;
      state.run = run;
      if (watched.get(name) === state && !state.card.querySelector('input:focus')) { // a slider in somebody's hand stays
        draw(state.card, name, run);
        compare();
      }
    } catch (e) {
      if (!left.signal.aborted) {
        say(e.message, true);
      }
    }
  }

  function forget(name) {
    watched.get(name)?.card.remove();
    watched.delete(name);
    compare();
  }

  // Validation losses of all that are watched, in one picture of one scale.
  function compare() {
    const shown = [...watched].filter(([, state]) => state.run !== null);
    if (shown.length < 2) {
      together.replaceChildren();
      return;
    }
    const colour = (state) => 'run-' + state.colour % COLOURS + (state.colour < COLOURS ? '' : ' again');
    const lines = shown.map(([, state]) => [colour(state), state.run.evaluations.map((e) => [e[0], e[2]])]);
    const label = 'Validation losses of ' + shown.map(([name]) => name).join(', ');
    together.replaceChildren(make('section', { class: 'card', 'aria-label': 'Compared' }, make('h3', {}, 'Validation losses'),
      chart(lines, label), make('p', { class: 'legend' }, ...shown.map(([name, state]) => make('span', { class: colour(state) }, name)))));
  }

  function draw(card, name, run) {
    const best = run.evaluations.reduce((a, b) => (a === null || b[2] < a[2] ? b : a), null);
    const words = 'step ' + run.lastStep + (best ? ', best validation loss ' + best[2].toFixed(4) + ' at step ' + best[0] : '')
      + (run.tokensPerSecond ? ', ' + Math.round(run.tokensPerSecond).toLocaleString('en') + ' tokens/s' : '');
    card.replaceChildren(make('h3', {}, name), make('p', { class: 'note' }, words), chart([['train faint', run.steps], ['train', run.evaluations.map((e) => [e[0], e[1]])],
        ['val', run.evaluations.map((e) => [e[0], e[2]])]], name + ': ' + words),
      make('p', { class: 'legend' }, make('span', { class: 'k-train' }, 'training'), make('span', { class: 'k-val' }, 'validation')));
    if (run.samples.length > 0) {
      card.append(samples(watched.get(name), name, run.samples));
    }
  }

  // What the model wrote at its evaluations; the last one unless another was chosen.
  function samples(state, name, texts) {
    const last = texts.length - 1;
    const at = state?.sample === undefined ? last : Math.min(state.sample, last);
    const text = make('div', { class: 'text', role: 'group', 'aria-label': 'Sample' });
    const slider = knob('sample-' + name, 'Sample at step', { type: 'range', min: 0, max: last, step: 1, value: at }, (i) => texts[i][0]);
    const show = () => {
      text.textContent = texts[slider.value()][1];
    };
    slider.input.addEventListener('input', () => {
      if (state) {
        state.sample = slider.value() === last ? undefined : slider.value();
      }
      show();
    });
    show();
    return make('div', { class: 'samples' }, slider.field, text);
  }

  // Lines of points, each with its class.
  function chart(lines, label) {
    const [H, L, B] = [300, 46, 26];
    const W = Math.min(720, Math.max(280, charts.clientWidth - 34)); // letters of one size on every screen
    const points = lines.flatMap(([, ps]) => ps);
    const picture = svg('svg', { class: 'chart', viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': label });
    if (points.length === 0) {
      return picture;
    }
    const right = Math.max(4, ...points.map((p) => p[0]));
    const top = Math.max(...points.map((p) => p[1]));
    const low = Math.min(...points.map((p) => p[1]), top - 1e-6);
    const x = (s) => L + s / right * (W - L - 10);
    const y = (v) => 10 + (top - v) / (top - low) * (H - B - 16);
    for (let i = 0; i <= 4; i++) {
      const v = low + (top - low) * i / 4;
      picture.append(svg('line', { class: 'grid', x1: L, x2: W - 10, y1: y(v), y2: y(v) }),
        svg('text', { x: L - 6, y: y(v) + 4, 'text-anchor': 'end' }, v.toFixed(2)),
        svg('text', { x: x(right * i / 4), y: H - 6, 'text-anchor': i === 0 ? 'start' : i === 4 ? 'end' : 'middle' }, Math.round(right * i / 4)));
    }
    for (const [cls, ps] of lines) {
      picture.append(svg('path', { class: cls, d: ps.map((p, i) => (i ? 'L' : 'M') + x(p[0]).toFixed(1) + ' ' + y(p[1]).toFixed(1)).join('') + (ps.length === 1 ? 'h0' : '') }));
    }
    return picture;
  }

  follow();
  return () => left.abort();
}
