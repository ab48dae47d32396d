import { labelsOfHostName } from './host-name.ts';
import { LabelTree } from './label-tree.ts';

/**
 * The host forms that rfc822Name and uniformResourceIdentifier constraints share (RFC 5280 4.2.1.10): `example.com` is
 * that host alone, `.example.com` is every host below it and not itself.
 */
export class HostSubtrees {
  readonly #hosts = new Set<string>();
  readonly #domains = new LabelTree();

  /** False when `base` is neither form. */
  add(base: string): boolean {
    const isDomain = base.startsWith('.');
    const labels = labelsOfHostName(isDomain ? base.slice(1) : base);
    if (labels === undefined) return false;
    if (isDomain) this.#domains.add(labels);
    else this.#hosts.add(labels.join('.'));
    return true;
  }

  covers(host: readonly string[]): boolean {
    return this.#hosts.has(host.join('.')) || this.#domains.covers(host.slice(0, -1));
  }
}
