import { customersAtRisk, findCustomer } from './customers';
import { clientFromEnvironment } from './from-environment';

/** `typed-client [USER-ID]`: one customer, or all who show signs of leaving. */
async function main([userId]: readonly string[]): Promise<void> {
  const client = clientFromEnvironment();
  if (userId === undefined) {
    for await (const { id, displayName } of customersAtRisk(client)) {
      process.stdout.write(`${id} ${displayName ?? ''}\n`);
    }
    return;
  }
  const customer = await findCustomer(client, userId);
  if (customer === null) throw new Error(`Nobody is known as ${userId}.`);
  const { id, displayName, lifecycle, value, loyalty } = customer;
  process.stdout.write(
    `${id} ${displayName ?? ''}\n` +
      `${lifecycle.stage} since ${lifecycle.since}, value ${value.tier}\n` +
      `${loyalty ? `${loyalty.balance} points, ${loyalty.tier}` : 'points not shown'}\n`,
  );
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
