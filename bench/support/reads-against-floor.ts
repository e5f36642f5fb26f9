import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Random } from '../../seeds/random';
import { fromPublicId } from '../../src/shared/ids';
import type { Figure } from './bench';
import { ChildServer } from './child-server';
import { ratio } from './measure';
import { userIdOf } from './page-views';
import { get, post } from './raw-http';
import { type PageStart, walkPages } from './reads-pages';
import { bodies } from './reads-queries';
import { asItIs, compareAnswers, profileIn } from './reads-sample';
import { AS_IN_PRODUCTION, COMPARED, drawingFrom, type ReadsSetting } from './reads-setting';
import { Side, takeTurns } from './reads-sides';
import { makeTokens } from './reads-tokens';
import { NODE_OPTIONS, serve } from './served';

const FLOOR = join(__dirname, 'reads-floor.js');
const FLOOR_SAID = 'hand-written SQL over bare HTTP';

/** Pages of which the answers are compared. */
const COMPARED_PAGES = 10;

const DEEP_PAGE = 1_000;

/** Our server and the floor in turns, on the same Node: one profile, a page, a customer's own. */
export async function measureAgainstFloor(setting: ReadsSetting): Promise<readonly Figure[]> {
  const { databaseUrl, key, customers, profilesPerTurn, pagesPerTurn, tell } = setting;
  const jwtSecret = randomBytes(32).toString('hex');
  const servers: ChildServer[] = [];
  const sides: Side[] = [];
  try {
    const { url: ours } = await started(
      servers,
      serve(databaseUrl, { env: { ...AS_IN_PRODUCTION, JWT_SECRET: jwtSecret } }),
    );
    const { url: floor } = await started(
      servers,
      ChildServer.start({
        args: [...NODE_OPTIONS, FLOOR],
        env: { ...AS_IN_PRODUCTION, DATABASE_URL: databaseUrl, BENCH_KEY: key },
      }),
    );
    const bearer = `Bearer ${key}`;
    const ask = (body: string) => post(ours, '/graphql', bearer, body);
    const askFloor = (userId: string) => get(floor, `/profile/user_id/${userId}`, bearer);
    const askFloorPage = ({ after }: PageStart) =>
      get(floor, `/page/${after === null ? '' : fromPublicId('prf', after)}`, bearer);

    const random = Random.of('reads', 'pages');
    const pages = await walkPages(ours, bearer);
    const [firstPage] = pages;
    const deepPage = pages.at(DEEP_PAGE - 1) ?? pages.at(-1);
    if (firstPage === undefined || deepPage === undefined) throw new Error('There are no pages.');
    const anyPage = () => pages[random.integer(0, pages.length - 1)] ?? firstPage;

    const tokens = await makeTokens(jwtSecret, customers);
    const askMe = (token: string) => post(ours, '/graphql', `Bearer ${token}`, bodies.me);

    tell('comparing answers with those of the floor');
    const anybody = drawingFrom(customers, 'compared');
    const pair = (request: string, toFloor: string) =>
      [
        { url: ours, request, read: asItIs },
        { url: floor, request: toFloor, read: asItIs },
      ] as const;
    await compareAnswers([
      ...Array.from({ length: COMPARED }, anybody).map((userId) =>
        pair(ask(bodies.profile(userId)), askFloor(userId)),
      ),
      ...Array.from({ length: COMPARED_PAGES }, anyPage).map((page) =>
        pair(ask(bodies.page(page.cursor)), askFloorPage(page)),
      ),
      ...tokens.slice(0, COMPARED).map(
        (token, index) =>
          [
            { url: ours, request: askMe(token), read: profileIn },
            { url: ours, request: ask(bodies.ownByKey(userIdOf(index))), read: profileIn },
          ] as const,
      ),
    ]);

    const anyToken = () => tokens[random.integer(0, tokens.length - 1)] ?? '';
    const open = async (name: string, url: URL, next: () => string) => {
      const side = await Side.open(name, url, next);
      sides.push(side);
      return side;
    };
    const toFloor = drawingFrom(customers, 'profile');
    const toOurs = drawingFrom(customers, 'profile');
    const floorProfile = await open('floor, a profile', floor, () => askFloor(toFloor()));
    const profile = await open('a profile', ours, () => ask(bodies.profile(toOurs())));
    const toOwn = drawingFrom(customers, 'profile');
    const me = await open('one’s own, by a token', ours, () => askMe(anyToken()));
    const ownByKey = await open('the same by a key', ours, () => ask(bodies.ownByKey(toOwn())));
    const floorPage = await open('floor, a page', floor, () => askFloorPage(anyPage()));
    const page = await open('a page', ours, () => ask(bodies.page(anyPage().cursor)));
    const first = await open('the first page', ours, () => ask(bodies.page(firstPage.cursor)));
    const deep = await open('a deep page', ours, () => ask(bodies.page(deepPage.cursor)));
    tell('taking turns with the floor');
    await takeTurns(
      [
        ...[floorProfile, profile, me, ownByKey].map((side) => [side, profilesPerTurn] as const),
        ...[floorPage, page, first, deep].map((side) => [side, pagesPerTurn] as const),
      ],
      setting,
    );
    for (const side of sides) tell(side.toString());
    return [
      {
        name: 'floorRatio',
        value: ratio(profile.perSecond, floorProfile.perSecond),
        what: 'a profile, per second',
        floor: FLOOR_SAID,
        bar: '≥ 0.5',
      },
      {
        name: 'p99Ratio',
        value: ratio(profile.p99Ms, floorProfile.p99Ms),
        what: 'a profile, 99th percentile',
        floor: FLOOR_SAID,
        bar: '≤ 3',
      },
      {
        name: 'pageRatio',
        value: ratio(page.perSecond, floorPage.perSecond),
        what: 'a page of 50 profiles, per second',
        floor: FLOOR_SAID,
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
        value: ratio(me.perSecond, ownByKey.perSecond),
        what: "a customer's own profile by a token, per second",
        floor: 'the same by a key',
        bar: '≥ 0.9',
      },
      {
        name: 'requestsPerSecond',
        value: Math.round(profile.perSecond),
        what: 'profiles per second',
        floor: null,
        bar: null,
      },
      {
        name: 'floorRequestsPerSecond',
        value: Math.round(floorProfile.perSecond),
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

/** Notes a server that is to be stopped at the end. */
async function started(
  servers: ChildServer[],
  starting: Promise<ChildServer>,
): Promise<ChildServer> {
  const server = await starting;
  servers.push(server);
  return server;
}
