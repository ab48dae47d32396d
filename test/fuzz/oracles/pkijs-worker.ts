/** pkijs in a thread of its own: some of what it is asked keeps it busy for minutes. */
import { parentPort } from 'node:worker_threads';
import { Certificate, CertificateChainValidationEngine } from 'pkijs';
import type { PathInput } from '../world.ts';

/** A path to verify, or a certificate whose serial number is asked for. */
export type PkijsQuestion = PathInput | Uint8Array;

parentPort?.on('message', (question: PkijsQuestion) => {
  const asked = question instanceof Uint8Array ? readSerialNumber(question) : verify(question);
  asked.then(
    (answer) => parentPort?.postMessage(answer),
    (error: unknown) => parentPort?.postMessage(`exception: ${String(error)}`),
  );
});

async function verify({ presented, anchors, nowMs }: PathInput): Promise<string | undefined> {
  const read = (bytes: Uint8Array): Certificate => Certificate.fromBER(bytes);
  const [leaf, ...others] = presented.map(read);
  if (leaf === undefined) return 'nothing presented';
  const engine = new CertificateChainValidationEngine({
    trustedCerts: anchors.map(read),
    certs: [...others, leaf],
    checkDate: new Date(nowMs),
  });
  const { result, resultCode, resultMessage } = await engine.verify();
  return result ? undefined : `${resultCode} ${resultMessage}`;
}

async function readSerialNumber(certificate: Uint8Array): Promise<string> {
  const { serialNumber } = Certificate.fromBER(certificate);
  return Buffer.from(serialNumber.valueBlock.valueHexView).toString('hex');
}
