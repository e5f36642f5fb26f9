import type { Condition, LifecycleModelDocument } from './lifecycle.model';
import { mayHold, newEffort } from './lifecycle.model-reach.rules';
import { conditionInWords, faultsOfThresholds } from './lifecycle.model-thresholds.rules';

/**
 * What of a well-formed model makes no sense: names that lead nowhere, thresholds that do not fit
 * their fact, conditions that contradict each other, rules that never decide, stages nobody can get
 * to. Only what is certain, whatever customers and calibration.
 */
export function faultsOfSense(model: LifecycleModelDocument): string[] {
  return [...faultsOfNames(model), ...faultsOfThresholds(model), ...faultsOfReach(model)];
}

function faultsOfNames({ stages, rules, otherwise, lostStages }: LifecycleModelDocument): string[] {
  const names = stages.map(({ name }) => name);
  const used = [
    ...rules.map(({ stage }, index) => ({ place: `rules[${index}].stage`, name: stage })),
    { place: 'otherwise.stage', name: otherwise.stage },
    ...lostStages.map((name, index) => ({ place: `lostStages[${index}]`, name })),
  ];
  const leadsTo = new Set([otherwise.stage, ...rules.map(({ stage }) => stage)]);
  return [
    ...names.flatMap((name, index) =>
      names.indexOf(name) < index ? [`stages[${index}].name: ${name} is there twice`] : [],
    ),
    ...names.flatMap((name, index) =>
      leadsTo.has(name) ? [] : [`stages[${index}]: no rule leads to ${name}`],
    ),
    ...used.flatMap(({ place, name }) =>
      names.includes(name) ? [] : [`${place}: ${name} is not among the stages`],
    ),
  ];
}

function faultsOfReach(model: LifecycleModelDocument): string[] {
  const lists = model.rules.map(({ when }) => when);
  const warnings = model.atRisk.map(({ when }) => when);
  const dead = new Map<number, string>();
  lists.forEach((when, index) => {
    const why = whyNever(when, lists.slice(0, index), 'rules');
    if (why !== null) dead.set(index, `rules[${index}]${why}`);
  });
  const unheard = warnings.flatMap((when, index) => {
    const why = whyNever(when, warnings.slice(0, index), 'atRisk') ?? whyUnheard(when, model, dead);
    return why === null ? [] : [`atRisk[${index}]${why}`];
  });
  const takers = takersOf([], lists);
  const spare = takers === null ? [] : [`otherwise: never decides: ${takers} applies to everybody`];
  return [...dead.values(), ...spare, ...unreached(model, dead, takers !== null), ...unheard];
}

/** Stages to which only rules lead that never decide. */
function unreached(
  { stages, rules, otherwise }: LifecycleModelDocument,
  dead: ReadonlyMap<number, string>,
  isSpare: boolean,
): string[] {
  const alive = new Set(rules.flatMap(({ stage }, index) => (dead.has(index) ? [] : [stage])));
  if (!isSpare) alive.add(otherwise.stage);
  return stages.flatMap(({ name }, index) => {
    const isMeant = otherwise.stage === name || rules.some(({ stage }) => stage === name);
    return isMeant && !alive.has(name) ? [`stages[${index}]: nobody can get to ${name}`] : [];
  });
}

/** Null where there may be a customer for whom these conditions are the first of the list to hold. */
function whyNever(
  when: readonly Condition[],
  earlier: readonly (readonly Condition[])[],
  list: string,
): string | null {
  if (!mayHold(when)) return `.when: ${contradictionOf(when)}`;
  const takers = takersOf(when, earlier, list);
  return takers === null ? null : `: never decides: ${takers} applies wherever it does`;
}

/** Warnings are for customers who can still be kept. */
function whyUnheard(
  when: readonly Condition[],
  { rules, otherwise, lostStages }: LifecycleModelDocument,
  dead: ReadonlyMap<number, string>,
): string | null {
  const effort = newEffort();
  const lists = rules.map((rule) => rule.when);
  const mayWarn = [...rules, { stage: otherwise.stage, when: [] }].some(
    (rule, index) =>
      !dead.has(index) &&
      !lostStages.includes(rule.stage) &&
      mayHold([...rule.when, ...when], lists.slice(0, index), effort),
  );
  return mayWarn ? null : ': never warns: whoever it applies to is in one of lostStages';
}

/** Which of the conditions are enough to contradict each other. */
function contradictionOf(when: readonly Condition[]): string {
  const clashing = fewestOf(when, (some) => !mayHold(some));
  const told = clashing.map(conditionInWords).join(' and ');
  return clashing.length === 1 ? `${told} never holds` : `${told} never hold together`;
}

/** Which of the earlier rules are enough to decide wherever the conditions hold; null where none. */
function takersOf(
  when: readonly Condition[],
  earlier: readonly (readonly Condition[])[],
  list = 'rules',
): string | null {
  const effort = newEffort();
  if (mayHold(when, earlier, effort)) return null;
  const places = fewestOf([...earlier.keys()], (some) => {
    const lists = some.map((place) => earlier[place] ?? []);
    return !mayHold(when, lists, effort);
  });
  return places.map((place) => `${list}[${place}]`).join(' or ');
}

/** Leaves out, from the last on, whatever is not needed. */
function fewestOf<T>(all: readonly T[], isEnough: (some: readonly T[]) => boolean): readonly T[] {
  return all.reduceRight<readonly T[]>((kept, one) => {
    const others = kept.filter((other) => other !== one);
    return isEnough(others) ? others : kept;
  }, all);
}
