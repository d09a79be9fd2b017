import { ask, events, knob, make, say, svg } from './common.js';

// The runs in the folder, their curves live, compared.
export function runs(content) {
  const list = make('ul', { class: 'runs' });
  const charts = make('div');
  const watched = new Map();
  content.append(make('h2', {}, 'Runs'),
    make('p', { class: 'lead' }, 'Losses of the runs in the folder, drawn on while they train.'),
    make('div', { class: 'columns' }, charts,
      make('section', { class: 'card', 'aria-label': 'Runs in the folder' }, make('h3', {}, 'In the folder'), list)));

  async function start() {
    try {
      const answer = await ask('/portal/api/runs');
      if (answer.runs.length === 0) {
        list.replaceChildren(make('li', { class: 'note' }, 'There are none yet: tgpt train makes one.'));
      }
      answer.runs.forEach((run, i) => {
        const box = make('input', { type: 'checkbox' });
        box.checked = i === 0;
        box.addEventListener('change', () => (box.checked ? watch(run.name) : forget(run.name)));
        list.append(make('li', {}, make('label', {}, box, run.name)));
        if (i === 0) {
          watch(run.name);
        }
      });
      if (answer.runs.length === 0) {
        charts.replaceChildren(make('section', { class: 'card' }, make('p', { class: 'note' }, 'Nothing to draw.')));
      }
    } catch (e) {
      say(e.message, true);
    }
  }

  async function watch(name) {
    const control = new AbortController();
    const card = make('section', { class: 'card', 'aria-label': 'Run ' + name });
    watched.set(name, { control, card });
    charts.append(card);
    const path = '/portal/api/runs/' + encodeURIComponent(name);
    try {
      for await (const data of events(path + '/live', { signal: control.signal })) {
        if (data === 'gone') {
          break;
        }
        const run = await ask(path);
        if (!card.querySelector('input:focus')) { // a slider in somebody's hand stays
          draw(card, name, run);
        }
      }
    } catch (e) {
      if (e.name !== 'AbortError') {
        say(e.message, true);
      }
    }
  }

  function forget(name) {
    watched.get(name)?.control.abort();
    watched.get(name)?.card.remove();
    watched.delete(name);
  }

  function draw(card, name, run) {
    const best = run.evaluations.reduce((a, b) => (a === null || b[2] < a[2] ? b : a), null);
    const words = 'step ' + run.lastStep + (best ? ', best validation loss ' + best[2].toFixed(4) + ' at step ' + best[0] : '')
      + (run.tokensPerSecond ? ', ' + Math.round(run.tokensPerSecond).toLocaleString('en') + ' tokens/s' : '');
    card.replaceChildren(make('h3', {}, name), make('p', { class: 'note' }, words), chart(run, name + ': ' + words),
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

  function chart(run, label) {
    const [H, L, B] = [300, 46, 26];
    const W = Math.min(720, Math.max(280, charts.clientWidth - 34)); // letters of one size on every screen
    const points = [...run.steps.map((s) => [s[0], s[1]]), ...run.evaluations.flatMap((e) => [[e[0], e[1]], [e[0], e[2]]])];
    const picture = svg('svg', { class: 'chart', viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': label });
    if (points.length === 0) {
      return picture;
    }
    const right = Math.max(1, ...points.map((p) => p[0]));
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
    const line = (cls, ps) => picture.append(svg('path', { class: cls, d: ps.map((p, i) => (i ? 'L' : 'M') + x(p[0]).toFixed(1) + ' ' + y(p[1]).toFixed(1)).join('') }));
    line('train faint', run.steps);
    line('train', run.evaluations.map((e) => [e[0], e[1]]));
    line('val', run.evaluations.map((e) => [e[0], e[2]]));
    return picture;
  }

  start();
  return () => [...watched.keys()].forEach(forget);
}
