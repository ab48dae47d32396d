import { isFileSource } from '../file-watcher.ts';
import { createPinStore, type PinCheck, pinsOf } from './pin-file.ts';
import type { PolicyOptions } from './policy.ts';
import type { Followed, PolicyFile, PolicyFileEvent } from './policy-file.ts';
import { createRoleStore, rolesOf } from './role-file.ts';
import type { RoleMapping } from './roles.ts';

/** What a policy reads from files. */
export interface PolicyFiles {
  readonly pins: Followed<PinCheck> | undefined;
  readonly roles: Followed<RoleMapping> | undefined;
  /** Closes those that were opened here: stores that were given belong to whoever made them. */
  close(): void;
}

/** Throws TypeError when a file cannot be read or used. */
export function openPolicyFiles(
  { pins, roles }: PolicyOptions,
  onEvent: ((event: PolicyFileEvent) => void) | undefined,
): PolicyFiles {
  const own: PolicyFile[] = [];
  const opened = <F extends PolicyFile>(file: F): F => {
    own.push(file);
    return file;
  };
  const close = (): void => {
    for (const file of own) file.close();
  };
  try {
    return Object.freeze({
      pins: pinsOf(isFileSource(pins) ? opened(createPinStore(pins, { onEvent })) : pins),
      roles: rolesOf(isFileSource(roles) ? opened(createRoleStore(roles, { onEvent })) : roles),
      close,
    });
  } catch (error) {
    close();
    throw error;
  }
}
