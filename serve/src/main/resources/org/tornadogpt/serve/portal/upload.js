import { ask, make, say } from './common.js';
import { zip } from './zip.js';

// Brings a model from this computer, which is kept in the server's memory for a while.
export function upload(content, site) {
  const rules = site.upload;
  const file = make('input', { type: 'file', id: 'file', multiple: true, accept: '.zip,.safetensors,.json' });
  const name = make('input', { id: 'name', pattern: '[A-Za-z0-9][A-Za-z0-9._\\-]{0,63}', maxlength: 64, required: true, autocomplete: 'off' });
  const go = make('button', { type: 'submit' }, 'Bring it');
  const mine = make('ul', { class: 'runs' });
  const drop = make('div', { class: 'drop' },
    make('label', { for: 'file' }, 'A zip of a run, checkpoint or Hugging Face folder, or model.safetensors with config.json and tokenizer.json '), file);
  const form = make('form', { class: 'card' }, drop,
    make('div', { class: 'actions' }, make('label', { for: 'name' }, 'Name'), name, go));
  content.append(make('h2', {}, 'Upload'),
    make('p', { class: 'lead' }, rules.allowed
      ? `The model is checked, kept in memory only, and forgotten after ${rules.minutes} minutes. At most ${rules.models} models of ${rules.megabytes} MB.`
      : 'This server takes no models.'));
  if (!rules.allowed) {
    return;
  }
  content.append(form, make('section', { class: 'card', 'aria-label': 'Models that were brought' }, make('h3', {}, 'Brought by visitors'), mine));

  for (const [event, over] of [['dragover', true], ['dragleave', false], ['drop', false]]) {
    drop.addEventListener(event, (e) => {
      e.preventDefault();
      drop.classList.toggle('over', over);
      if (event === 'drop') {
        file.files = e.dataTransfer.files;
        suggest();
      }
    });
  }
  file.addEventListener('change', suggest);

  function suggest() {
    if (name.value === '' && file.files.length > 0) {
      name.value = file.files[0].name.replace(/\.[^.]*$/, '').replace(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '').slice(0, 64);
    }
  }

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (file.files.length === 0) {
      say('Choose a file first.', true);
      return;
    }
    go.disabled = true;
    say('Sending…');
    try {
      const files = [...file.files];
      const whole = files.length === 1 && files[0].name.endsWith('.zip') ? files[0] : await zip(files);
      const answer = await ask('/portal/api/uploads?name=' + encodeURIComponent(name.value), {
        method: 'POST', body: whole, headers: { 'Content-Type': 'application/zip' },
      });
      await site.refresh(answer.name);
      list();
      say(answer.name + ' has ' + answer.parameters.toLocaleString('en') + ' parameters and can write now.');
    } catch (e) {
      say(e.message, true);
    }
    go.disabled = false;
  });

  function list() {
    const brought = site.models.filter((m) => m.uploaded);
    mine.replaceChildren(...brought.map((m) => make('li', {}, make('div', { class: 'actions' },
      make('strong', {}, m.name), m.kind + ', ' + m.parameters.toLocaleString('en') + ' parameters',
      make('button', { type: 'button', class: 'plain', 'aria-label': 'Forget ' + m.name, onclick: () => forget(m.name) }, 'Forget')))));
    if (brought.length === 0) {
      mine.append(make('li', { class: 'note' }, 'None.'));
    }
  }

  async function forget(which) {
    try {
      await ask('/portal/api/uploads/' + encodeURIComponent(which), { method: 'DELETE' });
      await site.refresh();
      list();
      say(which + ' is forgotten.');
    } catch (e) {
      say(e.message, true);
    }
  }

  list();
}
