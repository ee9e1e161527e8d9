/** What one catalogue entry says once its parameters are known. */
export interface Wording {
  /** A few words: the head line. */
  readonly title: string;
  /** What stands under the carets, a few words; may be empty. */
  readonly label?: string;
  /** What is expected and why, and what stands there: one to three sentences. */
  readonly text: string;
  /** The likely mend, as an instruction; left out when there is none. */
  readonly hint?: string;
}

/** A catalogue entry: everything that is said about one kind of mistake. Logic holds codes, never wording. */
export interface Message<P> {
  readonly severity: "error" | "warning";
  readonly wording: (params: P) => Wording;
  /** The page that `facec explain CODE` prints: what the rule is, why it exists, an example of the mend. */
  readonly help: string;
}

export function error<P>(wording: (params: P) => Wording, help: string): Message<P> {
  return { severity: "error", wording, help };
}

export function warning<P>(wording: (params: P) => Wording, help: string): Message<P> {
  return { severity: "warning", wording, help };
}
