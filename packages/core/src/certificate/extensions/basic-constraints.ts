import { type DerReader, tag } from '../../encoding/der.ts';
import { MalformedError } from '../malformed.ts';
import type { BasicConstraints } from '../model.ts';

const endEntity: BasicConstraints = Object.freeze({ cA: false, pathLenConstraint: undefined });
const unlimitedAuthority: BasicConstraints = Object.freeze({ cA: true, pathLenConstraint: undefined });

/** RFC 5280 4.2.1.9. */
export function readBasicConstraints(reader: DerReader): BasicConstraints {
  const outer = reader.enter(tag.sequence);
  const cA = reader.readDefaultFalse();
  const pathLenConstraint = reader.isDone ? undefined : reader.readNumber();
  reader.leave(outer);
  if (pathLenConstraint === undefined) return cA ? unlimitedAuthority : endEntity;
  if (!cA) throw new MalformedError('basic_constraints_path_length');
  return Object.freeze({ cA, pathLenConstraint });
}
