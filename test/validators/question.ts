/** What other validators are asked: is this client's chain accepted at this moment? */
export interface Question {
  readonly anchors: readonly Uint8Array[];
  readonly intermediates: readonly Uint8Array[];
  readonly leaf: Uint8Array;
  readonly nowMs: number;
}

export interface Verdict {
  readonly accepted: boolean;
  /** Its own words, where it is refused. */
  readonly says: string;
}

/** Answers to all questions, in their order. */
export type Validate = (questions: readonly Question[]) => readonly Verdict[];
