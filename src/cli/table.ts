/** A text, a number, a figure as it is written, or nothing. */
export type Cell = string | number | { readonly figure: string } | null;

/** Lines up rows under their heading: texts to the left, numbers and figures to the right. */
export function formatTable(
  heading: readonly string[],
  rows: readonly (readonly Cell[])[],
): string {
  const cells = [heading, ...rows.map((row) => row.map(formatCell))];
  const widths = heading.map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  );
  const isNumeric = heading.map((_, column) => rows.some((row) => isFigure(row[column])));
  return cells
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return isNumeric[column] === true ? cell.padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function isFigure(cell: Cell | undefined): boolean {
  return typeof cell === 'number' || (typeof cell === 'object' && cell !== null);
}

function formatCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'object') return cell.figure;
  return typeof cell === 'number' ? cell.toLocaleString('en') : cell;
}
