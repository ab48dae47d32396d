import { createContext, Script } from 'node:vm';

/** How long one case may take: far above what any needs, far below what would be noticed as a hang of the whole run. */
export const caseMilliseconds = 10_000;

const script = new Script('task()');
const scope: { task: () => unknown } = { task: () => undefined };
const context = createContext(scope);

/** Runs a synchronous task that is stopped when it takes too long: `undefined` then. */
export function bounded<T>(task: () => T): T | undefined {
  scope.task = task;
  try {
    return script.runInContext(context, { timeout: caseMilliseconds }) as T;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}
