import { describe, expect, it, vi } from 'vitest';
import type { CheckFunction } from '../../src/policy/check.ts';
import { allOf, not } from '../../src/policy/combined-rules.ts';
import { issuer } from '../../src/policy/path-rules.ts';
import { applyPolicy, compilePolicy, type PolicyOptions } from '../../src/policy/policy.ts';
import type { RoleFunction } from '../../src/policy/roles.ts';
import { subjectCn, subjectOu } from '../../src/policy/rules.ts';
import { checkedClient, evidence, facts } from './clients.ts';

const subject = [{ OU: 'ops' }, { CN: 'web' }];
const checked = await checkedClient({ subject });
const { certificate: leaf, issuer: issuerName } = await evidence({ subject });
const bare = { subject: leaf!.subject, issuer: issuerName, serialNumber: '07' };
const otherPin = `sha256/${Buffer.alloc(32).toString('base64')}`;
const here = '10.1.2.3';

const apply = (options: PolicyOptions, address: string | undefined = here) =>
  applyPolicy(compilePolicy(options), checked, 'tls', facts, address);
const denied = (code: string, detail: object = {}) => ({ ok: false, reason: { code, detail } });

const rolesIn = (outcome: unknown) => [...(outcome as { value: { roles: Set<string> } }).value.roles];

describe('the policy', () => {
  it('lets everyone in who authenticated when nothing is asked for', () => {
    expect(apply({})).toMatchObject({ ok: true, value: { id: 'web', source: 'tls', roles: { size: 0 } } });
    expect(apply({}, undefined)).toMatchObject({ ok: true });
  });

  it('asks for the pin, the address, the identity and the check', () => {
    const pin = `sha256/${checked.path.certificates[0]!.spkiSha256}`;
    const good: PolicyOptions = {
      pins: [otherPin, pin],
      addresses: { allow: ['10.0.0.0/8'] },
      identity: allOf(subjectCn('web'), not(subjectOu('sales'))),
      roles: { ops: 'operator' },
      defaultRoles: 'user',
      check: (client) => client.roles.has('operator'),
      identify: ({ commonName }) => `client ${commonName}`,
    };
    const outcome = apply(good);
    expect(outcome).toMatchObject({ ok: true, value: { id: 'client web' } });
    expect(outcome).not.toBeInstanceOf(Promise);
    expect(rolesIn(outcome)).toEqual(['operator', 'user']);
    const { thumbprint, spkiSha256 } = checked.path.certificates[0]!;
    expect(apply({ ...good, pins: [otherPin] })).toEqual(
      denied('pin_mismatch', { client: 'web', thumbprint, spkiSha256 }),
    );
    expect(apply(good, '192.0.2.7')).toEqual(denied('address_denied', { client: 'web', address: '192.0.2.7' }));
    expect(apply({ ...good, identity: subjectCn('x') })).toEqual(
      denied('identity_not_allowed', { client: 'web', rule: 'subjectCn("x")' }),
    );
    expect(apply({ ...good, check: () => false })).toEqual(
      denied('policy_rejected', { client: 'client web', by: 'check' }),
    );
  });

  it('goes from the cheap and certain to what asks others, and stops at the first refusal', () => {
    const asked: string[] = [];
    const all: PolicyOptions = {
      pins: [otherPin],
      addresses: { deny: ['10.0.0.0/8'] },
      identity: subjectCn('x'),
      identify: () => {
        asked.push('identify');
        return 'web';
      },
      roles: () => {
        asked.push('roles');
        return [];
      },
      check: () => {
        asked.push('check');
        return false;
      },
    };
    const without = (...keys: (keyof PolicyOptions)[]) =>
      Object.fromEntries(Object.entries(all).filter(([key]) => !keys.includes(key as keyof PolicyOptions)));
    expect(apply(all)).toMatchObject({ reason: { code: 'pin_mismatch' } });
    expect(apply(without('pins'))).toMatchObject({ reason: { code: 'address_denied' } });
    expect(apply(without('pins', 'addresses'))).toMatchObject({ reason: { code: 'identity_not_allowed' } });
    expect(asked).toEqual([]);
    expect(apply(without('pins', 'addresses', 'identity'))).toMatchObject({ reason: { code: 'policy_rejected' } });
    expect(asked).toEqual(['identify', 'roles', 'check']);
  });

  it('does not ask for roles when the client has no name, nor check when it has no roles', () => {
    const roles = vi.fn<RoleFunction>(() => 'rubbish' as unknown as string[]);
    const check = vi.fn<CheckFunction>(() => true);
    expect(apply({ identify: () => '', roles, check })).toMatchObject({ reason: { code: 'policy_unavailable' } });
    expect(roles).not.toHaveBeenCalled();
    expect(apply({ roles, check })).toMatchObject({ reason: { code: 'policy_unavailable' } });
    expect(check).not.toHaveBeenCalled();
  });

  it('waits for role and check functions, each seeing the client as far as it is known', async () => {
    const roles = vi.fn<RoleFunction>(async () => ['admin']);
    const check = vi.fn<CheckFunction>(async () => true);
    const outcome = apply({ roles, check, identify: () => 'me' });
    expect(outcome).toBeInstanceOf(Promise);
    expect(await outcome).toMatchObject({ ok: true, value: { id: 'me' } });
    expect(rolesIn(await outcome)).toEqual(['admin']);
    const [first] = roles.mock.calls[0]!;
    expect([first.id, first.roles.size]).toEqual(['me', 0]);
    const [second, seen] = check.mock.calls[0]!;
    expect([[...second.roles], seen]).toEqual([['admin'], facts]);
  });

  it('gives functions the time that the limits say', async () => {
    const policy = compilePolicy({ roles: () => new Promise(() => {}) }, { policyMilliseconds: 10 });
    expect(await applyPolicy(policy, checked, 'tls', facts, here)).toEqual(
      denied('policy_unavailable', { by: 'roles gave no answer within 10 ms', retryAfterSeconds: 5 }),
    );
  });

  it('asks again for every request', () => {
    let allowed = true;
    const policy = compilePolicy({ check: () => allowed, roles: () => (allowed ? ['a'] : []) });
    const run = () => applyPolicy(policy, checked, 'tls', facts, here);
    expect(run()).toMatchObject({ ok: true });
    allowed = false;
    expect(run()).toMatchObject({ reason: { code: 'policy_rejected' } });
  });

  it('denies an unknown address where addresses matter', () => {
    expect(apply({ addresses: { allow: ['0.0.0.0/0', '::/0'] } }, undefined)).toMatchObject({ ok: true });
    const policy = compilePolicy({ addresses: { allow: ['0.0.0.0/0', '::/0'] } });
    expect(applyPolicy(policy, checked, 'tls', facts, undefined)).toEqual(
      denied('address_denied', { client: 'web', address: undefined }),
    );
  });
});

describe('a bare name asserted by a proxy', () => {
  const judge = (options: PolicyOptions) => applyPolicy(compilePolicy(options), bare, 'nginx-names', facts, here);

  it('is let in by rules on names, with the roles of its OUs and no default roles', () => {
    const outcome = judge({
      identity: allOf(subjectCn('web'), issuer('CN=Issuing CA,O=Acme')),
      roles: { ops: 'operator' },
      defaultRoles: 'user',
    });
    expect(outcome).toMatchObject({ ok: true, value: { id: 'web', certificate: null, source: 'nginx-names' } });
    expect(rolesIn(outcome)).toEqual(['operator']);
  });

  it('has no pin', () => {
    expect(judge({ pins: [`sha256/${leaf!.spkiSha256}`] })).toEqual(
      denied('pin_mismatch', { client: 'web', thumbprint: '', spkiSha256: '' }),
    );
  });
});

describe('options of the policy', () => {
  it.each([
    [{ pins: undefined }, 'pins: expected a list'],
    [{ addresses: undefined }, 'addresses: expected an object'],
    [{ identity: undefined }, 'identity: expected a rule'],
    [{ check: undefined }, 'check: expected a function'],
    [{ identity: not(subjectCn('x')) }, 'admits everyone whom it does not name'],
    [{ identity: [subjectCn('x')] }, 'combine several with allOf(...) or anyOf(...)'],
    [{ identity: {} }, 'identity: expected a rule'],
    [{ roles: {} }, 'roles: an empty mapping'],
    [{ defaultRoles: [] }, 'defaultRoles: expected the name of a role'],
    [{ indentity: subjectCn('x') }, 'policy: unknown option "indentity"; did you mean "identity"?'],
  ])('are refused when a rule got lost or is none: %#', (options, message) => {
    expect(() => compilePolicy(options as never)).toThrow(TypeError);
    expect(() => compilePolicy(options as never)).toThrow(message);
  });

  it('may be undefined where that keeps nobody in', () => {
    const options = { roles: undefined, defaultRoles: undefined, identify: undefined } as never;
    expect(() => compilePolicy(options)).not.toThrow();
  });

  it('are not looked at again', () => {
    const options: { identity: ReturnType<typeof subjectCn> } = { identity: subjectCn('x') };
    const policy = compilePolicy(options);
    options.identity = subjectCn('web');
    expect(applyPolicy(policy, checked, 'tls', facts, here)).toMatchObject({ ok: false });
  });
});
