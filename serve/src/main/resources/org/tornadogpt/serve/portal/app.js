import { ask, make, say, useKey } from './common.js';
import { write } from './write.js';
import { pipeline } from './pipeline.js';
import { beams } from './beams.js';
import { runs } from './runs.js';
import { upload } from './upload.js';

const pages = { write, pipeline, beams, runs, upload };
const page = document.getElementById('page');
const select = document.getElementById('model');

const site = {
  models: [],
  upload: null,
  model: () => site.models.find((m) => m.name === select.value) ?? null,
  prompt: '',
  async refresh(chosen) {
    const answer = await ask('/portal/api/models');
    site.models = answer.models;
    site.upload = answer.upload;
    const before = chosen ?? select.value;
    select.replaceChildren(...site.models.map((m) => make('option', { value: m.name }, m.name)));
    if (site.models.some((m) => m.name === before)) {
      select.value = before;
    }
  },
};

let leave = () => {};

function show() {
  leave();
  const name = location.hash.slice(1) in pages ? location.hash.slice(1) : 'write';
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === '#' + name) {
      link.setAttribute('aria-current', 'page');
      document.title = link.textContent + ' · tornado-gpt';
    } else {
      link.removeAttribute('aria-current');
    }
  }
  say('');
  const content = make('div');
  page.replaceChildren(content);
  leave = pages[name](content, site) ?? (() => {});
}

async function start() {
  try {
    await site.refresh();
    show();
  } catch (e) {
    page.replaceChildren();
    say(e.message, true);
  }
}

document.getElementById('key').addEventListener('submit', (event) => {
  event.preventDefault();
  useKey(document.getElementById('key-value').value);
  event.target.hidden = true;
  start();
});
window.addEventListener('hashchange', () => {
  show();
  page.focus();
});
select.addEventListener('change', show);
start();
