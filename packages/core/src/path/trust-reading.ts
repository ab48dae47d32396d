import { setImmediate } from 'node:timers/promises';
import type { Certificate } from '../certificate/model.ts';
import type { FileContents } from '../file-watcher.ts';
import { CertificateIndex } from './certificate-index.ts';
import {
  type CertificateInputCheck,
  certificatesIn,
  type ListCheck,
  type ListPlace,
  type WatchedCertificateInput,
} from './certificate-input.ts';

/** Where the certificates of a trust store come from. */
export interface TrustInputs {
  readonly anchors: WatchedCertificateInput;
  readonly intermediates: WatchedCertificateInput;
  /** Throws TypeError for an anchor that cannot be used. */
  readonly checkAnchor: CertificateInputCheck;
  /** Throws TypeError for a revocation list that nobody was given who consults lists. */
  readonly checkList: ListCheck;
}

interface ReadTrust {
  readonly anchors: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  /** Revocation lists that stand among them. */
  readonly lists: readonly ListPlace[];
}

/** The certificates of one generation, each kind by its names. */
export interface IndexedTrust {
  readonly anchors: CertificateIndex;
  readonly intermediates: CertificateIndex;
  readonly lists: readonly ListPlace[];
}

/** Yields each certificate as it was read. */
function* certificatesOf(inputs: TrustInputs, contents: FileContents): Generator<Certificate, ReadTrust> {
  const anchors: Certificate[] = [];
  const lists: ListPlace[] = [];
  const hear: ListCheck = (list) => {
    inputs.checkList(list);
    lists.push(list);
  };
  for (const one of certificatesIn(inputs.anchors, 'trust.anchors', contents, inputs.checkAnchor, hear)) {
    anchors.push(one);
    yield one;
  }
  const intermediates: Certificate[] = [];
  const { intermediates: given } = inputs;
  if (!Array.isArray(given) || given.length > 0) {
    for (const one of certificatesIn(given, 'trust.intermediates', contents, undefined, hear)) {
      intermediates.push(one);
      yield one;
    }
  }
  return { anchors, intermediates, lists };
}

/** Throws TypeError for what is no certificate. */
export function readAtOnce(inputs: TrustInputs, contents: FileContents): IndexedTrust {
  const reading = certificatesOf(inputs, contents);
  let step = reading.next();
  while (!step.done) step = reading.next();
  const { anchors, intermediates, lists } = step.value;
  return { anchors: new CertificateIndex(anchors), intermediates: new CertificateIndex(intermediates), lists };
}

/** Certificates that are read before others may run: a millisecond of work with code that is not compiled yet. */
const sliceLength = 4;

/**
 * The same, bit by bit, so that others run in between. It prepares the indexes as well, which else the first request would
 * do for all.
 */
export async function readInSlices(inputs: TrustInputs, contents: FileContents): Promise<IndexedTrust> {
  const reading = certificatesOf(inputs, contents);
  let step = reading.next();
  for (let count = 1; !step.done; count += 1) {
    void step.value.subject.canonical;
    if (count % sliceLength === 0) await setImmediate();
    step = reading.next();
  }
  await setImmediate();
  const anchors = new CertificateIndex(step.value.anchors);
  const [anchor] = anchors.all;
  if (anchor !== undefined) {
    await setImmediate();
    anchors.withExactSubject(anchor.subject);
    await setImmediate();
    anchors.withSubject(anchor.subject);
  }
  await setImmediate();
  return { anchors, intermediates: new CertificateIndex(step.value.intermediates), lists: step.value.lists };
}
