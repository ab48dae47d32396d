import type { MtlsOptions } from '@peercert/core';
import type { FastifyPluginAsync } from 'fastify';
import { meta, register } from './register.ts';

/**
 * The package for a bundle of ES modules, which cannot hold `fastify-plugin`: that is CommonJS and requires a module of Node.
 * What it does is done here.
 */
export * from './exports.ts';
export const mtls: FastifyPluginAsync<MtlsOptions> = Object.assign(
  (...given: Parameters<typeof register>): Promise<void> => register(...given),
  {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: meta.name,
    [Symbol.for('plugin-meta')]: meta,
  },
);
