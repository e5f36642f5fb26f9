import type { Condition, LifecycleModelDocument } from './model';
import { type Clause, clauseOf, mayHold, newEffort } from './model-reach.rules';
import { conditionInWords, faultsOfThresholds } from './model-thresholds.rules';

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
  const rules = model.rules.map(({ when }) => clauseOf(when));
  const warnings = model.atRisk.map(({ when }) => clauseOf(when));
  const dead = new Map<number, string>();
  model.rules.forEach(({ when }, index) => {
    const why = whyNever(when, rules, index, 'rules');
    if (why !== null) dead.set(index, `rules[${index}]${why}`);
  });
  const alive = { model, rules, isDead: (index: number) => dead.has(index) };
  const unheard = model.atRisk.flatMap(({ when }, index) => {
    const why = whyNever(when, warnings, index, 'atRisk') ?? whyUnheard(when, alive);
    return why === null ? [] : [`atRisk[${index}]${why}`];
  });
  const takers = takersOf([], rules, 'rules');
  const spare = takers === null ? [] : [`otherwise: never decides: ${takers} applies to everybody`];
  return [...dead.values(), ...spare, ...unreached(alive, takers !== null), ...unheard];
}

/** The rules of a model, and which of them never decide. */
interface Alive {
  readonly model: LifecycleModelDocument;
  readonly rules: readonly Clause[];
  readonly isDead: (index: number) => boolean;
}

/** Stages to which only rules lead that never decide. */
function unreached({ model, isDead }: Alive, isSpare: boolean): string[] {
  const { stages, rules, otherwise } = model;
  const reached = new Set(rules.flatMap(({ stage }, index) => (isDead(index) ? [] : [stage])));
  if (!isSpare) reached.add(otherwise.stage);
  return stages.flatMap(({ name }, index) => {
    const isMeant = otherwise.stage === name || rules.some(({ stage }) => stage === name);
    return isMeant && !reached.has(name) ? [`stages[${index}]: nobody can get to ${name}`] : [];
  });
}

/** Null where there may be a customer for whom the conditions are the first of the list to hold. */
function whyNever(
  when: readonly Condition[],
  list: readonly Clause[],
  place: number,
  name: string,
): string | null {
  if (!mayHold(clauseOf(when))) return `.when: ${contradictionOf(when)}`;
  const takers = takersOf(clauseOf(when), list.slice(0, place), name);
  return takers === null ? null : `: never decides: ${takers} applies wherever it does`;
}

/** Warnings are for customers who can still be kept. */
function whyUnheard(when: readonly Condition[], { model, rules, isDead }: Alive): string | null {
  const { otherwise, lostStages } = model;
  const stages = [...model.rules.map(({ stage }) => stage), otherwise.stage];
  const effort = newEffort();
  const mayWarn = stages.some((stage, index) => {
    if (isDead(index) || lostStages.includes(stage)) return false;
    const given = [...(rules[index] ?? []), ...clauseOf(when)];
    return mayHold(given, rules.slice(0, index), effort);
  });
  return mayWarn ? null : ': never warns: whoever it applies to is in one of lostStages';
}

/** Which of the conditions are enough to contradict each other. */
function contradictionOf(when: readonly Condition[]): string {
  const clashing = fewestOf(when, (some) => !mayHold(clauseOf(some)));
  const told = clashing.map(conditionInWords).join(' and ');
  return clashing.length === 1 ? `${told} never holds` : `${told} never hold together`;
}

/** Which of the earlier rules are enough to decide wherever the conditions hold; null where none. */
function takersOf(when: Clause, earlier: readonly Clause[], name: string): string | null {
  const effort = newEffort();
  if (mayHold(when, earlier, effort)) return null;
  const takers = fewestOf(earlier, (some) => !mayHold(when, some, effort));
  return takers.map((taker) => `${name}[${earlier.indexOf(taker)}]`).join(' or ');
}

/** Leaves out, from the last on, whatever is not needed. */
function fewestOf<T>(all: readonly T[], isEnough: (some: readonly T[]) => boolean): readonly T[] {
  return all.reduceRight<readonly T[]>((kept, one) => {
    const others = kept.filter((other) => other !== one);
    return isEnough(others) ? others : kept;
  }, all);
}
