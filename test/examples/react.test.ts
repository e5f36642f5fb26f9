import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { type BuildOptions, buildSync } from 'esbuild';
import type { Client } from '../../examples/typed-client/client';
import { newProfile, order, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';
import { EXAMPLES, exampleClient } from '../support/examples';
import { closePages, openPage } from '../support/page';
import { until } from '../support/processes';

const api = useApi();
afterAll(closePages);

beforeAll(async () => {
  await newProfile(api, 'mei', { ...order('mei', 120), traits: { name: 'Mei <Lin>' } });
});

/** Compiles a file of the example with all that it imports, as an app is built. */
function compile(file: string, options: BuildOptions): string {
  const { outputFiles = [] } = buildSync({
    entryPoints: [join(EXAMPLES, 'react', file)],
    tsconfig: join(EXAMPLES, 'tsconfig.json'),
    bundle: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
    ...options,
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

describe("in the customer's browser", () => {
  const code = compile('main.tsx', { format: 'iife', globalName: 'example' });

  /** A page where somebody with this token is signed in. @returns how to read what it shows */
  function open(token: string): () => string {
    const window = openPage(`${api.url}/account`, api.url);
    // What a browser has, and jsdom has not, or not in the form that Node's `fetch` takes.
    Object.assign(window, { fetch, AbortController, AbortSignal });
    // One script, since what a strict one declares is its own.
    window.eval(`${code}
      window.card = document.body.appendChild(document.createElement('main'));
      const token = async () => ${JSON.stringify(token)};
      example.showMyCard(window.card, ${JSON.stringify(`${api.url}/graphql`)}, token);`);
    const content = new Function('window', 'return window.card.innerHTML');
    return () => String(content(window));
  }

  it('the card of whoever is signed in appears', async () => {
    const read = open(await api.jwt('mei'));
    await until(async () => read().includes('<h2>'));
    expect(read()).toBe(
      '<section class="customer"><h2>Mei &lt;Lin&gt;</h2>' +
        '<p><strong>120</strong> points, <em>MEMBER</em></p>' +
        '<ol><li>Order Completed <time datetime="2026-11-20T10:00:00.000Z">2026-11-20</time></li></ol>' +
        '</section>',
    );
  });

  it.each([
    ['whoever is not known yet', () => api.jwt('new'), '<p>We have not met yet.</p>'],
    [
      'whoever was signed in too long ago',
      () => api.jwt('mei', -3600),
      '<p role="alert">Please sign in again.</p>',
    ],
  ])('%s is told so', async (_, token, expected) => {
    const read = open(await token());
    await until(async () => !['', '<p>One moment …</p>'].includes(read()));
    expect(read()).toBe(expected);
  });
});

describe('on the server', () => {
  const module = { exports: {} as { renderForStaff: RenderForStaff } };
  const code = compile('help-desk.tsx', { platform: 'node' });
  const parameters = ['require', 'module', 'exports'];
  compileFunction(code, parameters)(createRequire(__filename), module, module.exports);

  type RenderForStaff = (
    client: Client,
    identifier: { readonly namespace: string; readonly value: string },
  ) => Promise<string | null>;
  const { renderForStaff } = module.exports;

  it('the staff see the stage and the reasons as well', async () => {
    const html = await renderForStaff(exampleClient(api), userIdentifier('mei'));
    expect(html).toContain('<h2>Mei &lt;Lin&gt;</h2>');
    expect(html).toContain(
      '<h3>ACQUISITION since 2026-11-20</h3>' +
        '<ul><li>Days since the first activity: 0, which is less than 28</li>',
    );
    expect(await renderForStaff(exampleClient(api), userIdentifier('nobody'))).toBeNull();
  });

  it('a key that may not see points gets no card', async () => {
    const client = exampleClient(api, { token: () => api.key('profiles:read') });
    const rendering = renderForStaff(client, userIdentifier('mei'));
    await expect(rendering).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
