import type { History } from './history';

/**
 * What a customer has told so far, between worst (−1) and best (1): the mean of sentiments (those
 * of NPS, CSAT and reviews among them) and of complaints, which are worth −1 each. Each weighs half
 * as much as one that came a half-life later, so time alone changes nothing: all of them age alike.
 * Null where nothing was told.
 */
export function emotionalLevel(history: History): number | null {
  const sentiments = history.series('sentiments');
  const sums = history.series('sentimentMilli');
  const complaints = history.series('complaints');
  if (sentiments.count === 0 && complaints.count === 0) return null;
  const latest = Math.max(sentiments.last, complaints.last);
  const weightOf = (day: number) => 2 ** ((day - latest) / history.measures.emotionHalfLifeDays);
  let told = 0;
  let weight = 0;
  for (let place = 0; place < sentiments.count; place++) {
    weight += weightOf(sentiments.dayAt(place)) * sentiments.amountAt(place);
  }
  for (let place = 0; place < sums.count; place++) {
    told += (weightOf(sums.dayAt(place)) * sums.amountAt(place)) / 1000;
  }
  for (let place = 0; place < complaints.count; place++) {
    const complained = weightOf(complaints.dayAt(place)) * complaints.amountAt(place);
    told -= complained;
    weight += complained;
  }
  // Two of a day can be lost in rounding; no mean lies outside of what it is the mean of.
  return Math.min(Math.max(told / weight, -1), 1);
}
