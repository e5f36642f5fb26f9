/**
 * How often a case ranks above a case of the other kind: the area under the ROC curve, by ranks
 * (Mann and Whitney's U). 1 where every positive scores above every negative, 0.5 for chance; ties
 * count half.
 * @returns NaN where one kind is missing
 */
export function areaUnderCurve(scores: readonly number[], isPositive: readonly boolean[]): number {
  const order = [...scores.keys()].sort(
    (left, right) => (scores[left] as number) - (scores[right] as number),
  );
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    const score = scores[order[start] as number];
    // At least one place on, also from what is no number, which equals nothing.
    let end = start + 1;
    while (end < order.length && scores[order[end] as number] === score) end += 1;
    // Ranks are counted from 1, and those of a tie are shared.
    const rank = (start + 1 + end) / 2;
    for (let place = start; place < end; place++) {
      if (isPositive[order[place] as number]) {
        positives += 1;
        rankSum += rank;
      }
    }
    start = end;
  }
  const negatives = scores.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
