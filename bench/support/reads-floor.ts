import { createServer } from 'node:http';
import pg from 'pg';
import { PAGE_STATEMENT, PROFILE_STATEMENT } from './reads-floor.statements';

/**
 * The floor of reads, in a process of its own: what somebody would write by hand who wants these
 * two answers and nothing else. No framework, one prepared statement, the answer as the database
 * wrote it; the key is compared, and that is all.
 */
const pool = new pg.Pool({
  connectionString: setting('DATABASE_URL'),
  max: Number(setting('DATABASE_POOL_SIZE')),
  // While the others have their turns, connections and what is prepared on them are kept.
  idleTimeoutMillis: 0,
  // To plan takes longer than to read: once for all parameters.
  options: '-c timezone=UTC -c plan_cache_mode=force_generic_plan',
});
const authorization = `Bearer ${setting('BENCH_KEY')}`;

interface Answer {
  readonly data: string;
}

const server = createServer((request, response) => {
  if (request.headers.authorization !== authorization) {
    response.writeHead(401).end();
    return;
  }
  const [, what, first = '', second = ''] = (request.url ?? '').split('/');
  const statement =
    what === 'profile'
      ? { name: 'profile', text: PROFILE_STATEMENT, values: [first, second] }
      : { name: 'page', text: PAGE_STATEMENT, values: [first === '' ? null : first] };
  pool.query<Answer>(statement).then(
    ({ rows }) => {
      const body = Buffer.from(`{"data":${rows[0]?.data ?? 'null'}}`);
      response
        .writeHead(200, {
          'content-type': 'application/json; charset=utf-8',
          'content-length': body.length,
        })
        .end(body);
    },
    (error: Error) => {
      response.writeHead(500).end(error.message);
    },
  );
});
// As long as the client likes: it is not this that is measured.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : address;
  process.stdout.write(`http://127.0.0.1:${port}\n`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void pool.end();
});

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set.`);
  return value;
}
