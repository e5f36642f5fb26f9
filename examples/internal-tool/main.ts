import { parseArgs } from 'node:util';
import { clientFromEnvironment } from '../typed-client/from-environment';
import { adjustPoints } from './adjust-points';

const USAGE = 'internal-tool --user ID --points NUMBER --reason TEXT --case NUMBER';

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const options = { user: text, points: text, reason: text, case: text };
  const { user, points, reason, case: caseNumber } = parseArgs({ options }).values;
  if (!user || !points || !reason || !caseNumber) throw new Error(`Usage: ${USAGE}`);
  const adjustment = { userId: user, points, reason, caseNumber };
  const { isDone, lines } = await adjustPoints(clientFromEnvironment(), adjustment);
  process.stdout.write(`${lines.join('\n')}\n`);
  if (!isDone) process.exitCode = 1;
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
});
