import {
  changeOver,
  daysBefore,
  daysWithin,
  type FactDefinition,
  fixed,
  growing,
  shareWithin,
  sumBefore,
  sumWithin,
} from './fact-kinds';
import type { History } from './history';

const lastActiveDay = (history: History) => history.lastActiveDay;

/** How often a customer comes, over windows and against their own past. */
export const behaviourFacts = {
  tenureDays: {
    ...growing((history) => history.firstActiveDay),
    ...days('days since the first activity', '首次活跃至今天数'),
    description: 'Days since the first active day.',
  },
  silenceDays: {
    ...growing(lastActiveDay),
    ...days('days of silence', '静默天数'),
    description: 'Days since the last active day.',
  },
  silenceInCadences: {
    ...growing(lastActiveDay, (history) => history.cadenceDays),
    unit: 'CADENCES',
    label: { en: 'silence in own cadences', zh: '静默时长(按个人周期)' },
    description:
      'Days since the last active day, divided by the own cadence, or by the typical cadence of ' +
      'the model where the own one is unknown.',
    min: 0,
    max: Number.POSITIVE_INFINITY,
  },
  cadenceDays: {
    ...fixed((history) => history.ownCadenceDays),
    ...days('usual days between visits', '个人活跃周期(天)'),
    description:
      'The own cadence: the median number of days from one occasion of activity to the next. Null ' +
      'before the third active day.',
  },
  activeSpanDays: {
    ...fixed((history) => history.lastActiveDay - history.firstActiveDay),
    ...days('days from first to last activity', '首末次活跃间隔天数'),
    description: 'Days from the first to the last active day: how long the customer kept coming.',
  },
  activeDays: {
    ...fixed((history) => history.active.count),
    ...counted('active days', '活跃天数'),
    description: 'Active days of all time.',
  },
  ...windows(7),
  ...windows(30),
  ...windows(90),
  activeDays365: {
    ...daysWithin('active', 365),
    ...counted('active days of the last 365 days', '近365天活跃天数', 365),
    description: 'Active days of the last 365 days.',
  },
} as const satisfies Readonly<Record<string, FactDefinition>>;

type Length = 7 | 30 | 90;

type WindowFact =
  | 'activeDays'
  | 'activeDaysBefore'
  | 'frequencyChange'
  | 'activeShare'
  | 'engagement'
  | 'engagementBefore';

/** What is asked of each length of window and of the one before it. */
function windows<Days extends Length>(length: Days) {
  const definitions: Record<WindowFact, FactDefinition> = {
    activeDays: {
      ...daysWithin('active', length),
      ...counted(`active days of the last ${length} days`, `近${length}天活跃天数`, length),
      description: `Active days of the last ${length} days.`,
    },
    activeDaysBefore: {
      ...daysBefore('active', length),
      ...counted(
        `active days of the ${length} days before the last ${length}`,
        `此前${length}天活跃天数`,
        length,
      ),
      description: `Active days of the ${length} days before the last ${length}.`,
    },
    frequencyChange: {
      ...changeOver('active', length),
      unit: 'RATIO',
      label: {
        en: `change of frequency over ${length} days`,
        zh: `近${length}天活跃频率变化`,
      },
      description:
        `Active days of the last ${length} days against those of the ${length} before: -0.3 is a ` +
        'fall of 30 %. Null where there were none before.',
      min: -1,
      max: length - 1,
    },
    activeShare: {
      ...shareWithin('active', length),
      unit: 'RATIO',
      label: {
        en: `share of active days among the last ${length}`,
        zh: `近${length}天活跃占比`,
      },
      description: `Part of the last ${length} days that were active; of a newer customer, of all.`,
      min: 0,
      max: 1,
    },
    engagement: {
      ...sumWithin('engagement', length),
      ...points(`engagement over ${length} days`, `近${length}天参与度`),
      description:
        `Points over the last ${length} days: 1 for an active day, 5 for an order, 3 for a post, ` +
        'comment, answer or attendance, 2 for a share, 1 for a like or check-in.',
    },
    engagementBefore: {
      ...sumBefore('engagement', length),
      ...points(
        `engagement over the ${length} days before the last ${length}`,
        `此前${length}天参与度`,
      ),
      description: `The same points over the ${length} days before the last ${length}.`,
    },
  };
  const named = Object.entries(definitions).map(([name, definition]) => [
    `${name}${length}`,
    definition,
  ]);
  return Object.fromEntries(named) as Record<`${WindowFact}${Days}`, FactDefinition>;
}

function days(en: string, zh: string) {
  return { unit: 'DAYS', label: { en, zh }, min: 0, max: Number.POSITIVE_INFINITY } as const;
}

function counted(en: string, zh: string, max = Number.POSITIVE_INFINITY) {
  return { unit: 'COUNT', label: { en, zh }, min: 0, max } as const;
}

function points(en: string, zh: string) {
  return { unit: 'POINTS', label: { en, zh }, min: 0, max: Number.POSITIVE_INFINITY } as const;
}
