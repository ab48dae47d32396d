/** The package for Node. Bundlers are given `bundled.ts`. */
export * from './exports.ts';
export { mtls } from './mtls.ts';
