import { TokenRefused } from '../../platform/security/tokens';

/** A verifier whose tokens are `<subject>:<role>`; everything else is refused. */
export const spokenTokens = {
  verify: (token: string) => {
    const [subject, role] = token.split(':');
    if (!subject || !role) return Promise.reject(new TokenRefused('MALFORMED'));
    const principal = { subject, username: subject, roles: [role], clientId: 'c', tokenId: 't' };
    return Promise.resolve({ ...principal, expiresAt: 0 });
  },
};
