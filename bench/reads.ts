import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { Random } from '../seeds/random';
import type { Bench, BenchOptions, BenchSize, Figure } from './support/bench';
import { ChildServer } from './support/child-server';
import { type BenchDatabase, withServed } from './support/databases';
import { ratio } from './support/measure';
import { userIdOf } from './support/page-views';
import { get, post, RawConnection } from './support/raw-http';
import { fillCustomers } from './support/reads-fill';
import { type PageStart, toUuid, walkPages } from './support/reads-pages';
import { bodies } from './support/reads-queries';
import { Side, takeTurns } from './support/reads-sides';
import { NODE_OPTIONS, serve } from './support/served';

/** What it costs to read profiles. docs/benchmarks.md tells what is measured, and why so. */
export const readsBench: Bench = {
  name: 'reads',
  description: 'reading profiles over HTTP: one, a page, a customer their own',
  run: (options) =>
    withServed(options.databaseUrl, async (served) => {
      const { customers } = SIZES[options.size];
      options.tell(`filling ${customers.toLocaleString('en')} customers`);
      const key = await fillCustomers(served.database, customers, options.tell);
      return benchReads(served, key, options);
    }),
};

interface Size {
  readonly customers: number;
  readonly warmUp: number;
  readonly turns: number;
  /** Requests of a turn: about half a second's. */
  readonly profilesPerTurn: number;
  readonly pagesPerTurn: number;
}

const SIZES: Readonly<Record<BenchSize, Size>> = {
  quick: { customers: 5_000, warmUp: 3, turns: 8, profilesPerTurn: 400, pagesPerTurn: 16 },
  usual: { customers: 50_000, warmUp: 8, turns: 40, profilesPerTurn: 1_000, pagesPerTurn: 48 },
  full: { customers: 50_000, warmUp: 8, turns: 40, profilesPerTurn: 1_000, pagesPerTurn: 48 },
};

/** Profiles, and pages, of which the two answers are compared. */
const COMPARED = 200;
const COMPARED_PAGES = 10;

const POOL_SIZE = '10';
const FLOOR = join(__dirname, 'support/reads-floor.js');

export async function benchReads(
  { url: databaseUrl }: BenchDatabase,
  key: string,
  { size, tell }: BenchOptions,
): Promise<readonly Figure[]> {
  const { customers, warmUp, turns, profilesPerTurn, pagesPerTurn } = SIZES[size];
  const jwtSecret = randomBytes(32).toString('hex');
  const servers: ChildServer[] = [];
  const sides: Side[] = [];
  try {
    const server = await serve(databaseUrl, {
      env: { ...AS_IN_PRODUCTION, DATABASE_POOL_SIZE: POOL_SIZE, JWT_SECRET: jwtSecret },
    });
    servers.push(server);
    const floorServer = await ChildServer.start({
      args: [...NODE_OPTIONS, FLOOR],
      env: {
        ...AS_IN_PRODUCTION,
        DATABASE_URL: databaseUrl,
        DATABASE_POOL_SIZE: POOL_SIZE,
        BENCH_KEY: key,
      },
    });
    servers.push(floorServer);

    const random = Random.of('reads');
    const bearer = `Bearer ${key}`;
    const anybody = () => userIdOf(random.integer(0, customers - 1));
    const askServer = (body: string, authorization = bearer) =>
      post(server.url, '/graphql', authorization, body);
    const askFloor = (userId: string) => get(floorServer.url, `/profile/user_id/${userId}`, bearer);
    const askFloorPage = ({ after }: PageStart) =>
      get(floorServer.url, `/page/${after === null ? '' : toUuid(after)}`, bearer);

    tell('comparing answers');
    const pages = await walkPages(server.url, bearer);
    const [firstPage] = pages;
    const lastPage = pages.at(999) ?? pages.at(-1);
    if (firstPage === undefined || lastPage === undefined) throw new Error('There are no pages.');
    const anyPage = () => pages[random.integer(0, pages.length - 1)] ?? firstPage;
    await compare(
      [server.url, floorServer.url],
      [
        ...Array.from({ length: COMPARED }, () => {
          const userId = anybody();
          return [askServer(bodies.profile(userId)), askFloor(userId)] as const;
        }),
        ...Array.from({ length: COMPARED_PAGES }, () => {
          const page = anyPage();
          return [askServer(bodies.page(page.cursor)), askFloorPage(page)] as const;
        }),
      ],
    );

    const tokens = await makeTokens(jwtSecret, customers);
    const anyToken = () => tokens[random.integer(0, tokens.length - 1)] ?? '';
    const open = async (name: string, at: URL, next: () => string) => {
      const side = await Side.open(name, at, next);
      sides.push(side);
      return side;
    };
    const floor = await open('floor', floorServer.url, () => askFloor(anybody()));
    const ours = await open('profile', server.url, () => askServer(bodies.profile(anybody())));
    const me = await open('me', server.url, () => askServer(bodies.me, `Bearer ${anyToken()}`));
    const floorPages = await open('floor, pages', floorServer.url, () => askFloorPage(anyPage()));
    const oursPages = await open('pages', server.url, () =>
      askServer(bodies.page(anyPage().cursor)),
    );
    const first = await open('first page', server.url, () =>
      askServer(bodies.page(firstPage.cursor)),
    );
    const deep = await open('thousandth page', server.url, () =>
      askServer(bodies.page(lastPage.cursor)),
    );
    tell('taking turns');
    await takeTurns(
      [
        ...[floor, ours, me].map((side) => [side, profilesPerTurn] as const),
        ...[floorPages, oursPages, first, deep].map((side) => [side, pagesPerTurn] as const),
      ],
      { warmUp, turns },
    );
    for (const side of sides) tell(side.toString());
    return [
      {
        name: 'floorRatio',
        value: ratio(ours.perSecond, floor.perSecond),
        what: 'profiles read, per second',
        floor: 'hand-written SQL over bare HTTP',
        bar: '≥ 0.5',
      },
      {
        name: 'p99Ratio',
        value: ratio(ours.p99Ms, floor.p99Ms),
        what: 'the same, 99th percentile',
        floor: 'hand-written SQL over bare HTTP',
        bar: '≤ 3',
      },
      {
        name: 'pageRatio',
        value: ratio(oursPages.perSecond, floorPages.perSecond),
        what: 'pages of 50 profiles, per second',
        floor: 'hand-written SQL over bare HTTP',
        bar: '≥ 0.4',
      },
      {
        name: 'deepPageRatio',
        value: ratio(first.perSecond, deep.perSecond),
        what: 'the thousandth page, time',
        floor: 'the first page',
        bar: '≤ 1.2',
      },
      {
        name: 'jwtRatio',
        value: ratio(me.perSecond, ours.perSecond),
        what: "a customer's own profile by a token, per second",
        floor: 'the same by a key',
        bar: '≥ 0.9',
      },
      {
        name: 'requestsPerSecond',
        value: Math.round(ours.perSecond),
        what: 'profiles read per second',
        floor: null,
        bar: null,
      },
      {
        name: 'floorRequestsPerSecond',
        value: Math.round(floor.perSecond),
        what: 'the same by the floor',
        floor: null,
        bar: null,
      },
    ];
  } finally {
    for (const side of sides) side.close();
    for (const server of servers) await server.stop();
  }
}

/** None of the others writes a line of log for each request. */
const AS_IN_PRODUCTION = { NODE_ENV: 'production', LOG_LEVEL: 'warn' };

/** @throws where an answer is not the floor's, byte for byte: then they do not do the same */
async function compare(
  [server, floor]: readonly [URL, URL],
  requests: readonly (readonly [string, string])[],
): Promise<void> {
  const [ours, floors] = [await RawConnection.open(server), await RawConnection.open(floor)];
  for (const [toServer, toFloor] of requests) {
    const answer = (await ours.send(toServer)).toString('utf8').trimEnd();
    const plain = (await floors.send(toFloor)).toString('utf8');
    if (answer === plain) continue;
    throw new Error(`The answers differ.\nThe server's: ${answer}\nThe floor's:  ${plain}`);
  }
  ours.close();
  floors.close();
}

/** Tokens as an app gets them for its customers, each of another customer. */
async function makeTokens(secret: string, customers: number): Promise<readonly string[]> {
  const bytes = new TextEncoder().encode(secret);
  const tokens: string[] = [];
  for (let index = 0; index < customers; index += 1) {
    const token = new SignJWT({})
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(userIdOf(index))
      .setIssuedAt()
      .setExpirationTime('12h');
    tokens.push(await token.sign(bytes));
  }
  return tokens;
}
