import type { ErrorPages } from '../page';

/** Codes of certificates, of connections between processes, and of another authority. */
export const certificatePages: ErrorPages = {
  CERTIFICATE_EXPIRED: {
    means:
      'The certificate of this process has ended, so it does not start: everybody would refuse it.',
    next: 'give it a new one: holdfast certs rotate --name <process>',
    docs: 'certificates.md#when-one-has-ended',
  },
  CERTIFICATE_NOT_YET_VALID: {
    means: 'The certificate of this process begins later than the clock of this machine says.',
    next: 'set the clock of this machine right',
    docs: 'certificates.md#when-one-has-ended',
  },
  PEER_IDENTITY_WRONG: {
    means:
      'A server answered under another identity than the one that was called. It was sent nothing.',
    next: 'look at its certificate, and at who registered its address in Consul',
    docs: 'runbooks/registration-forged.md',
  },
  PEER_UNIDENTIFIED: {
    means:
      'Somebody connected with a certificate that our authority signed and that names none of our processes, or more than one, or that has ended meanwhile. The connection was cut before a request was read.',
    next: 'find whose certificate it is, and issue it anew with one identity',
    docs: 'runbooks/peer-unidentified.md',
  },
  HANDSHAKE_FAILED: {
    means:
      'A TLS handshake with a process of ours failed: the peer showed no certificate or one of another authority, does not believe ours, or speaks no TLS.',
    next: 'compare the authorities on both sides; at HOLDFAST_LOG_LEVEL=debug the log has the code of TLS',
    docs: 'certificates.md',
  },
  ROLLOVER_NOT_BEGUN: {
    means:
      'The stage reissue or retire was asked for, and no authority is being replaced. Nothing was changed.',
    next: 'run holdfast certs rollover trust',
    docs: 'certificates.md#another-authority',
  },
  ROLLOVER_FURTHER: {
    means:
      'The stage trust was asked for, and the new authority signs already while the one before is not retired.',
    next: 'run holdfast certs rollover reissue, then retire',
    docs: 'certificates.md#another-authority',
  },
  ROLLOVER_IN_USE: {
    means: 'Another process is at the rollover of this stack.',
    next: 'wait until it has ended, then run this again',
    docs: 'certificates.md#another-authority',
  },
  TRUST_NOT_EVERYWHERE: {
    means:
      'The new authority may not sign yet: the listeners that the message names do not believe both authorities.',
    next: 'run holdfast certs rollover trust again',
    docs: 'certificates.md#another-authority',
  },
  REISSUE_NOT_EVERYWHERE: {
    means:
      'The authority before may not be retired yet: what the message names does not show a certificate of the new one.',
    next: 'run holdfast certs rollover reissue again',
    docs: 'certificates.md#another-authority',
  },
  CONTROLLERS_AS_STARTED: {
    means:
      'Kafka brokers call each other’s controllers with what they had when they were started, and the brokers that the message names were started before the last stage.',
    next: 'start the stack again, then run the stage again',
    docs: 'certificates.md#another-authority',
  },
  SAGAS_UNDER_OLD_AUTHORITY: {
    means:
      'Sagas that go on were granted under the authority before. Once it is retired they can take no step forward.',
    next: 'wait until they have ended, or run holdfast certs rollover retire --despite-sagas',
    docs: 'certificates.md#another-authority',
  },
};
