export type { Certificate } from './certificate/model.ts';
export type { Decision } from './decision.ts';
export { type Reason, type ReasonCode, reasons } from './reasons.ts';
