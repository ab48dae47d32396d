import { describe, expect, it } from 'vitest';
import { headerRules } from '../../src/source/header-rules.ts';

describe('the rules of forwarded values', () => {
  it.each(Object.entries(headerRules))('%s says what it is about', (_, { section, explanation }) => {
    expect(explanation).toMatch(/^[A-Z][^\n]{9,}[^.]$/);
    expect(section).toMatch(/^(?:|(?:RFC \d{4}|X\.690) [\d.]+)$/);
  });
});
