import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { beginningLength, nameOfContent } from '../../src/encoding/content-kind.ts';

const said = (text: string): string | undefined => nameOfContent(Buffer.from(text), 'lists');

describe('what a content is', () => {
  it.each([
    'apiVersion: v1\nkind: Secret\n',
    '---\nkind: Secret\n',
    '# Source: chart/templates/secret.yaml\napiVersion: v1\n',
    '---\n# one\n\n  # two: # three\r\n# four\nkind: Secret\n',
  ])('is a manifest, whatever comments stand before it', (text) => {
    expect(said(text)).toContain('is a manifest of Kubernetes');
  });

  // It may come from whoever is on the way to a server of lists. If each blank could end a comment, this would not end.
  it.each(['# ', '#\t', '# #\n', '# \n', '#\r', '#  \n '])('is told of comments of %j without an end', (part) => {
    const text = part.repeat(beginningLength / part.length);
    expect(said(text)).toBeUndefined();
    expect(said(`---\n${text}x`)).toBeUndefined();
  });
});
