import type { ErrorPages } from '../page';

/** Why a token or a grant is refused. */
export const tokenPages: ErrorPages = {
  TOKEN_REFUSED: {
    means:
      'An access token was not accepted. The reason is in the log line and in the metric; callers are told TOKEN_INVALID.',
    next: 'look up the reason with holdfast explain',
    docs: 'runbooks/tokens-refused.md',
  },
  MISSING: {
    means: 'Reason of a refused token: the request has none.',
    next: 'send Authorization: Bearer <token>',
    docs: 'security.md#tokens',
  },
  MALFORMED: {
    means:
      'Reason of a refused token: it is no JWT, or has more than 8,192 characters; or it was shown where no token is taken.',
    next: 'get a token from the auth server',
    docs: 'security.md#tokens',
  },
  ALGORITHM: {
    means:
      'Reason of a refused token: it is signed with another algorithm than RS256, ES256 or PS256.',
    next: 'set the algorithm of the realm',
    docs: 'security.md#tokens',
  },
  HEADER_FORBIDDEN: {
    means:
      'Reason of a refused token: its header brings a key or an address of one. Keys come from the auth server alone.',
    next: 'look at who makes such tokens',
    docs: 'security.md#tokens',
  },
  SIGNATURE: {
    means: 'Reason of a refused token: the signature is not that of the key it names.',
    next: 'look at who makes such tokens; of everybody: keys that are stale',
    docs: 'runbooks/keys-stale.md',
  },
  TYPE: {
    means:
      'Reason of a refused token: it is no access token (typ at+jwt), for example an ID token.',
    next: 'send the access token',
    docs: 'security.md#tokens',
  },
  ISSUER: {
    means: 'Reason of a refused token: another auth server than HOLDFAST_ISSUER gave it out.',
    next: 'compare iss of the token with HOLDFAST_ISSUER',
    docs: 'security.md#tokens',
  },
  AUDIENCE: {
    means: 'Reason of a refused token: it is for another audience than HOLDFAST_AUDIENCE.',
    next: 'give the client the audience in the realm',
    docs: 'security.md#tokens',
  },
  EXPIRED: {
    means: 'Reason of a refused token: its time is over.',
    next: 'get a new one',
    docs: 'security.md#tokens',
  },
  NOT_YET_VALID: {
    means: 'Reason of a refused token: its time has not begun.',
    next: 'compare the clocks of auth server and process',
    docs: 'security.md#tokens',
  },
  CLAIM_MISSING: {
    means: 'Reason of a refused token: a claim that is needed is missing, or is not of its form.',
    next: 'look at the mappers of the client in the realm',
    docs: 'security.md#tokens',
  },
  SENDER: {
    means:
      'Reason of a refused token: it is bound to another certificate than the caller’s, or is a service’s and bound to none.',
    next: 'have the token bound to the certificate of the caller',
    docs: 'security.md#tokens',
  },
  GRANT_INVALID: {
    means:
      'A saga or a service did not believe the word for whoever acts: a grant is missing, was sealed or signed for something else, by an authority that is not believed, or comes from the future. Nothing was done.',
    next: 'compare clocks, certificates and authority of gateway and orchestrator; look at who started the workflow',
    docs: 'runbooks/grants-refused.md',
  },
  GRANT_EXPIRED: {
    means:
      'The time of a grant is over: a verb took longer than a minute to come to the journal, or a saga ran for longer than its grant is good.',
    next: 'send the verb again; start the saga anew',
    docs: 'security.md',
  },
  GRANT_REVOKED: {
    means:
      'What sagas were granted for this person was taken back, so theirs begin nothing new and go back before the pivot.',
    next: 'nothing, if it was meant; what is started afterwards is granted anew',
    docs: 'adr/0019-saga-grants.md',
  },
};
