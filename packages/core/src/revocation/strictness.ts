import type { PathSettings } from '../path/settings.ts';

/** How strictly lists, answers and those who sign them are judged. */
export type Strictness = Pick<PathSettings, 'profile' | 'allowedWeakAlgorithms' | 'minimumRsaBits'>;

/**
 * What an instance and the revocation that it was given come to: of each setting the stricter one counts. Neither the one who
 * made the revocation nor the one who made the instance may be surprised by what the other lets pass.
 */
export function stricterOf<Settings extends Strictness>(settings: Settings, other: Strictness): Settings {
  const allowed = [...settings.allowedWeakAlgorithms].filter((name) => other.allowedWeakAlgorithms.has(name));
  return {
    ...settings,
    profile: settings.profile === 'strict' ? settings.profile : other.profile,
    allowedWeakAlgorithms: new Set(allowed),
    minimumRsaBits: Math.max(settings.minimumRsaBits, other.minimumRsaBits),
  };
}

/** Text that two have in common exactly where they judge answers alike. */
export function strictnessText({ allowedWeakAlgorithms, minimumRsaBits, profile }: Strictness): string {
  return `${profile} ${minimumRsaBits} ${[...allowedWeakAlgorithms].sort().join(' ')}`;
}
