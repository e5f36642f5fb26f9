import { createLogger } from './logger';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ level: 'info' }, { write: (line) => lines.push(line) }));
  return lines.join('');
}

it('writes one JSON line with level, time and message', () => {
  const line = logged((logger) => logger.info({ requestId: 'r1' }, 'done'));
  expect(JSON.parse(line)).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    requestId: 'r1',
    msg: 'done',
  });
});

it('keeps to its level', () => {
  expect(logged((logger) => logger.debug('detail'))).toBe('');
});

it.each([
  [
    'what a database error says of rows',
    Object.assign(new Error('duplicate key value violates unique constraint "email_unique"'), {
      code: '23505',
      detail: 'Key (email)=(ada@example.com) already exists.',
      where: 'ada@example.com',
      parameters: ['ada@example.com'],
      constraint: 'email_unique',
    }),
    '"constraint":"email_unique"',
  ],
  [
    'a value the database could not read',
    Object.assign(new Error('invalid input syntax for type uuid: "ada@example.com"'), {
      code: '22P02',
    }),
    '"code":"22P02"',
  ],
  ['something thrown that is no error', 'ada@example.com', '"type":"string"'],
])('leaves out %s', (_name, error, kept) => {
  const line = logged((logger) => logger.error({ err: error }, 'failed'));
  expect(line).not.toContain('ada@example.com');
  expect(line).toContain(kept);
});

it.each([
  [{ authorization: 'Bearer secret' }],
  [{ headers: { authorization: 'Bearer secret' } }],
  [{ req: { headers: { authorization: 'Bearer secret' } } }],
])('redacts credentials in %j', (entry) => {
  expect(logged((logger) => logger.info(entry))).not.toContain('secret');
});
