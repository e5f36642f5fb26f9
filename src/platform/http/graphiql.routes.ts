import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Routes } from './routes';

export interface GraphiqlSettings {
  /** The query the editor opens with. */
  readonly defaultQuery: string;
}

/**
 * The page may load what this server serves and nothing else. Styles may be inline: GraphiQL sets
 * some from its own script. Fonts and images are part of its style sheet.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const ASSETS = [
  {
    name: 'react.js',
    type: 'text/javascript',
    package: 'react',
    file: 'umd/react.production.min.js',
  },
  {
    name: 'react-dom.js',
    type: 'text/javascript',
    package: 'react-dom',
    file: 'umd/react-dom.production.min.js',
  },
  { name: 'graphiql.js', type: 'text/javascript', package: 'graphiql', file: 'graphiql.min.js' },
  { name: 'graphiql.css', type: 'text/css', package: 'graphiql', file: 'graphiql.min.css' },
] as const;

/** The packages change with a release only; an hour spares their megabyte on every reload. */
const ASSET_CACHE_SECONDS = 3_600;

/**
 * GraphiQL at `/graphiql`, from the installed packages. Opened as `/graphiql#key=…`, the page puts
 * the key into the header editor; what follows `#` never leaves the browser.
 */
export function graphiqlRoutes(settings: GraphiqlSettings): Routes {
  return async (app) => {
    const page = pageOf(settings.defaultQuery);
    app.get('/', async (_request, reply) => reply.redirect('/graphiql'));
    app.get('/graphiql', async (_request, reply) =>
      reply
        .header('content-security-policy', CONTENT_SECURITY_POLICY)
        .type('text/html; charset=utf-8')
        .send(page),
    );
    app.get('/graphiql/start.js', async (_request, reply) =>
      reply.type('text/javascript; charset=utf-8').send(START_SCRIPT),
    );
    for (const asset of ASSETS) {
      const folder = dirname(require.resolve(`${asset.package}/package.json`));
      const content = await readFile(join(folder, asset.file));
      app.get(`/graphiql/${asset.name}`, async (_request, reply) =>
        reply
          .header('cache-control', `public, max-age=${ASSET_CACHE_SECONDS}`)
          .type(`${asset.type}; charset=utf-8`)
          .send(content),
      );
    }
  };
}

function pageOf(defaultQuery: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Perennial GraphiQL</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/graphiql/graphiql.css">
    <style>html, body, #graphiql { height: 100%; margin: 0; }</style>
  </head>
  <body>
    <div id="graphiql" data-query="${escapeAttribute(defaultQuery)}">Loading…</div>
    <script src="/graphiql/react.js"></script>
    <script src="/graphiql/react-dom.js"></script>
    <script src="/graphiql/graphiql.js"></script>
    <script src="/graphiql/start.js"></script>
  </body>
</html>
`;
}

/** Runs in the browser. */
const START_SCRIPT = `'use strict';
(() => {
  const root = document.getElementById('graphiql');
  const key = new URLSearchParams(location.hash.slice(1)).get('key');
  // Out of the address bar, so that it is not copied along with the address.
  if (key !== null) history.replaceState(null, '', location.pathname);
  const props = {
    fetcher: GraphiQL.createFetcher({ url: '/graphql' }),
    defaultQuery: root.dataset.query,
    defaultEditorToolsVisibility: 'headers',
    isHeadersEditorEnabled: true,
    shouldPersistHeaders: false,
  };
  const headers = JSON.stringify({ Authorization: 'Bearer ' + (key ?? '<your key>') }, null, 2);
  if (key === null) props.defaultHeaders = headers;
  else props.headers = headers;
  ReactDOM.createRoot(root).render(React.createElement(GraphiQL, props));
})();
`;

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
