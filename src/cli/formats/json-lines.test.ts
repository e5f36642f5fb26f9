import fc from 'fast-check';
import { collect, textSource } from '../../../test/support/text-source';
import { readApiEvent } from './api-event';
import { type EventLine, RECORD_BYTES_MAX } from './event-format';
import { jsonLines } from './json-lines';
import { BEGINNING, type Position } from './lines';

const read = (text: string, after: Position = BEGINNING): Promise<EventLine[]> =>
  collect(jsonLines(readApiEvent)(textSource(text), after));

const minimal = '{"name":"Signed In","identifiers":[{"namespace":"user_id","value":"u1"}]}';

describe('an event a line', () => {
  it('is read in the form of the API', async () => {
    const event = {
      messageId: 'm1',
      name: 'Order Completed',
      occurredAt: '2026-11-26T12:00:00+02:00',
      identifiers: [{ namespace: 'email', value: 'mei@example.com' }],
      properties: { revenue: 9.9 },
      traits: { name: '美' },
      channel: 'web',
    };
    expect(await read(`${JSON.stringify(event)}\n`)).toMatchObject([
      { lineNumber: 1, event: { ...event, occurredAt: new Date('2026-11-26T10:00:00Z') } },
    ]);
  });

  it('may leave out all but name and identifiers, or have null for it', async () => {
    const nulls =
      '"messageId":null,"occurredAt":null,"properties":null,"traits":null,"channel":null';
    const [bare, full] = await read(`${minimal}\n${minimal.replace('{', `{${nulls},`)}`);
    for (const line of [bare, full]) {
      expect(line).toMatchObject({ event: { name: 'Signed In', occurredAt: undefined } });
    }
  });

  it('has the same message id in every run, and another for each line and content', async () => {
    const idsOf = (lines: readonly EventLine[]) =>
      lines.map((line) => ('event' in line ? line.event.messageId : line.fault));
    const text = `${minimal}\n${minimal}\n`;
    const ids = idsOf(await read(text));
    expect(new Set(ids).size).toBe(2);
    // Other line ends, more lines behind, and a start in the middle make no other event of it.
    expect(idsOf(await read(`${text.replaceAll('\n', '\r\n')}${minimal}`)).slice(0, 2)).toEqual(
      ids,
    );
    const after = { lines: 1, bytes: minimal.length + 1 };
    expect(idsOf(await read(text, after))).toEqual(ids.slice(1));
    expect(idsOf(await read(text.replaceAll('u1', 'u2')))).not.toEqual(ids);
    expect(ids.every((id) => id.length <= 100)).toBe(true);
  });

  it.each<[string, RegExp]>([
    ['not JSON', /no JSON\./],
    ['{"name":"x"', /no JSON\./],
    ['[]', /no JSON object/],
    ['null', /no JSON object/],
    ['"text"', /no JSON object/],
    ['{"identifiers":[]}', /^name must be text/],
    ['{"name":1,"identifiers":[]}', /^name must be text/],
    ['{"name":"x"}', /^identifiers must be a list/],
    ['{"name":"x","identifiers":{}}', /^identifiers must be a list/],
    ['{"name":"x","identifiers":[{"namespace":"user_id","value":7}]}', /^identifiers must be/],
    ['{"name":"x","identifiers":[null]}', /^identifiers must be/],
    ['{"name":"x","identifiers":[],"messageId":7}', /^messageId must be text/],
    ['{"name":"x","identifiers":[],"occurredAt":"yesterday"}', /^occurredAt must be a time/],
    ['{"name":"x","identifiers":[],"occurredAt":"2026-02-30T10:00:00Z"}', /^occurredAt must be/],
    ['{"name":"x","identifiers":[],"occurredAt":"2026-02-20T10:00:00"}', /^occurredAt must be/],
    ['{"name":"x","identifiers":[],"occurredAt":1764151200}', /^occurredAt must be a time/],
    ['{"name":"x","identifiers":[],"properties":[]}', /^properties must be an object/],
    ['{"name":"x","identifiers":[],"traits":"a"}', /^traits must be an object/],
    ['{"name":"x","identifiers":[],"channel":1}', /^channel must be text/],
    ['{"event":"x","userId":"u1"}', /^"event" is no field of an event/],
    ['{"name":"x","identifiers":[],"timestamp":"2026"}', /^"timestamp" is no field/],
    [`{"name":"${'x'.repeat(RECORD_BYTES_MAX)}"}`, /more than 1,048,576 bytes/],
  ])('is told where it is none: %s', async (line, fault) => {
    const lines = await read(`\n${minimal}\n${line}\r\n\n${minimal}`);
    expect(lines).toMatchObject([
      { lineNumber: 2, event: {} },
      { lineNumber: 3, fault: expect.stringMatching(fault) },
      { lineNumber: 5, event: {} },
    ]);
  });

  it('is passed over up to where reading begins, whether the source can go there or not', async () => {
    const texts = Array.from({ length: 9 }, (_, n) => minimal.replace('u1', `ü${n}`));
    const whole = await read(texts.join('\n'));
    await fc.assert(
      fc.asyncProperty(fc.nat(8), fc.boolean(), async (index, isKnown) => {
        const end = whole[index]?.end ?? BEGINNING;
        const after = isKnown ? end : { lines: end.lines, bytes: null };
        expect(await read(texts.join('\n'), after)).toEqual(whole.slice(index + 1));
      }),
    );
  });
});
