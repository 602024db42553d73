// Numbers as people read them.

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const tidy = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1, minimumFractionDigits: 1 });

export const count = (v: number): string => whole.format(v);
export const one = (v: number): string => tidy.format(v);
export const index = (v: number): string => v.toFixed(2);
export const percent = (v: number, digits = 1): string => `${(100 * v).toFixed(digits)}%`;
export const hours = (v: number): string => `${whole.format(v)} h`;
export const minutes = (v: number): string => (v >= 90 ? `${Math.floor(v / 60)} h ${String(Math.round(v % 60)).padStart(2, "0")}` : `${Math.round(v)} min`);
export const signed = (v: number, format: (v: number) => string): string => (v > 0 ? "+" : v < 0 ? "−" : "±") + format(Math.abs(v));
export const when = (iso: string): string => new Date(iso).toLocaleString("en-US", { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });

/** Rows as CSV; text that a spreadsheet would run as a formula is quoted with an apostrophe. */
export function csv(header: string[], rows: (string | number)[][]): string {
  const cell = (v: string | number): string => {
    const text = typeof v === "string" && /^[=+\-@\t\r]/.test(v) ? `'${v}` : String(v);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [header, ...rows].map((row) => row.map(cell).join(",")).join("\n") + "\n";
}

export function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
