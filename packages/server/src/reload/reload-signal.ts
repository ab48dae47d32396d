/** The signal by which daemons are told to read their files again. */
export type ReloadSignal = 'SIGHUP';

/** Process-wide, because a process warns of more than ten listeners of one event. */
const reloads = new Set<() => void>();

/** Calls `reload` at each signal. Answers how to end that; after the last one the signal ends the process again. */
export function onReloadSignal(signal: ReloadSignal, reload: () => void): () => void {
  if (reloads.size === 0) process.on(signal, reloadAll);
  reloads.add(reload);
  return () => {
    if (reloads.delete(reload) && reloads.size === 0) process.off(signal, reloadAll);
  };
}

function reloadAll(): void {
  for (const reload of reloads) reload();
}
