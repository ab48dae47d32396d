/** Each makes one file of a program and of all that it imports, as its documentation says for programs of Node. */
import commonjsModule from '@rollup/plugin-commonjs';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import * as esbuild from 'esbuild';
import { type Plugin, rollup } from 'rollup';
import * as vite from 'vite';
import webpack from 'webpack';

export interface Bundle {
  readonly entry: string;
  readonly folder: string;
  readonly name: string;
}

/** @returns the file in the folder. The frameworks are peer dependencies and stay outside. */
export type Bundler = (bundle: Bundle) => Promise<string>;

/** Its types call the function a namespace that has it. */
const commonjs = commonjsModule as unknown as () => Plugin;

const external = ['express', 'fastify', 'koa'];
type Form = 'esm' | 'cjs';

/** Each with the programs that make sense in it: in an ES module nothing can be required that stays outside. */
export const bundlers: readonly (readonly [name: string, entry: string, bundler: Bundler])[] = [
  ['esbuild as ES module', 'all.mjs', withEsbuild('esm')],
  ['esbuild as ES module', 'mixed.mjs', withEsbuild('esm')],
  ['esbuild as CommonJS', 'all.mjs', withEsbuild('cjs')],
  ['esbuild as CommonJS', 'all.cjs', withEsbuild('cjs')],
  // Conditions of one's own take the place of `module`, which it has by default.
  ['esbuild with conditions as ES module', 'all.mjs', withEsbuild('esm', ['production'])],
  ['esbuild with conditions as CommonJS', 'mixed.mjs', withEsbuild('cjs', ['production'])],
  ['rollup', 'mixed.mjs', withRollup],
  ['webpack', 'mixed.mjs', withWebpack],
  ['the SSR build of Vite', 'mixed.mjs', withVite],
];

function fileOf({ name }: Bundle, form: Form): string {
  return `${name}.${form === 'esm' ? 'mjs' : 'cjs'}`;
}

function withEsbuild(format: Form, conditions?: string[]): Bundler {
  return async (bundle) => {
    const file = fileOf(bundle, format);
    const { entry, folder } = bundle;
    const options = { bundle: true, platform: 'node', format, external, outfile: file, logLevel: 'silent' } as const;
    const given = conditions === undefined ? {} : { conditions };
    await esbuild.build({ ...options, ...given, absWorkingDir: folder, entryPoints: [entry] });
    return file;
  };
}

async function withRollup(bundle: Bundle): Promise<string> {
  const file = fileOf(bundle, 'esm');
  const { entry, folder } = bundle;
  const plugins = [nodeResolve({ preferBuiltins: true }), commonjs()];
  const built = await rollup({ input: `${folder}/${entry}`, external, plugins, onLog: () => undefined });
  await built.write({ file: `${folder}/${file}`, format: 'esm', inlineDynamicImports: true });
  await built.close();
  return file;
}

function withWebpack(bundle: Bundle): Promise<string> {
  const filename = fileOf(bundle, 'cjs');
  const { entry, folder } = bundle;
  const compiler = webpack({
    context: folder,
    entry: `./${entry}`,
    mode: 'production',
    target: 'node20',
    externalsType: 'commonjs',
    externals: external,
    optimization: { minimize: false },
    output: { path: folder, filename },
  });
  return new Promise((resolve, reject) => {
    compiler?.run((failure, stats) => {
      const problems = stats?.toJson({ all: false, errors: true, warnings: true });
      const found = [...(problems?.errors ?? []), ...(problems?.warnings ?? [])];
      const error = failure ?? (found.length > 0 ? new Error(found.map(({ message }) => message).join('\n')) : null);
      compiler.close(() => (error === null ? resolve(filename) : reject(error)));
    });
  });
}

async function withVite({ entry, folder, name }: Bundle): Promise<string> {
  await vite.build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true, external },
    build: {
      ssr: entry,
      outDir: '.',
      emptyOutDir: false,
      rollupOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
  });
  return `${name}.mjs`;
}
