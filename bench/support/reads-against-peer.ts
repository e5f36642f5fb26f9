import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Database } from '../../src/platform/database/database';
import type { Figure } from './bench';
import { ChildServer } from './child-server';
import { ratio } from './measure';
import { post } from './raw-http';
import { oursAsPeers, peerAsOurs, peerBody } from './reads-peer-query';
import { bodies } from './reads-queries';
import { compareAnswers } from './reads-sample';
import { AS_IN_PRODUCTION, COMPARED, drawingFrom, type ReadsSetting } from './reads-setting';
import { Side, takeTurns } from './reads-sides';
import { NODE_OPTIONS, serve } from './served';

/** Beside the sources, as the build leaves it there. */
const PEERS = join(__dirname, '../../../bench/peers');

/** PostGraphile needs a later Node than we do: in this comparison both run on it. */
const NODE = join(PEERS, 'node_modules/node/bin/node');

/**
 * Brings what we are measured against, which is none of our dependencies.
 * @throws where the registry cannot be reached
 */
export async function installPeers(tell: (line: string) => void): Promise<void> {
  if (existsSync(NODE)) return;
  tell('installing PostGraphile, and a Node for it');
  await promisify(execFile)('npm', ['ci', '--prefix', PEERS, '--no-audit', '--no-fund']).catch(
    (error: Error) => {
      throw new Error(`Install what is measured against: npm ci --prefix ${PEERS}`, {
        cause: error,
      });
    },
  );
}

/** Our server and PostGraphile in turns, both on its Node: one profile. */
export async function measureAgainstPeer(
  database: Database,
  { databaseUrl, key, customers, profilesPerTurn, tell, ...turns }: ReadsSetting,
): Promise<readonly Figure[]> {
  await database.query(await readFile(join(PEERS, 'views.sql'), 'utf8'));
  const servers: ChildServer[] = [];
  const sides: Side[] = [];
  try {
    const server = await serve(databaseUrl, { env: AS_IN_PRODUCTION, node: NODE });
    servers.push(server);
    const peer = await ChildServer.start({
      args: [...NODE_OPTIONS, join(PEERS, 'server.mjs')],
      env: { ...AS_IN_PRODUCTION, DATABASE_URL: databaseUrl },
      node: NODE,
    });
    servers.push(peer);
    const bearer = `Bearer ${key}`;
    const ask = (userId: string) => post(server.url, '/graphql', bearer, bodies.profile(userId));
    const askPeer = (userId: string) => post(peer.url, '/graphql', bearer, peerBody(userId));

    tell('comparing answers with those of PostGraphile');
    const anybody = drawingFrom(customers, 'compared');
    await compareAnswers(
      Array.from({ length: COMPARED }, anybody).map((userId) => [
        { url: server.url, request: ask(userId), read: oursAsPeers },
        { url: peer.url, request: askPeer(userId), read: peerAsOurs },
      ]),
    );
    const toPeer = drawingFrom(customers, 'profile');
    const toOurs = drawingFrom(customers, 'profile');
    const plain = await Side.open('PostGraphile', peer.url, () => askPeer(toPeer()));
    const profile = await Side.open('a profile, on its Node', server.url, () => ask(toOurs()));
    sides.push(plain, profile);
    tell('taking turns with PostGraphile');
    await takeTurns(
      sides.map((side) => [side, profilesPerTurn]),
      turns,
    );
    for (const side of sides) tell(side.toString());
    return [
      {
        name: 'postgraphileRatio',
        value: ratio(profile.perSecond, plain.perSecond),
        what: 'a profile, per second',
        floor: 'PostGraphile 5, on the same Node',
        bar: '≥ 1.5',
      },
    ];
  } finally {
    for (const side of sides) side.close();
    for (const server of servers) await server.stop();
  }
}
