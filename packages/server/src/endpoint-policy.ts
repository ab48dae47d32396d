import {
  createPinStore,
  createRoleStore,
  isFileSource,
  type MtlsOptions,
  type PolicyFile,
  type PolicyFileEvent,
} from '@peercert/core';
import type { EndpointSettings } from './endpoint-options.ts';
import type { PolicyStatus } from './endpoint-status.ts';

/** Pins and roles that an endpoint reads from files and follows, for everything that asks. */
export interface PolicyFiles {
  /** In place of the files. */
  readonly options: Pick<MtlsOptions, 'pins' | 'roles'>;
  reload(): Promise<void>;
  status(): readonly PolicyStatus[];
  close(): void;
}

/** Throws TypeError for a file that cannot be used. `onUpdated` hears of every change after that. */
export function openPolicyFiles({ mtls, tell }: EndpointSettings, onUpdated: () => void): PolicyFiles {
  const { pins, roles } = mtls;
  const files = new Map<'pins' | 'roles', PolicyFile>();
  const settings = {
    onEvent: (event: PolicyFileEvent): void => {
      tell(event);
      if (event.type === 'policy_updated') onUpdated();
    },
  };
  const close = (): void => {
    for (const file of files.values()) file.close();
  };
  try {
    if (isFileSource(pins)) files.set('pins', createPinStore(pins, settings));
    if (isFileSource(roles)) files.set('roles', createRoleStore(roles, settings));
  } catch (error) {
    close();
    throw error;
  }
  return Object.freeze({
    options: Object.fromEntries(files) as Pick<MtlsOptions, 'pins' | 'roles'>,
    async reload(): Promise<void> {
      await Promise.allSettled([...files.values()].map((file) => file.reload()));
    },
    status: () => [...files].map(([option, { failure, file }]) => ({ option, file, failure })),
    close,
  });
}
