/** Packed once for all test files of this suite. */
import type { TestProject } from 'vitest/node';
import { type Consumer, createConsumer, type Packed } from './packed.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly consumer: { readonly folder: string; readonly packages: readonly Packed[] };
  }
}

let consumer: Consumer | undefined;

export function setup(project: TestProject): void {
  consumer = createConsumer();
  project.provide('consumer', { folder: consumer.folder, packages: consumer.packages });
}

export function teardown(): void {
  consumer?.remove();
}
