import { Random } from '../../seeds/random';
import type { BenchDatabase } from './databases';
import { storeHistory } from './history';
import { ratio, sum } from './measure';
import { drawTurn, sendTurn } from './sending';
import { ServedProcess } from './served';

export interface GrowthSize {
  readonly customers: number;
  /** Events stored before, in the one database and in the other. */
  readonly few: number;
  readonly many: number;
  readonly turns: number;
  readonly batchesPerTurn: number;
}

/**
 * The rate with many events stored to the rate with few, of the same customers: two servers in
 * turns, so that both meet the same machine.
 */
export async function measureGrowth(
  [withFew, withMany]: readonly [BenchDatabase, BenchDatabase],
  source: string,
  writeKey: string,
  { customers, few, many, turns, batchesPerTurn }: GrowthSize,
  tell: (line: string) => void,
): Promise<number> {
  tell(`storing ${few.toLocaleString('en')} events, and ${many.toLocaleString('en')} elsewhere`);
  await storeHistory(withFew.database, source, few, tell);
  await storeHistory(withMany.database, source, many, tell);
  const servers = [await ServedProcess.start(withFew.url, 4)];
  try {
    servers.push(await ServedProcess.start(withMany.url, 4));
    const random = Random.of('growth');
    const elapsedMs: number[][] = servers.map(() => []);
    const warmUp = Math.ceil(turns / 4);
    for (let turn = -warmUp; turn < turns; turn++) {
      for (const [index, server] of servers.entries()) {
        const sent = await sendTurn(server, writeKey, drawTurn(batchesPerTurn, customers, random));
        if (turn >= 0) elapsedMs[index]?.push(sent);
      }
    }
    return ratio(sum(elapsedMs[0] ?? []), sum(elapsedMs[1] ?? []));
  } finally {
    for (const server of servers) await server.stop();
  }
}
