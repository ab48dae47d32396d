/** Placeholder until the strict reader names its rules. */
export type MalformedRule = string;
