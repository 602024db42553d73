// Columns of a table: how a value is shown, sorted and exported.
export interface Column<T> {
  id: string; title: string; width: string; number?: boolean; hint?: string; value: (row: T) => string | number; text: (row: T) => string;
  full?: (row: T) => string; tone?: (row: T) => string; swatch?: (row: T) => string; optional?: boolean;
}

export function sorted<T>(rows: T[], columns: Column<T>[], sort: { by: string; down: boolean }): T[] {
  const column = columns.find((c) => c.id === sort.by);
  if (!column) return rows;
  const sign = sort.down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const x = column.value(a), y = column.value(b);
    return sign * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "en", { numeric: true }));
  });
}
