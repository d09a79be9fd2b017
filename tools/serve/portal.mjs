// Uses the page of a running `tgpt serve` as a person would, in a real Chromium; takes screenshots and asks axe-core about each page.
//
//     npm install playwright-core axe-core      (Chromium from the system, or CHROMIUM=/path/to/it)
//     ./tgpt serve --run runs/NAME &
//     node tools/serve/portal.mjs http://127.0.0.1:8080 shots MODEL.zip [METRICS.jsonl]
//
// MODEL.zip is a model to bring. METRICS.jsonl is that of the newest run in the server's folder, which lines are added to
// as if it trained.
import { createRequire } from 'node:module';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(process.cwd() + '/'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const [base = 'http://127.0.0.1:8080', folder = 'shots', good = null, grows = null] = process.argv.slice(2);
const executablePath = process.env.CHROMIUM
  ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
if (!executablePath) {
  console.log('skipped: no Chromium');
  process.exit(77);
}
mkdirSync(folder, { recursive: true });
let failed = 0;
let done = 0;

function check(what, condition) {
  done++;
  if (!condition) {
    failed++;
  }
  console.log((condition ? 'ok     ' : 'FAILED ') + what);
}

async function violations(page) {
  // Evaluated by the browser's debugger, which the page's policy does not bind.
  await page.evaluate(axe + ';0');
  const result = await page.evaluate(() => axe.run(document, { preload: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
  return result.violations.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(', '));
}

let step = 1000;

function grow() {
  step++;
  appendFileSync(grows, JSON.stringify({ step, event: 'eval', trainLoss: 2.5, valLoss: 2.6 }) + '\n');
}

const uses = {
  async write(page) {
    await page.fill('#prompt', 'a');
    await page.waitForSelector('#distribution li');
    const before = await page.textContent('#distribution');
    await page.fill('#count', '60');
    await page.focus('#temperature');
    for (let i = 0; i < 8; i++) {
      await page.keyboard.press('ArrowLeft');
    }
    await page.waitForFunction((b) => document.querySelector('#distribution').textContent !== b, before);
    check('the distribution follows the knobs', true);
    await page.click('text=Write >> nth=-1');
    await page.waitForFunction(() => document.querySelectorAll('#text .token').length >= 40, null, { timeout: 120000 });
    await page.waitForSelector('button:has-text("Write"):enabled', { timeout: 120000 });
    check('a line break breaks the line, and can be clicked', await page.evaluate(() => {
      const tokens = [...document.querySelectorAll('#text .token')];
      const left = document.querySelector('#text').getBoundingClientRect().left;
      return tokens.every((t, i) => t.getClientRects()[0].width > 0
        && (i === 0 || tokens[i - 1].textContent !== '\n' || t.getClientRects()[0].left - left < 1));
    }));
    await page.focus('#text .token >> nth=2');
    await page.keyboard.press('Enter');
    check('the keyboard chooses a token', await page.getAttribute('#text .token >> nth=2', 'aria-pressed') === 'true');
    await page.click('#text .token >> nth=5');
    await page.waitForSelector('h3:has-text("Instead of")');
    check('a token tells what it could have been', await page.getAttribute('#text .token >> nth=5', 'aria-pressed') === 'true');
    const kept = await page.evaluate(() => document.querySelector('#text .prompt').textContent
      + [...document.querySelectorAll('#text .token')].slice(0, 5).map((b) => b.textContent).join(''));
    await page.waitForFunction(() => document.querySelectorAll('#distribution button').length > 1);
    await page.click('#distribution button >> nth=1');
    await page.waitForFunction((k) => document.querySelector('#prompt').value.startsWith(k)
      && document.querySelector('#prompt').value.length > k.length, kept);
    await page.waitForSelector('button:has-text("Write"):enabled', { timeout: 120000 });
    check('another token is gone on with', await page.locator('#text .token').count() >= 40);
  },
  async pipeline(page) {
    await page.fill('#prompt', 'the way of a text');
    await page.click('text=Look inside');
    await page.waitForFunction(() => document.querySelectorAll('#lens thead th').length > 8, null, { timeout: 60000 });
    await page.focus('canvas >> nth=0');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowUp');
    check('the keyboard reads attention', (await page.textContent('#readout')).includes('looks at'));
    const box = await (await page.$('canvas')).boundingBox();
    await page.mouse.move(box.x + 4, box.y + box.height - 4);
    check('the mouse reads attention', (await page.textContent('#readout')).includes('%'));
  },
  async beams(page) {
    await page.waitForSelector('svg.tree rect', { timeout: 60000 });
    check('three ways are compared', await page.locator('section h3').count() >= 4);
  },
  async runs(page) {
    await page.waitForSelector('svg.chart path.val', { timeout: 60000 });
    check('curves are drawn', (await page.getAttribute('svg.chart path.val', 'd')).length > 1);
    if (grows) {
      const before = await page.textContent('section[aria-label^="Run "] .note');
      grow();
      await page.waitForFunction((b) => document.querySelector('section[aria-label^="Run "] .note').textContent !== b, before);
      check('curves go on while the run trains', true);
      if (await page.locator('.samples input').count() > 0) {
        const last = await page.textContent('.samples .text');
        await page.focus('.samples input');
        await page.keyboard.press('Home');
        check('samples of evaluations can be read', await page.textContent('.samples .text') !== last);
      }
    }
    const boxes = page.locator('.runs input');
    for (let i = 1; i < Math.min(8, await boxes.count()); i++) {
      await boxes.nth(i).check();
      await page.waitForFunction((n) => document.querySelectorAll('section[aria-label^="Run "] svg.chart').length === n, i + 1);
    }
    const shown = await page.locator('section[aria-label^="Run "]').count();
    check(shown + ' runs are compared', shown < 2
      || await page.locator('section[aria-label="Compared"] path').count() === shown);
  },
  async upload(page) {
    await page.waitForSelector('#file');
    const bring = async (file, name) => {
      await page.setInputFiles('#file', file);
      await page.fill('#name', name);
      await page.click('button:has-text("Bring it")');
      await page.waitForFunction(() => !document.querySelector('#status').textContent.startsWith('Sending'), null, { timeout: 60000 });
      return page.textContent('#status');
    };
    const bytes = good ? readFileSync(good) : Buffer.from('PK');
    if (good) {
      check('a good file is taken', /parameters and can write now/.test(await bring(good, 'brought')));
    }
    const damaged = Buffer.from(bytes);
    damaged.fill(7, damaged.length >> 1, (damaged.length >> 1) + 64);
    const file = (buffer) => ({ name: 'x.zip', mimeType: 'application/zip', buffer });
    check('a damaged file is refused', !/can write now/.test(await bring(file(damaged), 'damaged')));
    check('what is no zip is refused', /zip/.test(await bring(file(Buffer.from('<script>alert(1)</script>'.repeat(99))), 'hostile')));
    // Files that the page itself packs: a pickle, and a configuration that asks for more layers than there are tensors.
    const one = (name, text) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });
    check('a pickle is refused', /no model\.safetensors/.test(await bring([one('pytorch_model.bin', '\x80\x02}q\x00.')], 'pickle')));
    check('a configuration that asks for too much is refused', /layers|parameters|tensor|safetensors/.test(await bring([
      one('config.json', JSON.stringify({ model_type: 'gpt2', n_layer: 100000, n_embd: 8, n_head: 1, vocab_size: 8 })),
      one('model.safetensors', '\x02\0\0\0\0\0\0\0{}'), one('tokenizer.json', '{}'),
    ], 'huge')));
    if (good) {
      await page.click('button:has-text("Forget")');
      await page.waitForFunction(() => ![...document.querySelectorAll('#model option')].some((o) => o.value === 'brought'));
      check('a model is forgotten', true);
      await bring(good, 'brought');
      await page.click('button:has-text("Forget")');
    }
  },
};

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
for (const [width, height] of [[1280, 800], [390, 844]]) {
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    const problems = [];
    page.on('console', (m) => m.type() === 'error' && !/status of (400|409|415|503)/.test(m.text()) && problems.push(m.text()));
    page.on('pageerror', (e) => problems.push(String(e)));
    page.setDefaultTimeout(60000);
    await page.goto(base + '/');
    for (const [name, use] of Object.entries(uses)) {
      const label = `${name} at ${width} ${colorScheme}`;
      try {
        await page.click(`nav a[href="#${name}"]`);
        await use(page);
        await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: true });
        const found = await violations(page);
        check(label + ': axe-core finds nothing ' + found.join(' | '), found.length === 0);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        check(label + ': nothing sticks out', wide <= 0);
      } catch (e) {
        check(label + ': ' + String(e).split('\n')[0], false);
        await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}-failed.png` });
      }
    }
    check(`no errors at ${width} ${colorScheme} ${problems.join(' | ')}`, problems.length === 0);
    await page.close();
  }
}
await browser.close();
console.log(`${done - failed} of ${done} checks passed`);
process.exit(failed === 0 ? 0 : 1);
