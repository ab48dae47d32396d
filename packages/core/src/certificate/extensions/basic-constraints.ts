import { tag } from '../../encoding/der.ts';
import type { BasicConstraints } from '../model.ts';
import type { ProfileReader } from '../profile-reader.ts';

const endEntity: BasicConstraints = Object.freeze({ cA: false, pathLenConstraint: undefined });
const unlimitedAuthority: BasicConstraints = Object.freeze({ cA: true, pathLenConstraint: undefined });

/** RFC 5280 4.2.1.9. */
export function readBasicConstraints(reader: ProfileReader): BasicConstraints {
  const outer = reader.enter(tag.sequence);
  const cA = reader.readDefaultFalse();
  const pathLenConstraint = reader.isDone ? undefined : reader.readNumber();
  reader.leave(outer);
  if (pathLenConstraint === undefined) return cA ? unlimitedAuthority : endEntity;
  if (!cA) reader.note('path_length_without_ca');
  return Object.freeze({ cA, pathLenConstraint });
}
