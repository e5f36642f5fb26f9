import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { clientFromEnvironment } from '../typed-client/from-environment';
import { type Order, pushOrders } from './push-orders';

/** `partner-integration FILE`, with an order as a JSON object on each line. */
async function main([file]: readonly string[]): Promise<void> {
  if (file === undefined) throw new Error('Usage: partner-integration FILE');
  let [accepted, duplicates, quarantined] = [0, 0, 0];
  for await (const pushed of pushOrders(clientFromEnvironment(), readOrders(file))) {
    accepted += pushed.accepted;
    duplicates += pushed.duplicates;
    quarantined += pushed.setAside.length;
    for (const { number, reason, detail } of pushed.setAside) {
      process.stderr.write(`${number} ${reason}: ${detail}\n`);
    }
  }
  process.stdout.write(
    `${accepted} accepted, ${duplicates} sent before, ${quarantined} quarantined\n`,
  );
  // For whoever runs it by the clock: somebody has to look.
  if (quarantined > 0) process.exitCode = 1;
}

async function* readOrders(file: string): AsyncGenerator<Order> {
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (line.trim() !== '') yield JSON.parse(line) as Order;
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
});
