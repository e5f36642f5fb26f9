import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LifecycleModelDocument } from './model';
import { readModelDocument } from './model-document';
import { presets } from './presets';

const guide = readFileSync(join(__dirname, '../../../../docs/guides/lifecycle-models.md'), 'utf8');
const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(guide)?.[1] ?? 'null');

/** Of the table whose first column is headed so, the names in each row's first column. */
function firstColumn(heading: string): readonly string[] {
  const table = guide.slice(guide.indexOf(`\n| ${heading} |`) + 1).split('\n\n')[0] ?? '';
  return table
    .split('\n')
    .slice(2)
    .flatMap((row) => (row.split('|')[1] ?? '').split(','))
    .map((name) => name.replaceAll('`', '').trim());
}

test('the whole model of the guide is one, and has every kind of threshold', () => {
  expect(readModelDocument(example)).toMatchObject({ valid: true });
  const thresholds = (example as LifecycleModelDocument).rules
    .flatMap(({ when }) => when)
    .flatMap(({ threshold }) =>
      typeof threshold === 'number' ? 'number' : Object.keys(threshold),
    );
  for (const kind of ['number', 'ownCadences', 'populationCadences', 'quantile']) {
    expect(thresholds).toContain(kind);
  }
});

test('the guide lists the members of a model, the presets, and their twelve stages', () => {
  expect([...firstColumn('member')].sort()).toEqual(Object.keys(example).sort());
  expect([...firstColumn('name')].sort()).toEqual(presets.map(({ name }) => name).sort());
  const twelve = presets.find(({ name }) => name === 'twelve-stage');
  expect(firstColumn('stage')).toEqual(twelve?.stages.map(({ name }) => name));
});

test('and the stages of each preset', () => {
  for (const { name, stages } of presets.filter((preset) => !/five-stage-/.test(preset.name))) {
    const told = stages.map((stage) => stage.name).join(', ');
    expect(guide).toContain(`| \`${name}\` | ${told} |`);
  }
});

test('the faults that it shows are told so', () => {
  const when = (fact: string, op: string, threshold: number) => ({ fact, op, threshold });
  const [stage] = example.stages;
  const spoilt: readonly object[] = [
    { ...example, stages: [...example.stages, { ...stage, name: 'VIP' }] },
    {
      ...example,
      rules: [example.rules[0], { stage: 'LOST', when: [when('silenceDay', 'GT', 1)] }],
    },
    {
      ...example,
      rules: [
        ...example.rules.slice(0, 2),
        {
          stage: 'REGULAR',
          when: [when('activeDays30', 'GTE', 5), when('activeDays90', 'LT', 5)],
        },
      ],
    },
    {
      ...example,
      rules: [
        { stage: 'LOST', when: [when('silenceDays', 'GTE', 30)] },
        { stage: 'FRIEND', when: [when('orders', 'GTE', 10)] },
        { stage: 'REGULAR', when: [when('silenceDays', 'LT', 10)] },
        {
          stage: 'REGULAR',
          when: [when('silenceDays', 'LT', 10), when('tenureDays', 'GTE', 5)],
        },
      ],
    },
    { ...example, otherwise: undefined },
  ];
  const shown = /is refused\n[\s\S]*?```\n([\s\S]*?)```/.exec(guide)?.[1]?.trim().split('\n') ?? [];
  expect(shown).toHaveLength(spoilt.length);
  spoilt.forEach((document, index) => {
    const read = readModelDocument(document);
    const faults = read.valid ? [] : read.faults;
    // Which rules take a customer is the business of the example.
    const taken = (fault: string) => fault.replace(/: rules\[\d\]( or rules\[\d\])* app/, ': app');
    expect(faults.map(taken)).toContain(taken(shown[index] ?? ''));
  });
});
