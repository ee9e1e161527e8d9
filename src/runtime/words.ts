/** Numbers, times and names as they are shown to people. */

/** 45 s, 3 min, 2 h 5 min. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Three significant digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A text without control characters, which could move a terminal's cursor, change its colours or turn its direction. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}

/** Characters of a progress bar that stands on one line of the terminal with `beside` other characters: 8 to 40. */
export function barWidth(beside: number): number {
  return Math.max(8, Math.min(40, (process.stderr.columns ?? 80) - beside - 1));
}
