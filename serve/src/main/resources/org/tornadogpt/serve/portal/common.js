// What all pages use. Everything that comes from a model or a file becomes text, never markup.

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      node.addEventListener(name.slice(2), value);
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value === true ? '' : value);
    }
  }
  node.append(...children);
  return node;
}

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export function say(text, bad = false) {
  const status = document.getElementById('status');
  status.textContent = text;
  status.className = bad ? 'bad' : '';
}

let key = null;

export function useKey(value) {
  key = value;
}

function headers(more) {
  return key === null ? more : { ...more, Authorization: 'Bearer ' + key };
}

async function failure(response) {
  let message = 'the server answered ' + response.status;
  try {
    message = (await response.json()).error.message;
  } catch {
    // no JSON: the status has to do
  }
  if (response.status === 401) {
    document.getElementById('key').hidden = false;
  }
  return Object.assign(new Error(message), { status: response.status });
}

export async function ask(path, options = {}) {
  const response = await fetch(path, { ...options, headers: headers(options.headers ?? {}) });
  if (!response.ok) {
    throw await failure(response);
  }
  return response.json();
}

export function post(path, body, signal) {
  return ask(path, {
    method: 'POST', body: JSON.stringify(body), signal, headers: { 'Content-Type': 'application/json' },
  });
}

// The events of a stream, also of one that needs a key, which EventSource could not send.
export async function* events(path, options = {}) {
  const response = await fetch(path, { ...options, headers: headers(options.headers ?? {}) });
  if (!response.ok) {
    throw await failure(response);
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }
    rest += value;
    const parts = rest.split('\n\n');
    rest = parts.pop();
    for (const part of parts) {
      if (part.startsWith('data: ')) {
        yield part.slice('data: '.length);
      }
    }
  }
}

// A token as it can be seen.
export function visible(text) {
  return text.replaceAll('\n', '⏎').replaceAll('\t', '⇥').replaceAll('\r', '␍').replaceAll(' ', '␣') || '∅';
}

// The same for who hears the page: signs for blanks have no name.
export function spoken(text) {
  const names = { '\n': 'line break', '\t': 'tab', '\r': 'carriage return', ' ': 'space' };
  return /\S/.test(text) ? text : [...text].map((c) => names[c] ?? c).join(', ') || 'nothing';
}

export function percent(p) {
  return (100 * p).toFixed(p < 0.0995 ? 1 : 0) + '%';
}

// A slider or number with its label and value.
export function knob(name, label, attributes, shown = (v) => v) {
  const output = make('output', { for: name }, shown(attributes.value));
  const input = make('input', { id: name, name, ...attributes });
  input.addEventListener('input', () => {
    output.textContent = shown(input.value);
  });
  const caption = make('span', {}, make('label', { for: name }, label), output);
  return { field: make('div', { class: 'field' }, caption, input), input, value: () => Number(input.value) };
}

export function bar(said, chance) {
  const wide = (p) => Math.max(0, 100 * p).toFixed(2);
  const parts = [svg('rect', { class: 'said', x: 0, y: 0, width: wide(said), height: chance === null ? 16 : 7, rx: 1 })];
  if (chance !== null) {
    parts.push(svg('rect', { class: 'chance', x: 0, y: 9, width: wide(chance), height: 7, rx: 1 }));
  }
  return svg('svg', { viewBox: '0 0 100 16', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, ...parts);
}
