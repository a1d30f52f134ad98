import { apiClient } from '../support/world';

const api = apiClient();
afterAll(() => api.close());

const claimsOf = async (username: string): Promise<Record<string, unknown>> => {
  const [, payload = ''] = (await api.token(username)).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
};

it('the auth server says how much an approver may approve, and only where it is limited', async () => {
  const { realm_access: access, ...limited } = await claimsOf('paul');
  expect(limited).toMatchObject({ approval_limit_cents: 600_000 });
  expect(access).toMatchObject({ roles: expect.arrayContaining(['payments-approver']) as object });
  expect(await claimsOf('pam')).not.toHaveProperty('approval_limit_cents');
});
