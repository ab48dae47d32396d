// The sources of the packages as text, and what each file imports. Every source file in this tree writes its imports in
// the few forms that the formatter leaves, so that expressions over the text are enough; `imports` throws at any other.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';

export const root: string = join(import.meta.dirname, '..', '..');

export interface SourceFile {
  /** From the top of the tree, with slashes: `packages/core/src/path/build.ts`. */
  readonly path: string;
  /** The package's folder name: `core`. */
  readonly package: string;
  /** The file without comments, with strings kept. */
  readonly code: string;
  readonly imports: readonly Import[];
}

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** A local import from the top of the tree; otherwise the specifier. */
  readonly target: string;
  /** Nothing of it is left when the file runs. */
  readonly typeOnly: boolean;
  /** The imported names; empty for `import 'x'` and `import('x')`. */
  readonly names: readonly string[];
}

export const packageNames: readonly string[] = readdirSync(join(root, 'packages'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

export const sources: readonly SourceFile[] = packageNames.flatMap((name) =>
  typescriptFiles(join(root, 'packages', name, 'src')).map((file) => read(file, name)),
);

export function typescriptFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}

function read(file: string, packageName: string): SourceFile {
  const path = relative(root, file).replaceAll('\\', '/');
  const code = withoutComments(readFileSync(file, 'utf8'));
  return { path, package: packageName, code, imports: imports(path, code) };
}

/** Strings and templates are matched first, so that what looks like a comment inside them stays. */
function withoutComments(text: string): string {
  const stringOrComment = /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
  return text.replace(stringOrComment, (_, string: string | undefined) => string ?? ' ');
}

function imports(path: string, code: string): readonly Import[] {
  const found: Import[] = [];
  const statement = /^(?:import|export)\s+(type\s+)?(?:([\w$*\s{},]+?)\s+from\s+)?'([^']+)'/gm;
  for (const [, type, clause = '', specifier = ''] of code.matchAll(statement)) {
    const names = clause
      .replace(/[{}]/g, ' ')
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean);
    const typeOnly = type !== undefined || (names.length > 0 && names.every((name) => name.startsWith('type ')));
    found.push({ specifier, target: resolve(path, specifier), typeOnly, names: names.map(bare) });
  }
  for (const [, specifier = ''] of code.matchAll(/\b(?:import|require)\(\s*'([^']+)'\s*\)/g)) {
    found.push({ specifier, target: resolve(path, specifier), typeOnly: false, names: [] });
  }
  const all = code.match(/\bfrom\s+['"]|^import\s+['"]|\b(?:import|require)\s*\(/gm)?.length ?? 0;
  if (all !== found.length) throw new Error(`${path} writes an import in a form that the boundary tests cannot read`);
  return found;
}

/** `type A as B` imports A. */
function bare(name: string): string {
  return name.replace(/^type\s+/, '').replace(/\s+as\s+.*$/, '');
}

function resolve(path: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(dirname(path), specifier) : specifier;
}
