import { RECORD_EVENTS, type Recorded, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';
import { useRefusals } from '../support/refusals';

const api = useApi();

async function metric(name: string): Promise<readonly string[]> {
  const text = await (await fetch(`${api.url}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith(name));
}

const refusals = useRefusals(api);

function record(messageId: string) {
  const events = [{ messageId, name: 'Signed In', identifiers: [userIdentifier(messageId)] }];
  return api.query<{ recordEvents: Recorded }>(RECORD_EVENTS, { events });
}

async function stored(messageId: string): Promise<unknown> {
  const rows = await api.database.query(
    `select (select count(*)::int from event where message_id = $1) as events,
       (select count(*)::int from identifier where value = $1) as identifiers`,
    [messageId],
  );
  return rows[0];
}

it('there are none at first, which the metrics say too', async () => {
  expect(await metric('perennial_transaction')).toEqual([
    'perennial_transaction_retries_total{cause="conflict"} 0',
    'perennial_transaction_retries_total{cause="deadlock"} 0',
    'perennial_transactions_given_up_total{cause="conflict"} 0',
    'perennial_transactions_given_up_total{cause="deadlock"} 0',
  ]);
});

it.each([
  ['40001', 'conflict', 2],
  ['40P01', 'deadlock', 1],
])('after %s are not seen by the sender, and counted as %s', async (code, cause, times) => {
  await refusals.refuse(code, times);
  const { data } = await record(`retried-${code}`);
  expect(data?.recordEvents).toMatchObject({ accepted: 1, outcomes: [{ status: 'ACCEPTED' }] });
  expect(await stored(`retried-${code}`)).toEqual({ events: 1, identifiers: 1 });
  expect(await metric('perennial_transaction_retries_total')).toContain(
    `perennial_transaction_retries_total{cause="${cause}"} ${times}`,
  );
});

it('end after ten attempts: UNAVAILABLE, nothing is stored, and the batch may be sent again', async () => {
  await refusals.refuse('40001', 1_000);
  const { status, errors } = await record('given-up');
  expect([status, errors.map(({ extensions }) => extensions.code)]).toEqual([503, ['UNAVAILABLE']]);
  expect(await stored('given-up')).toEqual({ events: 0, identifiers: 0 });
  expect(await api.database.query('select last_value::int as attempts from refused')).toEqual([
    { attempts: 10 },
  ]);
  expect(await metric('perennial_transaction')).toEqual(
    expect.arrayContaining([
      // Two were made for the first of the table above.
      'perennial_transaction_retries_total{cause="conflict"} 11',
      'perennial_transactions_given_up_total{cause="conflict"} 1',
      'perennial_transactions_given_up_total{cause="deadlock"} 0',
    ]),
  );
  await refusals.stop();
  expect((await record('given-up')).data?.recordEvents).toMatchObject({ accepted: 1 });
});
